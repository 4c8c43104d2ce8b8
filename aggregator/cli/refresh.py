"""`broadfold refresh`: one look at the feeds, then the stories, for cron or impatience."""

from dataclasses import asdict

import click

from aggregator.cli.output import json_option, print_json, print_table, progress
from aggregator.domain.feeds import RefreshReport


@click.command("refresh")
@click.option(
    "--feed",
    "names",
    multiple=True,
    metavar="FEED",
    help="Poll this feed (number or address), due or not. Repeatable.",
)
@json_option
def command(names: tuple[str, ...], as_json: bool) -> None:
    """Poll the feeds that are due, once, and group what came."""
    from aggregator.bootstrap import opened
    from aggregator.settings import load_settings

    with opened(load_settings()) as services, progress() as tell:
        wanted = [services.subscribe.find(name).id for name in names] or None
        feeds = len(wanted or services.reading.feeds())
        done: list[RefreshReport] = []

        def on_report(report: RefreshReport) -> None:
            done.append(report)
            tell("feeds", len(done), feeds)

        reports = services.refresh(wanted, on_report=on_report)
        whole = services.full_texts()
        built = services.build(on_progress=tell)
        due = services.refresh.next_due()
    if as_json:
        told = {"feeds": [asdict(r) for r in reports], "stories": asdict(built) if built else None}
        print_json(told | {"full_texts": whole})
    else:
        rows = [(r.feed_id, r.title or r.url, r.outcome, r.new, r.changed, r.message) for r in reports]
        nothing = "No feed is due." if due is None else f"No feed is due before {due:%Y-%m-%d %H:%M} UTC."
        print_table(("feed#", "title", "outcome", "new#", "changed#", "what happened"), rows, empty=nothing)
        if whole:
            click.echo(f"The whole text of {whole} articles was fetched.")
        click.echo(
            f"{built.opened} stories opened, {built.changed} changed, {built.merged} merged."
            if built
            else "Another process is grouping the articles; they will be in their stories in a moment."
        )
    if reports and all(report.outcome == "failed" for report in reports):
        raise SystemExit(1)
