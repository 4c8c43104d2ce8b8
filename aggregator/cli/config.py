"""`broadfold config`: every setting with its value, and whether they can be used."""

import os

import click

from aggregator.cli.output import json_option, print_json, print_table


@click.group("config")
def command() -> None:
    """Show the settings, or check them."""


@command.command("show")
@json_option
def show(as_json: bool) -> None:
    """Show every setting: its value now, and what it is for."""
    from aggregator.settings import load_settings, setting_names, value_of, variable

    settings = load_settings()
    rows = [(name, value_of(settings, name), variable(name), text) for name, text, _ in setting_names()]
    if as_json:
        print_json({name: value for name, value, _, _ in rows})
    else:
        print_table(("setting", "value", "variable", "what for"), rows, empty="")


@command.command("check")
def check() -> None:
    """Check the settings without starting anything; exits with 2 when they cannot be used."""
    from aggregator.settings import load_settings, settings_file

    load_settings()
    file = settings_file(os.environ)
    click.echo(
        f"The settings are fine. {file} {'was read' if file.exists() else 'does not exist, which is fine'}."
    )
