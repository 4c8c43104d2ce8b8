"""A refresh in which something breaks: a bug, a lost lease, a killed process, a locked database."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from aggregator.domain.errors import DatabaseUnusable
from aggregator.domain.feeds import Failure, FetchRequest, FetchResult, RefreshReport, Validators
from aggregator.feeds import refresh as refresh_module
from aggregator.feeds.refresh import OVERTAKEN
from aggregator.feeds.subscribe import Subscribe
from aggregator.storage import Articles, Feeds
from tests.databases import file_storage, memory_storage
from tests.fakes import NOON
from tests.polling import BRIDGE, FERRY, LEASE, URL, PollingRoom, answer, rss


@pytest.fixture
def room() -> Iterator[PollingRoom]:
    storage = memory_storage()
    yield PollingRoom(storage=storage)
    storage.close()


@pytest.fixture
def room_on_file(tmp_path: Path) -> Iterator[PollingRoom]:
    storage = file_storage(tmp_path / "broadfold.db")
    yield PollingRoom(storage=storage)
    storage.close()


def test_bug_in_one_feed_is_noted_logged_and_stops_no_other(
    room: PollingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = room.follow(), room.follow("https://quay.example/rss")
    room.script(answer(rss(BRIDGE)), answer(rss(FERRY, host="quay"), "https://quay.example/rss"))
    real = refresh_module.normalise

    def normalise(parsed: Any, *, feed_url: str, **fields: Any) -> Any:
        if feed_url == URL:
            raise KeyError("a bug")
        return real(parsed, feed_url=feed_url, **fields)

    monkeypatch.setattr(refresh_module, "normalise", normalise)
    with capture_logs() as logs:
        reports = room.refresh()()
    assert {report.feed_id: report.outcome for report in reports} == {bad: "failed", good: "new"}
    feed = room.feed(bad)
    assert (feed.failure, feed.failures, feed.failure_detail) == (Failure.INTERNAL, 1, "")
    assert [(entry["event"], entry["log_level"], entry["url"], entry["exc_info"]) for entry in logs] == [
        ("feed could not be polled", "error", URL, True)
    ]


def test_bug_while_storing_leaves_no_half_of_the_feed_behind(
    room: PollingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = room.follow()
    room.script(answer(rss(BRIDGE), validators=Validators(etag='"1"')))

    def decide(*_: Any) -> Any:
        raise IndexError("a bug")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(refresh_module, "decide", decide)
        (report,) = room.refresh()()
    feed = room.feed(number)
    assert (report.outcome, feed.failure, feed.validators, room.titles()) == (
        "failed",
        Failure.INTERNAL,
        Validators(),
        [],
    )
    assert [entry["event"] for entry in logs] == ["feed could not be stored"]
    assert room.poll_again().outcome == "new"


@dataclass
class Overtaking:
    """A fetcher during whose work another process takes the feed over."""

    room: PollingRoom
    answers: FetchResult

    def __call__(self, request: FetchRequest) -> FetchResult:
        later = self.room.clock.now() + 2 * LEASE
        with self.room.storage.writing() as work:
            taken = work.feeds.claim_due(owner="other", now=later, until=later + LEASE, limit=1)
        assert [feed.url for feed in taken] == [request.url]
        return self.answers


def test_poll_whose_lease_was_lost_writes_nothing(room: PollingRoom) -> None:
    number = room.follow()
    before = room.feed(number)
    (report,) = room.refresh(fetcher=Overtaking(room, answer(rss(BRIDGE))))()
    assert (report.outcome, report.message) == ("unchanged", OVERTAKEN)
    assert (room.feed(number), room.titles()) == (before, [])


def test_feed_that_another_process_is_polling_is_reported_and_left(room: PollingRoom) -> None:
    number = room.follow()
    with room.storage.writing() as work:
        work.feeds.claim([number], owner="other", now=NOON, until=NOON + LEASE)
    (report,) = room.refresh()([number])
    assert (report.outcome, report.message, room.fetcher.asked) == ("unchanged", OVERTAKEN, [])
    assert room.refresh()() == ()


def test_feed_removed_during_its_poll_stays_removed(room: PollingRoom) -> None:
    room.follow()

    def removing(request: FetchRequest) -> FetchResult:
        Subscribe(storage=room.storage, clock=room.clock).remove(request.url)
        return answer(rss(BRIDGE))

    (report,) = room.refresh(fetcher=removing)()
    assert (report.outcome, room.titles()) == ("unchanged", [])


def test_interrupted_refresh_gives_its_leases_back(room: PollingRoom) -> None:
    room.follow()
    room.follow("https://quay.example/rss")
    room.script(answer(rss(BRIDGE)))

    def interrupt(_: RefreshReport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room.refresh()(on_report=interrupt)
    assert len(room.refresh(owner="next")()) == 1


def test_lease_of_a_killed_process_runs_out(room: PollingRoom) -> None:
    room.follow()
    room.script(answer(rss(BRIDGE)))
    with room.storage.writing() as work:
        work.feeds.claim_due(owner="killed", now=NOON, until=NOON + LEASE, limit=9)
    assert room.refresh()() == ()
    room.clock.advance(minutes=10)
    assert [report.outcome for report in room.refresh()()] == ["new"]


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Kill:
    """Count the calls into the storage and end the process at one of them."""

    at: int
    calls: int = 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            raise Killed


def test_process_killed_at_any_step_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["claim_due", "record", "fingerprints", "add", "change", "sight"]
    for at in range(1, 40):
        storage = file_storage(tmp_path / f"{at}.db")
        room = PollingRoom(storage=storage)
        room.follow()
        edited = ("Bridge closed for a year", *BRIDGE[1:])
        room.script(answer(rss(BRIDGE)), answer(rss(edited, FERRY)), answer(rss(edited, FERRY)))
        kill = Kill(at)
        with monkeypatch.context() as patched:
            _break_at(patched, kill, steps)
            was_killed = _run_twice(room)
        room.clock.advance(days=2)
        room.refresh(owner="next process")()
        room.clock.advance(days=2)
        room.refresh(owner="next process")()
        titles = room.titles()
        storage.close()
        assert titles == [edited[0], FERRY[0]]
        if not was_killed:
            break
    assert at > 2 * len(steps) - 2


def _break_at(patched: pytest.MonkeyPatch, kill: Kill, steps: list[str]) -> None:
    for step in steps:
        owner = Feeds if hasattr(Feeds, step) and step in ("claim_due", "record") else Articles
        real = getattr(owner, step)

        def wrapped(*args: Any, real: Any = real, **fields: Any) -> Any:
            result = real(*args, **fields)
            kill()
            return result

        patched.setattr(owner, step, wrapped)
    # A killed process gives nothing back.
    patched.setattr(Feeds, "release", lambda *_, **__: None)


def _run_twice(room: PollingRoom) -> bool:
    try:
        room.refresh()()
        room.clock.advance(days=1)
        room.refresh()()
    except Killed:
        return True
    return False


def test_many_feeds_over_real_threads_and_a_file(room_on_file: PollingRoom) -> None:
    urls = [f"https://outlet{number}.example/rss" for number in range(40)]
    for url in urls:
        room_on_file.follow(url)
        room_on_file.script(answer(rss(BRIDGE, FERRY, host=url.split(".")[0][8:]), url))
    with ThreadPoolExecutor(8) as pool:
        reports = room_on_file.refresh(executor=pool, batch=16)()
    assert (len(reports), sum(report.new for report in reports)) == (40, 80)


def test_two_processes_at_once_poll_each_feed_once(room_on_file: PollingRoom) -> None:
    urls = [f"https://outlet{number}.example/rss" for number in range(20)]
    for url in urls:
        room_on_file.follow(url)
        room_on_file.script(answer(rss(BRIDGE, host=url.split(".")[0][8:]), url))
    both = [room_on_file.refresh(owner=name, batch=3) for name in ("one", "two")]
    with ThreadPoolExecutor(2) as pool:
        running: list[Future[tuple[RefreshReport, ...]]] = [pool.submit(refresh) for refresh in both]
    reports = [report for future in running for report in future.result()]
    assert (len(reports), sorted(request.url for request in room_on_file.fetcher.asked)) == (20, sorted(urls))


def test_database_that_cannot_be_written_is_told_and_the_feed_stays_due(tmp_path: Path) -> None:
    file = tmp_path / "broadfold.db"
    with closing(file_storage(file, patience=0.01)) as storage:
        room = PollingRoom(storage=storage)
        number = room.follow()
        with closing(sqlite3.connect(file, isolation_level=None)) as other:

            def locking(_: FetchRequest) -> FetchResult:
                other.execute("BEGIN IMMEDIATE")
                return answer(rss(BRIDGE))

            with pytest.raises(DatabaseUnusable):
                room.refresh(fetcher=locking)()
        assert (room.feed(number).last_polled_at, room.feed(number).failures) == (None, 0)
        room.script(answer(rss(BRIDGE)))
        room.clock.advance(minutes=10)
        assert [report.outcome for report in room.refresh()()] == ["new"]
