"""Gives back the leases of processes of this machine that have ended without doing so.

A lease ends by itself, but a build's only after a quarter of an hour: so long nothing would be grouped once a
process was killed. Holders are called `machine:process`, and this machine can tell whether a process lives.
"""

import os
import socket
from collections.abc import Callable

import structlog

from aggregator.storage.database import Storage

log = structlog.get_logger()


def owner() -> str:
    """Return under which name this process holds leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def give_back(storage: Storage, *, is_alive: Callable[[int], bool] | None = None) -> tuple[str, ...]:
    """End the leases of processes of this machine that live no more; return what for they were.

    Args:
        storage: where leases are held. No unit of work may be open.
        is_alive: tells of a process of this machine whether it lives; asks the system by default.
    """
    lives = is_alive or _lives
    with storage.reading() as work:
        held = work.leases.held()
    gone = {name: holder for name, holder in held.items() if _is_orphan(holder, lives)}
    if gone:
        with storage.writing() as work:
            for name, holder in gone.items():
                work.leases.release(name, owner=holder)
        log.info("took over from a process that has ended", leases=sorted(gone))
    return tuple(sorted(gone))


def _is_orphan(holder: str, lives: Callable[[int], bool]) -> bool:
    machine, _, process = holder.rpartition(":")
    return machine == socket.gethostname() and process.isdecimal() and not lives(int(process))


def _lives(process: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere, asking would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
