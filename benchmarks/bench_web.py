"""Time the pages over 100,000 articles during a refresh, beside a plain Flask page of the same bytes.

`python -m benchmarks.bench_web FOLDER [--articles 100000] [--readers 8] [--seconds 30] [--pause 1] [--idle]
[--together]`. Fills FOLDER/full.db when it is not there and works on a copy of it. The pages are served as
`broadfold run` serves them, by waitress with the threads of the settings and the jobs in a process of their
own (`--together`: in the same one); 200 loopback feeds are polled over and over, and their news grouped.
Readers in a process of their own open front page, story, article and search, one after the other, and look at
each for half to one and a half times `--pause` seconds; `--pause 0` is a machine that is asked all it can
answer. Then the same readers ask for the same bytes from a Flask app that does nothing else, under the same
refreshing. Server time is what the WSGI call took, client time what the reader waited, which holds the
queue, too. The processor's time of the call is told as well: it stays the same when other programs keep
the machine busy.
"""

import argparse
import gzip
import multiprocessing
import os
import random
import re
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote_plus

import numpy as np
from flask import Flask

from aggregator.apart import GIVES_WAY, Apart, Scheduler
from aggregator.bootstrap import Services, opened
from aggregator.clock import SystemClock
from aggregator.scheduler import Ticker
from aggregator.settings import Settings
from benchmarks.search import searches, vocabulary
from benchmarks.web_data import OUTLETS, fill
from web.wsgi import listen, site

