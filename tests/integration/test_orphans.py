"""Leases of processes that were killed are given back when the jobs start again."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.storage import Storage
from aggregator.storage.orphans import give_back, owner
from tests.databases import memory_storage
from tests.fakes import NOON

HOST = socket.gethostname()
DEAD, ALIVE = 4_000_001, 4_000_002


@pytest.fixture
def storage() -> Iterator[Storage]:
    opened = memory_storage()
    yield opened
    opened.close()


def hold(storage: Storage, **holders: str) -> None:
    with storage.writing() as work:
        for name, holder in holders.items():
            assert work.leases.claim(name, owner=holder, now=NOON, until=NOON + timedelta(hours=1))


def held(storage: Storage) -> set[str]:
    with storage.reading() as work:
        return set(work.leases.held())


def test_leases_of_dead_processes_of_this_machine_are_given_back_and_no_others(storage: Storage) -> None:
    hold(
        storage,
        build=f"{HOST}:{DEAD}",
        texts=f"{HOST}:{ALIVE}",
        sweep=f"elsewhere:{DEAD}",
        other="2026-03-14T12:00:00+00:00",
        odd=f"{HOST}:²",
    )

    assert give_back(storage, is_alive=lambda process: process == ALIVE) == ("build",)
    assert held(storage) == {"texts", "sweep", "other", "odd"}
    assert give_back(storage, is_alive=lambda process: process == ALIVE) == ()


@pytest.mark.skipif(os.name != "posix", reason="only there a process can be asked whether it lives")
def test_the_system_tells_which_processes_live(storage: Storage) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    hold(storage, mine=owner(), gone=f"{HOST}:{ended.pid}", first=f"{HOST}:1")

    assert give_back(storage) == ("gone",)
    assert held(storage) == {"mine", "first"}
