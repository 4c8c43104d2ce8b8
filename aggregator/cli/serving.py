"""Serves the pages with the jobs beside them, until somebody stops it; for `run` and `demo`."""

import signal
import threading
from contextlib import suppress
from types import FrameType

import click

from aggregator.apart import Apart, Scheduler
from aggregator.bootstrap import Services
from aggregator.scheduler import Ticker
from aggregator.storage.orphans import give_back
from web.wsgi import listen, site

LOOK_EVERY = 0.5
"""Seconds between two looks for the first stories."""


def serve(services: Services) -> None:
    """Serve until Ctrl-C or SIGTERM; print the address when the first stories are ready.

    Raises:
        AccountMissing: other machines could reach the pages, and there is no account.
        AddressInUse: another program holds the port.
    """
    web = services.settings.web
    jobs: Scheduler
    if services.settings.schedule.own_process:
        jobs = Apart(settings=services.settings, clock=services.clock)
    else:
        give_back(services.storage)
        jobs = Ticker(services=services)
    app = site(services, refresh_soon=lambda: jobs.soon("refresh"), digest_soon=lambda: jobs.soon("digest"))
    server = listen(app, host=web.host, port=web.port, threads=web.threads, trusted_proxy=web.trusted_proxy)
    address = f"http://{server.effective_host}:{server.effective_port}"
    stopped = threading.Event()
    announcing = threading.Thread(target=_announce, args=(services, address, stopped), daemon=True)
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        click.echo(f"The pages are at {address}; the feeds are being pulled. Stop with Ctrl-C.")
        jobs.start()
        announcing.start()
        server.run()
    except KeyboardInterrupt:
        stopped.set()  # it came before the server ran, which else takes it itself
    finally:
        stopped.set()
        click.echo("Stopping, once the jobs that run have ended. Ctrl-C again stops at once.")
        server.close()
        with suppress(KeyboardInterrupt):  # it has ended the jobs
            jobs.stop()
        if announcing.is_alive():
            announcing.join()


def _announce(services: Services, address: str, stopped: threading.Event) -> None:
    """Say once that stories are ready, or that no feed could be reached."""
    while not stopped.is_set():
        page = services.reading.front_page(limit=1000)
        if page.cards and not page.waiting:
            count = max((line.stories for line in page.topics), default=len(page.cards))
            click.secho(f"{count} stories are ready: {address}", bold=True)
            return
        if page.feeds and len(page.troubles) == page.feeds:
            click.echo(f"None of the {page.feeds} feeds could be read; {address} says why and what to do.")
            return
        stopped.wait(LOOK_EVERY)


def _interrupt(_signum: int, _frame: FrameType | None) -> None:
    """Make SIGTERM stop the server as Ctrl-C does."""
    raise KeyboardInterrupt
