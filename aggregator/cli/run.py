"""`broadfold run`: the whole of Broadfold in one process."""

from collections.abc import Callable
from pathlib import Path

import click

from aggregator.domain.feeds import ImportReport


@click.command("run")
@click.option("--host", help="Address to listen on, instead of the setting web.host.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on, instead of the setting web.port."
)
@click.option(
    "--starter",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config/feeds.opml"),
    show_default=True,
    help="OPML file to import when there are no feeds yet.",
)
@click.option(
    "--outlets",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("config/outlets.csv"),
    show_default=True,
    help="CSV file with facts about outlets: domain, name, country, kind, owner, language, source.",
)
def command(host: str | None, port: int | None, starter: Path, outlets: Path) -> None:
    """Pull your feeds, group the articles, and serve the pages until Ctrl-C."""
    from aggregator.bootstrap import opened
    from aggregator.cli.serving import serve
    from aggregator.feeds.outlets import read_outlets
    from aggregator.settings import load_settings

    settings = load_settings()
    web = settings.web.model_copy(
        update={key: value for key, value in (("host", host), ("port", port)) if value is not None}
    )
    settings = settings.model_copy(update={"web": web})
    with opened(settings) as services:
        if outlets.is_file():
            services.subscribe.learn(read_outlets(outlets.read_bytes(), name=outlets.name))
        if services.reading.is_new():
            _import_starter(services.subscribe.import_opml, starter)
        click.echo(f"Your data lies in {settings.data.resolve()}.")
        serve(services)


def _import_starter(import_opml: Callable[[bytes, str], ImportReport], starter: Path) -> None:
    if not starter.is_file():
        click.echo(
            "There are no feeds yet: add some on the Feeds page, or with `broadfold feeds add ADDRESS`."
        )
        return
    report = import_opml(starter.read_bytes(), starter.name)
    click.echo(
        f"First start: imported {report.count('added')} feeds from {starter}. "
        "Change them on the Feeds page, or with `broadfold feeds`."
    )
    for line in report.lines:
        if line.result == "refused":
            click.echo(f"Not imported: {line.url} ({line.title}), because {line.reason}.", err=True)
