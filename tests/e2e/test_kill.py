"""kill -9 at random moments of refresh, embed and group: the next run makes everything good."""

import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.sample.newsroom import load_newsroom
from aggregator.sample.server import NewsroomServer
from tests.e2e.killable import NO_TIME, catch_up
from tests.e2e.room import Room, room
from tests.fakes import NOON, FrozenClock, HashedWords

pytestmark = [pytest.mark.loopback, pytest.mark.xdist_group("kill")]

POINTS = 32
OUTLETS = ("lantern", "chronicle", "signal", "islander", "thimble")
"""RSS with one article in three feeds, Atom with a live blog, JSON, RDF that reuses an address, no dates."""
LATER = NOON + timedelta(minutes=45)
Kept = tuple[frozenset[tuple[object, ...]], frozenset[frozenset[tuple[object, ...]]], int, int]


@pytest.fixture(scope="module")
def spawn() -> multiprocessing.context.ForkServerContext:
    """A server that forks children which have everything imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.e2e.killable"])
    return context


@pytest.fixture
def newsroom() -> Iterator[tuple[NewsroomServer, FrozenClock]]:
    clock = FrozenClock()
    with NewsroomServer(load_newsroom(), clock=clock, start=NOON) as server:
        yield server, clock


def what_is_kept(one: Room) -> Kept:
    """Return articles, stories (as sets of articles), versions and vectors, free of numbers."""
    with one.storage.reading() as work:
        articles = work.articles.window(since=datetime(1970, 1, 1, tzinfo=UTC))
        # An article that several feeds list has the address of the feed that was read first.
        name = {a.id: (a.outlet_id, a.url.partition("?")[0], a.title, a.content_hash) for a in articles}
        stories = [frozenset(name[member] for member in s.members) for s in work.stories.tracked()]
        versions = work.articles.version_counts(list(name))
        present, _ = work.vectors.load("hashed-words", sorted({a.content_hash for a in articles}))
    assert len(name) == len(set(name.values()))
    assert sum(len(s) for s in stories) == len(frozenset().union(*stories))
    assert one.storage.check() == ()
    return frozenset(name.values()), frozenset(stories), sum(versions.values()), len(present)


def finish(file: Path, at: datetime) -> Kept:
    """Run undisturbed and return what is kept then."""
    clock = FrozenClock(at + timedelta(seconds=1))
    with room(file, clock=clock, embedder=HashedWords(), lease_for=NO_TIME) as one:
        one.catch_up()
        return what_is_kept(one)


def subscribe(file: Path, server: NewsroomServer) -> None:
    """Follow some feeds of every format, one article of them in three."""
    with room(file, clock=FrozenClock(), embedder=HashedWords(), lease_for=NO_TIME) as one:
        for feed in server.feeds():
            if feed.url.split("/")[-2] in OUTLETS:
                one.subscribe.add(feed)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("first_run", [True, False], ids=["first run", "run with news and edits"])
def test_killed_at_any_moment_nothing_is_lost_or_doubled(spawn, newsroom, tmp_path, first_run):
    server, clock = newsroom
    base = tmp_path / "base.db"
    subscribe(base, server)
    at = NOON
    if not first_run:
        finish(base, NOON)
        clock.at = at = LATER
    whole = shutil.copy(base, tmp_path / "whole.db")
    expected = finish(whole, at)
    chance = random.Random(20260314 + first_run)
    span = duration(spawn, shutil.copy(base, tmp_path / "timed.db"), at)

    killed = 0
    for point in range(POINTS // 2):
        file = shutil.copy(base, tmp_path / f"{point}.db")
        child = spawn.Process(target=catch_up, args=(file, at))
        child.start()
        time.sleep(chance.uniform(0.02, 1.0) * span)
        child.kill()
        child.join()
        killed += child.exitcode == -9

        assert finish(file, at) == expected
        file.unlink()
    assert killed >= POINTS // 4


def duration(spawn: multiprocessing.context.ForkServerContext, file: Path, at: datetime) -> float:
    """Return the seconds that an undisturbed child takes."""
    for _ in range(2):  # the first child also waits for the server to import everything
        start = time.monotonic()
        child = spawn.Process(target=catch_up, args=(file, at))
        child.start()
        child.join()
        assert child.exitcode == 0
        if _ == 0:
            continue
    return time.monotonic() - start
