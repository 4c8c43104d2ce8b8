"""One table of jobs for APScheduler, which only ticks: what is due is decided by the database.

The job store is in memory on purpose: two processes that share one 3.x job store run each job twice,
while two processes that tick on their own meet at the leases in the database.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from aggregator.bootstrap import Services
from aggregator.domain.digests import DigestReport
from aggregator.domain.errors import BroadfoldError
from aggregator.stories.ahead import AheadReport

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger()

NOTHING_SENT = DigestReport()
NOTHING_AHEAD = AheadReport()

REBUILD_EVERY = timedelta(hours=1)
"""Stories are built without news, too, so that old ones leave the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line of the table: what runs, and how often it is looked at."""

    name: str
    every: timedelta
    run: Callable[[], None]


def jobs(services: Services, build_soon: Callable[[], None]) -> tuple[Job, ...]:
    """Return the table of jobs.

    Args:
        services: what the jobs call.
        build_soon: asks for a build at once, used when a refresh brought news.
    """
    schedule = services.settings.schedule

    def refresh() -> None:
        reports = services.refresh()
        if any(report.new or report.changed for report in reports):
            build_soon()
        services.full_texts()

    last: list[datetime] = []

    def build() -> None:
        now = services.clock.now()
        if last and now - last[-1] < REBUILD_EVERY and not services.build.is_behind():
            return
        report = services.build()
        if report is not None:
            last[:] = [now]
            log.info("stories built", articles=report.articles, opened=report.opened, changed=report.changed)
            ahead = services.compare_ahead()
            if ahead != NOTHING_AHEAD:
                log.info("stories compared ahead", **asdict(ahead))

    def digest() -> None:
        report = services.digests.send()
        if report != NOTHING_SENT:
            log.info("digests looked at", **asdict(report))

    return (
        Job(name="refresh", every=timedelta(seconds=schedule.refresh_seconds), run=refresh),
        Job(name="build", every=timedelta(seconds=schedule.build_seconds), run=build),
        Job(name="digest", every=timedelta(seconds=schedule.digest_seconds), run=digest),
    )


@dataclass(slots=True, kw_only=True)
class Ticker:
    """Runs the table of jobs in the background until it is stopped."""

    services: Services
    _scheduler: "BackgroundScheduler" = field(init=False)
    _is_ticking: bool = field(init=False, default=False)
    _gate: Lock = field(init=False, default_factory=Lock)

    def start(self) -> None:
        """Start ticking; every job has its first look at once."""
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 2, "misfire_grace_time": None}
        )
        for job in jobs(self.services, lambda: self.soon("build")):
            self._scheduler.add_job(
                _guarded(job),
                "interval",
                id=job.name,
                seconds=job.every.total_seconds(),
                next_run_time=self.services.clock.now(),
            )
        self._is_ticking = True
        self._scheduler.start()

    def soon(self, name: str) -> None:
        """Let a job run at once instead of at its next tick; nothing happens once the ticker stops."""
        with self._gate:
            if self._is_ticking:
                self._scheduler.modify_job(name, next_run_time=self.services.clock.now())

    def stop(self) -> None:
        """Stop ticking, after the jobs that run now have ended; does nothing when it does not tick."""
        # While APScheduler waits for running jobs it holds the lock that `modify_job` asks for: a refresh
        # that brought news would wait for the stop, and the stop for the refresh.
        with self._gate:
            was_ticking, self._is_ticking = self._is_ticking, False
        if was_ticking and self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _guarded(job: Job) -> Callable[[], None]:
    """Return the job so that an error is logged and the next tick still comes.

    It never runs twice at a time; who asks for it while it runs waits for the turn after, because the
    running one may have read already what has changed since.
    """
    turn = Lock()

    def run() -> None:
        try:
            with turn:
                job.run()
        except BroadfoldError as error:
            log.error("job failed", job=job.name, why=str(error))
        except Exception:
            log.exception("job failed for a reason nobody foresaw", job=job.name)

    return run
