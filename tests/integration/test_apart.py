"""The jobs in a process of their own: real processes over a real file."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from aggregator.apart import Apart
from aggregator.clock import SystemClock
from aggregator.domain.feeds import NewFeed
from aggregator.settings import FeedSettings, ScheduleSettings, Settings
from aggregator.storage import open_storage
from aggregator.stories.build import LEASE
from tests.databases import file_storage
from tests.mailserver import free_port

PATIENCE = 60.0
"""Seconds for another Python to start, on a machine that is busy with other tests."""


@dataclass(frozen=True, slots=True)
class Place:
    """An instance with one feed that nobody serves: a failed poll is what shows that the jobs ran."""

    settings: Settings
    file: Path

    def polls(self) -> int:
        with closing(open_storage(f"sqlite:///{self.file}")) as storage, storage.reading() as work:
            (feed,) = work.feeds.all()
        return feed.failures

    def hasten(self) -> None:
        now = SystemClock().now()
        with closing(open_storage(f"sqlite:///{self.file}")) as storage, storage.writing() as work:
            work.feeds.hasten(now=now, polled_before=now)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    file = tmp_path / "broadfold.db"
    storage = file_storage(file)
    now = SystemClock().now()
    with storage.writing() as work:
        outlet = work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
        work.feeds.add(NewFeed(url=f"http://127.0.0.1:{free_port()}/feed"), outlet, now=now)
        # Somebody else is grouping, so that these jobs need no model.
        work.leases.claim(LEASE, owner="another", now=now, until=now + timedelta(hours=1))
    storage.close()
    return Place(
        Settings(
            data=tmp_path,
            database_url=f"sqlite:///{file}",
            feeds=FeedSettings(allow_private_addresses=True),
            schedule=ScheduleSettings(refresh_seconds=3600, build_seconds=3600, digest_seconds=3600),
        ),
        file,
    )


@pytest.fixture
def apart(place: Place) -> Iterator[Apart]:
    jobs = Apart(settings=place.settings, again_after=0.1)
    yield jobs
    jobs.stop()


def started(place: Place, apart: Apart) -> tuple[BaseProcess, int]:
    """Start the jobs, wait for their first look, and return their process with its number."""
    apart.start()
    until(lambda: place.polls() == 1)
    process = apart.process
    assert process is not None
    assert process.pid is not None
    return process, process.pid


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


@pytest.mark.loopback
def test_jobs_run_in_another_process_hear_the_bell_and_end_when_stopped(place: Place, apart: Apart) -> None:
    process, number = started(place, apart)
    assert number != os.getpid()

    place.hasten()
    apart.soon("refresh")
    until(lambda: place.polls() == 2)

    apart.stop()
    assert (process.exitcode, apart.process) == (0, None)
    apart.soon("refresh")
    assert place.polls() == 2


@pytest.mark.loopback
def test_jobs_whose_process_is_killed_are_started_again(place: Place, apart: Apart) -> None:
    first, number = started(place, apart)
    with capture_logs() as logs:
        os.kill(number, signal.SIGKILL)
        until(lambda: apart.process is not first)
    assert [(line["event"], line["exit_code"]) for line in logs] == [
        ("the process of the jobs ended; it is started again", -signal.SIGKILL)
    ]


@pytest.mark.loopback
def test_jobs_end_when_the_process_of_the_pages_is_killed(place: Place, tmp_path: Path) -> None:
    script = tmp_path / "pages.py"
    script.write_text(
        "import sys, time\n"
        "from aggregator.apart import Apart\n"
        "from aggregator.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    jobs = Apart(settings=Settings.model_validate_json(sys.argv[1]))\n"
        "    jobs.start()\n"
        "    print('started', flush=True)\n"
        "    time.sleep(600)\n"
    )
    pages = subprocess.Popen(
        [sys.executable, str(script), place.settings.model_dump_json()],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    with pages:
        assert pages.stdout is not None
        assert pages.stdout.readline() == "started\n"
        until(lambda: place.polls() == 1)
        pages.kill()
        # The jobs hold the other end of this pipe, too, as long as they live.
        assert pages.stdout.read() == ""


@pytest.mark.loopback
def test_jobs_are_killed_at_once_when_waiting_for_them_is_interrupted(place: Place, apart: Apart) -> None:
    process, number = started(place, apart)
    os.kill(number, signal.SIGSTOP)  # as a job that takes long
    main = threading.main_thread().ident
    again = threading.Timer(0.5, signal.pthread_kill, [main, signal.SIGINT])
    again.start()

    with pytest.raises(KeyboardInterrupt):
        apart.stop()

    assert process.exitcode == -signal.SIGKILL


@pytest.mark.loopback
def test_jobs_that_start_give_back_what_a_killed_process_held(place: Place, apart: Apart) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with closing(open_storage(f"sqlite:///{place.file}")) as storage:
        now = SystemClock().now()
        with storage.writing() as work:
            holder = f"{socket.gethostname()}:{ended.pid}"
            work.leases.claim("sweep", owner=holder, now=now, until=now + timedelta(hours=1))

        apart.start()
        until(lambda: place.polls() == 1)

        with storage.reading() as work:
            assert "sweep" not in work.leases.held()