FEEDS_PORT = 8917
"""Fixed, because the feeds' addresses stand in the database."""
PAGES = ("front", "story", "article", "search")
BOUNDS = {"front": 50.0, "story": 50.0, "search": 150.0}
NEWS_EVERY = 600.0
"""Seconds between two articles of one feed: with 200 feeds, one comes every three seconds."""
TURNS = 2
"""The site and the plain page are timed by turns, so that a busy moment of the machine meets both."""
Times = Mapping[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateClock:
    """The clock of a database that was filled some time ago: it goes on from there."""

    behind: timedelta
    system: SystemClock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        """Return the moment in UTC."""
        return self.system.now() - self.behind

    def monotonic(self) -> float:
        """Return the system's."""
        return self.system.monotonic()


class FeedHandler(BaseHTTPRequestHandler):
    """Answers every path with a feed that gets a new article now and then."""

    protocol_version = "HTTP/1.1"
    words: tuple[str, ...] = ()
    clock: LateClock

    def do_GET(self) -> None:
        """Send the ten latest articles of the feed whose number the path ends with."""
        number = int(self.path.rsplit("/", 1)[1])
        latest = int((self.clock.now().timestamp() + number * NEWS_EVERY / OUTLETS) / NEWS_EVERY)
        items = "".join(self._item(number, latest - back) for back in range(10))
        body = (
            f"<?xml version='1.0'?><rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def _item(self, number: int, place: int) -> str:
        chosen = random.Random(f"{number} {place}")
        own = random.Random(place).choices(self.words, k=6)  # many outlets tell of the same
        at = datetime.fromtimestamp(place * NEWS_EVERY - number * NEWS_EVERY / OUTLETS, UTC)
        title = " ".join([*own[:4], *chosen.choices(self.words[:3000], k=4)])
        text = " ".join([*own, *chosen.choices(self.words[:9000], k=220)])
        return (
            f"<item><title>{title}</title><link>https://outlet{number}.example/live/{place}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate><description>{text}.</description></item>"
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve_feeds(clock: LateClock) -> None:
    """Stand for the outlets' servers, in a process of its own: they are other machines."""
    os.nice(GIVES_WAY)
    FeedHandler.words, FeedHandler.clock = tuple(vocabulary()), clock
    ThreadingHTTPServer(("127.0.0.1", FEEDS_PORT), FeedHandler).serve_forever()


@dataclass(slots=True, kw_only=True)
class Stopwatch:
    """A WSGI app that keeps how many milliseconds another one took, by page; forgets what it is told to."""

    app: Callable[..., Any]
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    work: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer as the other app does."""
        start, worked = time.perf_counter(), time.thread_time()
        answer = self.app(environ, start_response)
        self.work[environ["HTTP_X_PAGE"]].append((time.thread_time() - worked) * 1000)
        self.times[environ["HTTP_X_PAGE"]].append((time.perf_counter() - start) * 1000)
        return answer


@dataclass(slots=True, kw_only=True)
class Answers:
    """What the readers got: milliseconds by page, sizes, and the last body of each page."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    bodies: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    without_model: int = 0


def read(port: int, readers: int, seconds: float, seed: int, pause: float, *, plain: bool) -> Answers:
    """Let so many readers open page after page for some seconds; runs in a process of its own."""
    found = Answers()
    asked = list(searches(3000))
    with ThreadPoolExecutor(readers) as pool:
        jobs = [
            pool.submit(
                _reader, port, seconds, asked[(seed * readers + n) * 97 :], found, plain, seed + n, pause
            )
            for n in range(readers)
        ]
        for job in jobs:
            job.result()
    return found


def _reader(
    port: int,
    seconds: float,
    asked: list[tuple[str, str]],
    found: Answers,
    plain: bool,
    seed: int,
    pause: float,
) -> None:
    chosen, connection, until = random.Random(seed), HTTPConnection("127.0.0.1", port), time.time() + seconds
    time.sleep(pause * len(PAGES) * chosen.random())  # nobody opens the same page at the same moment
    for text, _ in asked:
        address, body = "/", b""
        for page in PAGES:
            if page == "search":
                address = f"/search?q={quote_plus(text)}"
            elif page != "front" and not plain:
                kind = b"stories" if page == "story" else b"articles"
                address = chosen.choice(re.findall(rb'href="(/%s/\d+)"' % kind, body)).decode()
            body = _get(connection, f"/{page}" if plain else address, page, found)
            found.without_model += b"only the words" in body
            time.sleep(pause * (0.5 + chosen.random()))
            if time.time() > until:
                return


def _get(connection: HTTPConnection, address: str, page: str, found: Answers) -> bytes:
    headers = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin", "X-Page": page}
    start = time.perf_counter()
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    found.times[page].append((time.perf_counter() - start) * 1000)
    assert answer.status == 200, (address, answer.status)
    found.sent[page].append(len(body))
    whole = gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body
    found.bodies[page] = [*found.bodies[page][-200:], whole]
    return whole


def plain_app(bodies: Mapping[str, bytes]) -> Flask:
    """Return an app that answers each page with bytes that it has."""
    app = Flask("plain")

    @app.get("/<page>")
    def page(page: str) -> bytes:
        return bodies[page]

    return app


@contextmanager
def served(app: Any, threads: int) -> Iterator[int]:
    """Serve an app as `broadfold run` does; yield the port."""
    server = listen(app, host="127.0.0.1", port=0, threads=threads)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()


@contextmanager
def refreshing(services: Services, jobs: Scheduler, *, idle: bool) -> Iterator[list[str]]:
    """Poll all feeds over and over, with a build for what they bring; yield a list of what was done."""
    stopped, done = Event(), list[str]()

    def poll() -> None:
        while not stopped.wait(1):
            done.append("refresh")
            services.refresh.hasten()
            jobs.soon("refresh")

    if idle:
        yield done
        return
    thread = Thread(target=poll)
    jobs.start()
    thread.start()
    try:
        yield done
    finally:
        stopped.set()
        thread.join()
        if isinstance(jobs, Apart):
            jobs.stop(patience=0)
        jobs.stop()


def measured(stopwatch: Stopwatch, threads: int, *arguments: Any, plain: bool) -> Answers:
    """Serve an app to readers in another process and return what they got."""
    with served(stopwatch, threads) as port, multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(read, (port, *arguments), {"plain": plain})


def middle(bodies: list[bytes]) -> bytes:
    """Return the body of median length."""
    return sorted(bodies, key=len)[len(bodies) // 2]


def line(name: str, times: list[float]) -> str:
    """Return number, median and 95th percentile."""
    median, high = np.percentile(times, (50, 95))
    return f"{name:<9}{len(times):>6}{median:>9.1f}{high:>9.1f}"


def report(
    server: Stopwatch, waited: Times, plain: Times, plain_waited: Times, sizes: Mapping[str, str]
) -> None:
    """Print a line for each page and who took how long."""
    print(f"{'page':<9}{'n':>6}{'median':>9}{'95th':>9}   (ms)")
    for page in PAGES:
        print(line(page, server.times[page]), "  server;", sizes[page])
        print(line("", server.work[page]), "  of it the processor's")
        print(line("", waited[page]), "  client")
        print(line("", plain[page]), "  plain Flask, server")
        print(line("", plain_waited[page]), "  plain Flask, client")
        high = np.percentile(server.times[page], 95)
        ratio = high / np.percentile(plain[page], 95)
        clients = np.percentile(waited[page], 95) / np.percentile(plain_waited[page], 95)
        kept = (
            f"; bound {BOUNDS[page]:g} ms {'kept' if high <= BOUNDS[page] else 'MISSED'}"
            if page in BOUNDS
            else ""
        )
        print(f"{'':<9}95th percentiles to plain: server {ratio:.1f}, client {clients:.1f}{kept}")


def prepared(folder: Path, articles: int) -> tuple[Path, datetime]:
    """Return a copy of the filled database and the moment at which it was filled."""
    full, work = folder / "full.db", folder / "run.db"
    if not full.exists():
        making = folder / "making.db"
        making.unlink(missing_ok=True)
        now = SystemClock().now()
        with opened(Settings(data=folder, database_url=f"sqlite:///{making}")) as services:
            feed = f"http://127.0.0.1:{FEEDS_PORT}/feed/{{}}"
            fill(services, articles=articles, stories=articles // 4, feed=feed, now=now)
        making.rename(full)
    for left in folder.glob("run.db*"):
        left.unlink()
    shutil.copyfile(full, work)
    with opened(Settings(data=folder, database_url=f"sqlite:///{work}")) as services:
        polled = max(feed.added_at for line in services.reading.feeds() for feed in (line.feed,))
    return work, polled


def main() -> None:
    """Fill, serve, refresh, read, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=1)
    parser.add_argument("--together", action="store_true", help="jobs in the process of the pages")
    parser.add_argument("--idle", action="store_true", help="no refresh meanwhile")
    chosen = parser.parse_args()
    work, filled = prepared(chosen.folder, chosen.articles)
    settings = Settings(data=chosen.folder, database_url=f"sqlite:///{work}")
    feeds = settings.feeds.model_copy(update={"allow_private_addresses": True, "interval_minutes": 1.0})
    settings = settings.model_copy(update={"feeds": feeds})
    clock = LateClock(behind=SystemClock().now() - filled)
    feeding = multiprocessing.get_context("spawn").Process(target=serve_feeds, args=(clock,), daemon=True)
    feeding.start()
    with opened(settings, clock=clock) as services:
        time_pages(services, chosen)
    feeding.terminate()


def time_pages(services: Services, chosen: argparse.Namespace) -> None:
    """Warm up, time the site and the plain app by turns, and print."""
    jobs: Scheduler = Ticker(services=services)
    if not chosen.together:
        jobs = Apart(settings=services.settings, clock=services.clock)
    start = time.perf_counter()
    services.search.meaning.nearest("warm", allowed=None, patience=600)
    print(f"model and vectors ready after {time.perf_counter() - start:.0f} s", flush=True)
    threads = services.settings.web.threads
    ours = Stopwatch(app=site(services, refresh_soon=lambda: jobs.soon("refresh")))
    measured(ours, threads, chosen.readers, 5, 50, 0, plain=False)
    ours.times.clear()
    ours.work.clear()
    ours_found, plain_found, plain = Answers(), Answers(), Stopwatch(app=plain_app({}))
    with refreshing(services, jobs, idle=chosen.idle) as done:
        for turn in range(TURNS):
            found = measured(ours, threads, chosen.readers, chosen.seconds, turn, chosen.pause, plain=False)
            plain.app = plain_app({page: middle(found.bodies[page]) for page in PAGES})
            other = measured(
                plain, threads, chosen.readers, chosen.seconds / 3, turn, chosen.pause, plain=True
            )
            for kept, new in ((ours_found, found), (plain_found, other)):
                for page in PAGES:
                    kept.times[page] += new.times[page]
                    kept.sent[page] += new.sent[page]
                kept.without_model += new.without_model
            ours_found.bodies = found.bodies
    sizes = {
        page: f"{len(middle(ours_found.bodies[page])) / 1000:.1f} kB, sent "
        f"{np.median(ours_found.sent[page]) / 1000:.1f}, largest {max(ours_found.sent[page]) / 1000:.1f}"
        for page in PAGES
    }
    report(ours, ours_found.times, plain.times, plain_found.times, sizes)
    print(f"{chosen.readers} readers, {threads} threads; {len(done)} refreshes asked for meanwhile")
    print(f"{ours_found.without_model} of {len(ours.times['search'])} searches without the model")


if __name__ == "__main__":
    main()
