"""`broadfold digest`: schedules, previews, sending, and what became of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import time
from typing import TYPE_CHECKING

import click

from aggregator.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from aggregator.bootstrap import Services
    from aggregator.domain.ids import ReaderId
    from aggregator.domain.saved_searches import SavedSearch, SavedSearchId

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
reader_option = click.option(
    "--reader", type=click.IntRange(1), default=1, help="Number of the reader, 1 by default."
)


@contextmanager
def services_of(number: int) -> "Iterator[tuple[Services, ReaderId]]":
    """Open the services for one reader."""
    from aggregator.bootstrap import opened
    from aggregator.domain.ids import ReaderId
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        yield services, ReaderId(number)


@click.group("digest")
def command() -> None:
    """Preview and send digests, change their schedules, see what was sent."""


@command.command("preview")
@click.argument("digest", type=click.IntRange(1))
@click.option("--html", "as_html", is_flag=True, help="Print the HTML part instead of the text.")
@reader_option
def preview(digest: int, as_html: bool, reader: int) -> None:
    """Print what DIGEST would send now; nothing is sent or remembered."""
    with services_of(reader) as (services, who):
        made, rendered = services.digests.desk.preview(who, digest)
        overview, one = services.digests.desk.overview(who), services.digests.desk.schedule(who, digest)
    if overview.gone(one):
        others = "Its other searches go on." if overview.searched(one) else "So nothing is sent."
        click.echo(f"A saved search of this digest was deleted, and finds nothing. {others}", err=True)
    if not made.selection.items:
        click.echo("There is nothing new just now, so nothing would be sent.", err=True)
    click.echo(rendered.html if as_html else rendered.text)


@command.command("send")
@click.option("--test", type=click.IntRange(1), metavar="DIGEST", help="Send a test of this digest first.")
@reader_option
@json_option
def send(test: int | None, reader: int, as_json: bool) -> None:
    """Make the digests that are due and send the mails that wait, once; for cron or impatience."""
    with services_of(reader) as (services, who):
        if test is not None:
            address = services.digests.desk.test(who, test)
            click.echo(f"A test of digest {test} goes to {address}.", err=True)
        report = services.digests.send()
        troubles = services.digests.desk.overview(who).troubled
    if as_json:
        print_json(asdict(report))
    else:
        click.echo(
            f"{report.made} made, {report.skipped} skipped with nothing new, "
            f"{report.joined} missed ones joined; "
            f"{report.sent} sent, {report.deferred} to be tried again, {report.refused} refused, "
            f"{report.expired} given up."
        )
        for post in troubles:
            click.echo(f"{post.recipient or 'A mail'}: {post.state.value}, {post.problem}.", err=True)
    if report.deferred or report.refused or report.expired:
        raise SystemExit(1)


@command.command("log")
@reader_option
@json_option
def log(reader: int, as_json: bool) -> None:
    """Show what became of a reader's digests, the newest first; nothing of what was in them."""
    with services_of(reader) as (services, who):
        overview = services.digests.desk.overview(who)
    rows = [
        (line.name, line.slot, line.outcome.value, line.stories, line.post and line.post.value, line.problem)
        for line in overview.log
    ]
    names = ("digest", "due", "outcome", "stories#", "mail", "what happened")
    if as_json:
        keys = [name.rstrip("#").replace(" ", "_") for name in names]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    print_table(names, rows, empty="No digest was due yet.")
    for one in overview.refused:
        click.echo(f"{one.address} takes no mail: {one.problem}. Add it again once it does.")


@command.group("schedule")
def schedule() -> None:
    """List, add, pause, resume and remove digests."""


@schedule.command("list")
@reader_option
@json_option
def list_(reader: int, as_json: bool) -> None:
    """List a reader's digests."""
    with services_of(reader) as (services, who):
        overview = services.digests.desk.overview(who)
    rows = []
    for one in overview.schedules:
        address = overview.address(one)
        days = "every day" if len(one.days) == 7 else ",".join(DAYS[day] for day in sorted(one.days))
        state = "paused" if one.is_paused else overview.next_at[one.id]
        to = f"{address.address} ({address.state.value})" if address else "feed only"
        searches = ", ".join((*overview.searched(one), *["(deleted)"] * len(overview.gone(one))))
        rows.append((one.id, one.name, f"{one.at:%H:%M}", one.zone, days, to, searches, state))
    names = ("digest#", "name", "at", "zone", "days", "goes to", "saved searches", "next")
    if as_json:
        keys = [name.rstrip("#").replace(" ", "_") for name in names]
        print_json([dict(zip(keys, row, strict=True)) for row in rows])
    else:
        nothing = "There are no digests yet. Add one with `broadfold digest schedule add daily`."
        print_table(names, rows, empty=nothing)


