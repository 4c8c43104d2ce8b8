"""The table of jobs and what ticks it; the services are stand-ins that only take note."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from aggregator.bootstrap import Services
from aggregator.clock import SystemClock
from aggregator.domain.digests import DigestReport
from aggregator.domain.errors import DatabaseUnusable
from aggregator.domain.feeds import RefreshReport
from aggregator.domain.ids import FeedId
from aggregator.domain.stories import BuildReport
from aggregator.scheduler import Job, Ticker, jobs
from aggregator.settings import ScheduleSettings, Settings
from aggregator.stories.ahead import AheadReport
from tests.fakes import FrozenClock

PATIENCE = 20.0
"""Seconds that a test waits for another thread before it fails."""


@dataclass
class Building:
    """A build that counts its runs; each run returns, or raises, what the test put there."""

    report: BuildReport | Exception | None = field(default_factory=BuildReport)
    runs: int = 0
    behind: bool = False

    def __call__(self) -> BuildReport | None:
        self.runs += 1
        if isinstance(self.report, Exception):
            raise self.report
        return self.report

    def is_behind(self) -> bool:
        return self.behind


def make_services(**fields: Any) -> Services:
    values: dict[str, Any] = {
        "settings": Settings(
            schedule=ScheduleSettings(refresh_seconds=15, build_seconds=45, digest_seconds=55)
        ),
        "clock": FrozenClock(),
        "refresh": lambda: (),
        "full_texts": lambda: 0,
        "build": Building(),
        "compare_ahead": AheadReport,
        "digests": SimpleNamespace(send=DigestReport),
    }
    return cast(Services, SimpleNamespace(**values | fields))


def nobody() -> None:
    """Take no note."""


def job(services: Services, name: str, build_soon: Callable[[], None] = nobody) -> Job:
    return next(one for one in jobs(services, build_soon) if one.name == name)


def report(outcome: str, **fields: Any) -> RefreshReport:
    return RefreshReport(
        feed_id=FeedId(1), url="https://lantern.example/f", title="Lantern", outcome=outcome, **fields
    )


def test_table_has_the_intervals_of_the_settings() -> None:
    assert [(one.name, one.every) for one in jobs(make_services(), nobody)] == [
        ("refresh", timedelta(seconds=15)),
        ("build", timedelta(seconds=45)),
        ("digest", timedelta(seconds=55)),
    ]


@pytest.mark.parametrize(
    ("reports", "asked"),
    [
        ((), 0),
        ((report("same"), report("unchanged"), report("failed")), 0),
        ((report("same"), report("new", new=2)), 1),
        ((report("new", changed=1),), 1),
        ((report("new", new=1), report("new", new=1)), 1),
    ],
    ids=["nothing due", "no news", "new", "changed", "two feeds"],
)
def test_refresh_asks_for_a_build_when_it_brought_news(
    reports: tuple[RefreshReport, ...], asked: int
) -> None:
    soon: list[str] = []
    job(make_services(refresh=lambda: reports), "refresh", lambda: soon.append("build")).run()
    assert len(soon) == asked


def test_build_runs_at_first_and_then_only_when_something_waits_or_an_hour_went_by() -> None:
    clock, building = FrozenClock(), Building()
    build = job(make_services(clock=clock, build=building), "build")
    build.run()
    clock.advance(minutes=59)
    build.run()
    assert building.runs == 1
    building.behind = True
    build.run()
    assert building.runs == 2
    building.behind = False
    clock.advance(minutes=59)
    build.run()
    assert building.runs == 2
    clock.advance(minutes=1)
    build.run()
    assert building.runs == 3


@pytest.mark.parametrize("outcome", [None, DatabaseUnusable("news.db", "the disk is full")])
def test_build_that_did_not_come_about_is_tried_again_at_the_next_tick(outcome: Any) -> None:
    building = Building(report=outcome)
    build = job(make_services(build=building), "build")
    for _ in range(2):
        try:
            build.run()
        except DatabaseUnusable:
            continue
    assert building.runs == 2


def test_build_tells_the_log_what_it_did() -> None:
    building = Building(report=BuildReport(articles=9, opened=2, changed=1))
    with capture_logs() as logs:
        job(make_services(build=building), "build").run()
    assert logs == [{"event": "stories built", "articles": 9, "opened": 2, "changed": 1, "log_level": "info"}]


def test_stories_are_compared_ahead_after_a_build_and_the_log_told() -> None:
    ahead = AheadReport(compared=2, vectors=5)
    with capture_logs() as logs:
        job(make_services(compare_ahead=lambda: ahead), "build").run()
        job(make_services(compare_ahead=lambda: ahead, build=Building(report=None)), "build").run()
    assert [line for line in logs if line["event"] != "stories built"] == [
        {
            "event": "stories compared ahead", "compared": 2, "vectors": 5, "comparisons": 0,
            "log_level": "info",
        }
    ]  # fmt: skip


def test_digests_are_told_to_the_log_only_when_something_was_done() -> None:
    reports = [DigestReport(), DigestReport(made=2, sent=1)]
    digest = job(make_services(digests=SimpleNamespace(send=lambda: reports.pop(0))), "digest")
    with capture_logs() as logs:
        digest.run()
        digest.run()
    assert [(line["event"], line["made"], line["sent"]) for line in logs] == [("digests looked at", 2, 1)]


@dataclass
class Ticking:
    """A ticker over stand-ins whose jobs say when they have run."""

    refreshed: Event = field(default_factory=Event)
    built: Event = field(default_factory=Event)
    meanwhile: Callable[[], tuple[RefreshReport, ...]] = tuple
    ticker: Ticker = field(init=False)
    building: Building = field(default_factory=lambda: Building(behind=True))

    def __post_init__(self) -> None:
        services = make_services(
            clock=SystemClock(),
            settings=Settings(schedule=ScheduleSettings(refresh_seconds=3600, build_seconds=3600)),
            refresh=self._refresh,
            build=_Callable(self._build, self.building.is_behind),
        )
        self.ticker = Ticker(services=services)

    def _refresh(self) -> tuple[RefreshReport, ...]:
        try:
            return self.meanwhile()
        finally:
            self.refreshed.set()

    def _build(self) -> BuildReport | None:
        try:
            return self.building()
        finally:
            self.built.set()

    def saw(self, event: Event) -> bool:
        """Return whether the job ran, and forget it."""
        seen = event.wait(PATIENCE)
        event.clear()
        return seen


@dataclass
class _Callable:
    """A build made of two functions."""

    call: Callable[[], BuildReport | None]
    is_behind: Callable[[], bool]

    def __call__(self) -> BuildReport | None:
        return self.call()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keep what other threads log out of the test's output."""
    with capture_logs():
        yield


