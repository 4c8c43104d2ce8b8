"""`broadfold demo`: the sample newsroom, played on loopback and read by the real thing."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from aggregator.settings import Settings


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port to listen on."
)
def command(port: int) -> None:
    """Play the bundled sample newsroom and show its stories until Ctrl-C.

    Invented outlets serve real feeds on loopback; they are pulled, embedded, grouped and shown just
    as yours will be. Nothing is kept when it ends.
    """
    from aggregator.bootstrap import opened
    from aggregator.cli.serving import serve
    from aggregator.clock import SystemClock
    from aggregator.sample.newsroom import load_newsroom
    from aggregator.sample.server import NewsroomServer

    clock = SystemClock()
    with (
        TemporaryDirectory(prefix="broadfold-demo-") as folder,
        NewsroomServer(load_newsroom(), clock=clock, start=clock.now()) as newsroom,
        opened(demo_settings(Path(folder), port), clock=clock) as services,
    ):
        services.subscribe.learn(newsroom.facts())
        report = services.subscribe.import_opml(newsroom.opml().encode(), "the sample newsroom")
        click.echo(
            f"The sample newsroom plays {report.count('added')} feeds of invented outlets at {newsroom.url}."
        )
        serve(services)


def demo_settings(folder: Path, port: int) -> "Settings":
    """Return the reader's settings with a folder to throw away, loopback feeds allowed, and haste."""
    from aggregator.settings import load_settings

    settings = load_settings()
    feeds = settings.feeds.model_copy(
        update={"allow_private_addresses": True, "interval_minutes": 1.0, "min_interval_minutes": 0.5}
    )
    schedule = settings.schedule.model_copy(update={"refresh_seconds": 10.0, "build_seconds": 10.0})
    return settings.model_copy(
        update={
            "data": folder,
            "database_url": "",
            "web": settings.web.model_copy(update={"port": port, "host": "127.0.0.1"}),
            "feeds": feeds,
            "schedule": schedule,
        }
    )
