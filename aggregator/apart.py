"""The jobs in a process of their own, so that no page waits for a build.

Threads of one Python process take turns: while a build computes, every page waits for its turn dozens of
times. A process of its own has an interpreter of its own, and may be told to let others go first. The two
meet in the database alone, as two schedulers on two machines would; the bells of the pages go through a pipe.
"""

import os
import signal
import threading
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Protocol

import structlog

from aggregator.bootstrap import opened
from aggregator.clock import Clock, SystemClock
from aggregator.scheduler import Ticker
from aggregator.settings import Settings
from aggregator.storage.orphans import give_back

log = structlog.get_logger()

GIVES_WAY = 10
"""How much lower the jobs' priority is, in steps of `nice`: pages first, whatever the jobs do."""
AGAIN_AFTER = 5.0
"""Seconds before jobs that ended by themselves are started again."""


class Scheduler(Protocol):
    """Runs the jobs: in threads of this process (`Ticker`), or in another process (`Apart`)."""

    def start(self) -> None:
        """Start ticking."""
        ...

    def soon(self, name: str) -> None:
        """Let a job run at once."""
        ...

    def stop(self) -> None:
        """Stop, after the jobs that run now have ended."""
        ...


@dataclass(slots=True, kw_only=True)
class Apart:
    """A scheduler in another process; one that ends by itself, for want of memory say, is started again."""

    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    again_after: float = AGAIN_AFTER
    process: BaseProcess | None = None
    """The one that works now; None before the start and after the stop."""
    _bell: "Connection[str | None, None] | None" = None
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _watching: threading.Thread | None = None

    def start(self) -> None:
        """Start the process; every job has its first look at once."""
        self._begin()
        self._watching = threading.Thread(target=self._watch, name="jobs watched", daemon=True)
        self._watching.start()

    def soon(self, name: str) -> None:
        """Let a job run at once instead of at its next tick; nothing happens when there is no process."""
        with self._gate:
            self._ring(name)

    def stop(self, *, patience: float | None = None) -> None:
        """End the process, after the jobs that run now have ended; does nothing when there is none.

        Jobs that take longer than `patience` seconds are killed, which they survive; None waits for them. So
        they are when waiting is interrupted, by Ctrl-C say.
        """
        self._stopping.set()
        if self._watching is not None:
            self._watching.join()
        with self._gate:
            process, self.process = self.process, None
            self._ring(None)
            self._bell = None
        if process is not None:
            try:
                process.join(patience)
            finally:
                process.kill()
                process.join()

    def _begin(self) -> None:
        context = get_context("spawn")
        heard, bell = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(self.settings, self.clock, heard), name="broadfold jobs")
        process.start()
        heard.close()
        with self._gate:
            self._bell, self.process = bell, process

    def _ring(self, name: str | None) -> None:
        if self._bell is None:
            return
        try:
            self._bell.send(name)
        except OSError:
            log.warning("the jobs did not hear", wanted=name or "to stop", why="their process has ended")

    def _watch(self) -> None:
        """Start the process anew when it ends though nobody stops it."""
        while not self._stopping.is_set():
            process = self.process
            assert process is not None
            if not wait([process.sentinel], timeout=0.5):
                continue
            process.join()
            log.error("the process of the jobs ended; it is started again", exit_code=process.exitcode)
            if not self._stopping.wait(self.again_after):
                self._begin()


def work(settings: Settings, clock: Clock, heard: "Connection[None, str | None]") -> None:
    """Run the jobs until the pipe says None, or until who holds its other end is gone."""
    # Ctrl-C goes to both processes of a terminal: the other one decides when the jobs end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(GIVES_WAY)
    with opened(settings, clock=clock) as services:
        give_back(services.storage)
        ticker = Ticker(services=services)
        ticker.start()
        try:
            while (name := heard.recv()) is not None:
                ticker.soon(name)
        except EOFError:
            log.warning("the pages have ended, so the jobs end, too")
        finally:
            ticker.stop()
