"""`broadfold feeds`: the subscriptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from aggregator.cli.output import json_option, print_json, print_table
from aggregator.domain.feeds import ImportReport, NewFeed

if TYPE_CHECKING:
    from aggregator.feeds.manage import Manage


@click.group("feeds")
def command() -> None:
    """List, add, change, remove, import and export feeds."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the feeds with their health."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        lines = services.reading.feeds()
    if as_json:
        print_json(
            [
                {
                    "id": line.feed.id,
                    "url": line.feed.url,
                    "title": line.feed.title,
                    "outlet": line.outlet,
                    "folder": line.feed.folder,
                    "health": line.health,
                    "full_text": line.wish.full_text,
                    "muted": line.wish.is_muted,
                    "articles": line.article_count,
                    "last_polled_at": line.feed.last_polled_at,
                    "next_poll_at": line.feed.next_poll_at,
                    "what": line.what,
                    "todo": line.todo,
                }
                for line in lines
            ]
        )
        return
    print_table(
        ("feed#", "title", "folder", "health", "articles#", "address", "what happened"),
        [
            (li.feed.id, li.feed.title, li.feed.folder, li.health, li.article_count, li.feed.url, li.what)
            for li in lines
        ],
        empty="There are no feeds yet. Add one with `broadfold feeds add ADDRESS`.",
    )


@command.command("add")
@click.argument("address")
@click.option("--folder", default="", help="Folder to file it in.")
@click.option("--title", default="", help="What to call it; by default what the feed calls itself.")
def add(address: str, folder: str, title: str) -> None:
    """Subscribe to the feed at ADDRESS, or to the feed of the site at ADDRESS."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        added = services.subscribe.add(NewFeed(url=address, title=title, folder=folder))
    if added.is_new:
        click.echo(f"Added {added.title} as feed {added.feed_id}: {added.url}")
    if added.note:
        click.echo(added.note)


@command.command("remove")
@click.argument("feed")
def remove(feed: str) -> None:
    """Unsubscribe from FEED (number or address). Its articles and stories stay."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        gone = services.subscribe.remove(feed)
    click.echo(
        f"Removed {gone.title or gone.url}. Its articles stay in their stories. "
        f"To undo: broadfold feeds add {gone.url}"
    )


@command.command("pause")
@click.argument("feeds", nargs=-1, required=True)
def pause(feeds: tuple[str, ...]) -> None:
    """Stop polling FEEDS (numbers or addresses) until they are resumed."""
    with _found(feeds) as (manage, numbers):
        click.echo(f"Paused: {manage.pause(numbers)}.")


@command.command("resume")
@click.argument("feeds", nargs=-1, required=True)
def resume(feeds: tuple[str, ...]) -> None:
    """Poll FEEDS (numbers or addresses) again that are paused or gone."""
    with _found(feeds) as (manage, numbers):
        click.echo(f"Resumed: {manage.resume(numbers)}.")


@command.command("move")
@click.argument("feeds", nargs=-1, required=True)
@click.option("--folder", required=True, help="Folder to file them in; empty for none.")
def move(feeds: tuple[str, ...], folder: str) -> None:
    """File FEEDS (numbers or addresses) in a folder."""
    with _found(feeds) as (manage, numbers):
        click.echo(f"Moved: {manage.move(numbers, folder)}.")


@command.command("interval")
@click.argument("feeds", nargs=-1, required=True)
@click.option(
    "--minutes",
    type=click.FloatRange(min=1, max=10080),
    help="Minutes between two polls; without it, as often as the settings say.",
)
def interval(feeds: tuple[str, ...], minutes: float | None) -> None:
    """Set how often FEEDS (numbers or addresses) are polled, within what the settings allow."""
    span = None if minutes is None else timedelta(minutes=minutes)
    with _found(feeds) as (manage, numbers):
        click.echo(f"Set: {manage.poll_every(numbers, span)}.")


@command.command("full-text")
@click.argument("feeds", nargs=-1, required=True)
@click.option("--off", is_flag=True, help="No longer.")
def full_text(feeds: tuple[str, ...], off: bool) -> None:
    """Fetch the whole text of every new article of FEEDS (numbers or addresses) from its outlet's page."""
    with _found(feeds) as (manage, numbers):
        click.echo(f"Set: {manage.fetch_whole(numbers, wanted=not off)}.")


@command.command("mute")
@click.argument("feeds", nargs=-1, required=True)
@click.option("--off", is_flag=True, help="No longer.")
def mute(feeds: tuple[str, ...], off: bool) -> None:
    """Keep what only FEEDS (numbers or addresses) bring off the front page."""
    with _found(feeds) as (manage, numbers):
        click.echo(f"Set: {manage.mute(numbers, muted=not off)}.")


@contextmanager
def _found(feeds: tuple[str, ...]) -> "Iterator[tuple[Manage, list[int]]]":
    """Open the services and find feeds by what people call them."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        yield services.manage, [services.subscribe.find(name).id for name in feeds]


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def import_(file: Path, as_json: bool) -> None:
    """Subscribe to every feed of an OPML FILE, folders included."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        report = services.subscribe.import_opml(file.read_bytes(), file.name)
    _show(report, as_json=as_json)


@command.command("export")
@click.option(
    "--output", "-o", type=click.File("wb"), default="-", help="File to write; standard output by default."
)
def export(output: BinaryIO) -> None:
    """Write every feed as OPML."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services:
        output.write(services.subscribe.export_opml())


def _show(report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        print_json(
            [{"url": x.url, "title": x.title, "result": x.result, "reason": x.reason} for x in report.lines]
        )
        return
    refused = [(line.title, line.url, line.reason) for line in report.lines if line.result == "refused"]
    if refused:
        print_table(("title", "address", "why not"), refused, empty="")
    click.echo(
        f"{report.count('added')} feeds added, {report.count('known')} known already, {len(refused)} refused."
    )