@pytest.fixture
def ticking(quiet: None) -> Iterator[Ticking]:
    room = Ticking()
    room.ticker.start()
    yield room
    room.ticker.stop()


def test_every_job_has_its_first_look_at_once(ticking: Ticking) -> None:
    assert ticking.saw(ticking.refreshed)
    assert ticking.saw(ticking.built)


def test_soon_runs_a_job_long_before_its_tick(ticking: Ticking) -> None:
    assert ticking.saw(ticking.built)
    ticking.ticker.soon("build")
    assert ticking.saw(ticking.built)
    assert ticking.building.runs == 2


@pytest.mark.usefixtures("quiet")
def test_job_asked_for_while_it_runs_has_its_turn_after_and_never_beside_itself() -> None:
    room, begun, go_on, again = Ticking(), Event(), Event(), Event()
    beside: list[bool] = []

    def slow() -> tuple[RefreshReport, ...]:
        beside.append(begun.is_set() and not go_on.is_set())
        if begun.is_set():
            again.set()
        begun.set()
        go_on.wait(PATIENCE)
        return ()

    room.meanwhile = slow
    room.ticker.start()
    assert begun.wait(PATIENCE)
    assert room.saw(room.built)
    room.ticker.soon("refresh")
    room.ticker.soon("build")
    assert room.saw(room.built)  # so the second refresh has been handed out, too
    go_on.set()
    assert again.wait(PATIENCE)
    room.ticker.stop()
    assert beside == [False, False]


def test_news_are_built_without_waiting_for_the_tick(ticking: Ticking) -> None:
    assert ticking.saw(ticking.built)
    assert ticking.saw(ticking.refreshed)
    ticking.meanwhile = lambda: (report("new", new=1),)
    ticking.ticker.soon("refresh")
    assert ticking.saw(ticking.built)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            DatabaseUnusable("news.db", "the disk is full"),
            {"event": "job failed", "job": "build", "log_level": "error"},
        ),
        (
            ZeroDivisionError("oh"),
            {"event": "job failed for a reason nobody foresaw", "job": "build", "log_level": "error"},
        ),
    ],
    ids=["foreseen", "unforeseen"],
)
def test_error_in_a_job_is_logged_and_the_next_tick_comes(error: Exception, line: dict[str, str]) -> None:
    room = Ticking()
    room.building.report = error
    with capture_logs() as logs:
        room.ticker.start()
        assert room.saw(room.built)
        room.building.report = BuildReport()
        room.ticker.soon("build")
        assert room.saw(room.built)
        room.ticker.stop()
    failed, built = logs
    assert line.items() <= failed.items()
    assert failed.get("why", str(error)) == str(error)
    assert (built["event"], room.building.runs) == ("stories built", 2)


def test_stopped_ticker_runs_nothing_more(ticking: Ticking) -> None:
    assert ticking.saw(ticking.built)
    ticking.ticker.stop()
    ticking.ticker.soon("build")
    assert not ticking.ticker._scheduler.running
    assert ticking.building.runs == 1


@pytest.mark.usefixtures("quiet")
def test_ticker_stops_although_a_running_refresh_brings_news() -> None:
    room, begun, go_on = Ticking(), Event(), Event()

    def slow() -> tuple[RefreshReport, ...]:
        begun.set()
        go_on.wait(PATIENCE)
        return (report("new", new=1),)

    room.meanwhile = slow
    room.ticker.start()
    assert begun.wait(PATIENCE)
    assert room.saw(room.built)
    stopping = Thread(target=room.ticker.stop, daemon=True)
    stopping.start()
    # Its state changes before it waits for the running refresh; only then may the refresh end.
    while room.ticker._scheduler.running:
        stopping.join(0.01)
    go_on.set()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    assert room.building.runs == 1