@schedule.command("add")
@click.argument("preset", type=click.Choice(["daily", "weekly"]))
@click.option("--at", help="Local time such as 07:00, instead of the preset's.")
@click.option("--zone", help="IANA time zone; that of the pages by default.")
@click.option("--days", help="Weekdays such as mon,thu, instead of the preset's.")
@click.option("--to", help="Mail address; without it the digest is a feed only.")
@click.option("--most", type=click.IntRange(1, 100), help="Most stories.")
@click.option("--search", "searches", multiple=True, help="Name of a saved search whose stories it is of.")
@reader_option
def add(
    preset: str,
    at: str | None,
    zone: str | None,
    days: str | None,
    to: str | None,
    most: int | None,
    searches: tuple[str, ...],
    reader: int,
) -> None:
    """Add a digest of the PRESET daily or weekly."""
    from aggregator.digests.schedules import preset as preset_of

    with services_of(reader) as (services, who):
        made = preset_of(preset, who, zone or services.digests.desk.zone)
        if at:
            made = replace(made, at=_time(at))
        if days:
            made = replace(made, days=_days(days))
        if most:
            made = replace(made, most=most)
        if searches:
            kept = services.digests.desk.overview(who).searches
            made = replace(made, filters=replace(made.filters, searches=_searches(searches, kept)))
        address = services.digests.desk.add_address(who, to) if to else None
        number = services.digests.desk.add(replace(made, address=address.id if address else None))
        overview = services.digests.desk.overview(who)
    click.echo(f"Digest {number} was added. The first is due {overview.next_at[number]}.")
    if address is not None and address.state.value == "waiting":
        click.echo(f"A mail goes to {address.address} first: its owner has to confirm it.")
    if address is not None and not overview.is_mailing:
        click.echo("No mail leaves this instance yet: see the settings digests.mail and digests.smtp_host.")


@schedule.command("pause")
@click.argument("digest", type=click.IntRange(1))
@reader_option
def pause(digest: int, reader: int) -> None:
    """Pause DIGEST; mails that wait are taken back."""
    with services_of(reader) as (services, who):
        services.digests.desk.pause(who, digest, is_paused=True)
    click.echo(f"Digest {digest} is paused.")


@schedule.command("resume")
@click.argument("digest", type=click.IntRange(1))
@reader_option
def resume(digest: int, reader: int) -> None:
    """Let DIGEST go on with its next slot."""
    with services_of(reader) as (services, who):
        services.digests.desk.pause(who, digest, is_paused=False)
    click.echo(f"Digest {digest} goes on.")


@schedule.command("remove")
@click.argument("digest", type=click.IntRange(1))
@reader_option
def remove(digest: int, reader: int) -> None:
    """Remove DIGEST, with its past editions."""
    with services_of(reader) as (services, who):
        services.digests.desk.remove(who, digest)
    click.echo(f"Digest {digest} was removed.")


def _searches(names: tuple[str, ...], kept: "Sequence[SavedSearch]") -> "frozenset[SavedSearchId]":
    """Return the numbers of saved searches by their names, in capitals or not."""
    wanted = {name.casefold(): name for name in names}
    for folded in wanted.keys() - {one.name.casefold() for one in kept}:
        known = ", ".join(f"“{one.name}”" for one in kept) or "none yet: save one on the page of a search"
        raise click.UsageError(f"There is no saved search “{wanted[folded]}”. You have {known}.")
    return frozenset(one.id for one in kept if one.name.casefold() in wanted)


def _time(written: str) -> time:
    try:
        return time.fromisoformat(written)
    except ValueError as error:
        raise click.UsageError(f"{written!r} is no time of day; write it as in 07:00.") from error


def _days(written: str) -> frozenset[int]:
    names = [name.strip().lower()[:3] for name in written.split(",")]
    if not set(names) <= set(DAYS):
        raise click.UsageError(f"{written!r} are no days; write them as in mon,thu.")
    return frozenset(DAYS.index(name) for name in names)
