"""`broadfold people`: who has an account. Passwords are asked for or read, never taken as arguments."""

import sys
from typing import TYPE_CHECKING

import click

from aggregator.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from aggregator.settings import Settings

stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
admin_option = click.option("--admin", is_flag=True, help="As an admin, who may change what everybody sees.")


@click.group("people")
def command() -> None:
    """Add, list, invite and remove the people who may read."""


@command.command("add")
@click.argument("name")
@admin_option
@stdin_option
def add(name: str, admin: bool, password_stdin: bool) -> None:
    """Make an account called NAME. The first one is an admin, and takes over what was read so far."""
    from aggregator.bootstrap import opened
    from aggregator.domain.readers import PERSONAL, Role
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        role = Role.ADMIN if admin else Role.READER
        person = services.people.accounts.add(name, _password(from_stdin=password_stdin), role=role)
    what = "an admin" if person.is_admin else "a reader"
    click.echo(f"Made an account for {person.name}, {what}.")
    if person.id == PERSONAL:
        click.echo(
            "It has everything that was read, saved and muted before. Every page asks for a login now."
        )


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the accounts."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        people = [(one, services.people.sessions.of(one.id)) for one in services.people.accounts.all()]
    seen = {one.id: max((session.seen_at for session in some), default=None) for one, some in people}
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "role": one.role.value,
                    "created_at": one.created_at,
                    "sessions": len(some),
                    "last_seen_at": seen[one.id],
                }
                for one, some in people
            ]
        )
        return
    print_table(
        ("name", "role", "since", "logged in#", "last seen"),
        [(one.name, one.role.value, one.created_at, len(some), seen[one.id]) for one, some in people],
        empty="Nobody has an account: whoever opens the pages on this machine reads. "
        "Make one with `broadfold people add NAME`.",
    )


@command.command("password")
@click.argument("name")
@stdin_option
def password(name: str, password_stdin: bool) -> None:
    """Give the account NAME a new password, and end its sessions."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        accounts = services.people.accounts
        person = accounts.named(name)
        accounts.set_password(person.id, _password(from_stdin=password_stdin))
    click.echo(f"{person.name} has a new password, and has to log in again everywhere.")


@command.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
def remove(name: str, yes: bool) -> None:
    """Remove the account NAME with everything that it marked, saved and muted."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        person = services.people.accounts.named(name)
        if not yes:
            click.confirm(
                f"Remove {person.name} with all marks, lists and rules? This cannot be undone.",
                abort=True,
                err=True,
            )
        services.people.accounts.remove(person.id)
    click.echo(f"Removed {person.name}.")


@command.command("invite")
@admin_option
def invite(admin: bool) -> None:
    """Make a link by which one person can make an account of their own, within a week."""
    from aggregator.bootstrap import opened
    from aggregator.domain.errors import AccountRefused
    from aggregator.domain.readers import Role
    from aggregator.settings import load_settings

    settings = load_settings()
    with opened(settings) as services:
        inviting = next((one for one in services.people.accounts.all() if one.is_admin), None)
        if inviting is None:
            raise AccountRefused(
                "nobody can be invited before there is an account; make it with `broadfold people add NAME`"
            )
        role = Role.ADMIN if admin else Role.READER
        secret = services.people.invitations.make(inviting.id, role=role)
    click.echo(f"{_site(settings)}/invitation/{secret}")


@command.command("token")
@click.argument("name")
@click.argument("label")
def token(name: str, label: str) -> None:
    """Make an API token of the account NAME, called LABEL, and print it, this once."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        person = services.people.accounts.named(name)
        click.echo(services.people.api_tokens.make(person.id, label))


def _password(*, from_stdin: bool) -> str:
    """Return a password: the first line of standard input, or what was typed twice at the prompt."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _site(settings: "Settings") -> str:
    """Return where the pages are, as far as the settings tell: a name of their own is served by https."""
    web = settings.web
    return f"https://{web.allowed_hosts[0]}" if web.allowed_hosts else f"http://{web.host}:{web.port}"
