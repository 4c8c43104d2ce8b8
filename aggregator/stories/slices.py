"""Work through long arrays in slices, on as many threads as this process has processors.

Serves the numeric steps of relate: numpy and scipy let go of the interpreter while they count, and a
slice that fits into a processor's own memory is worked through faster than the whole.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def in_slices(size: int, step: int, work: Callable[[slice], R]) -> list[R]:
    """Return what `work` makes of each slice of at most `step` of `size` places, in their order.

    There is at least one slice, be it empty. An exception in one of them is raised here.
    """
    every = [slice(start, min(start + step, size)) for start in range(0, max(size, 1), step)]
    if len(every) == 1:
        return [work(every[0])]
    with ThreadPoolExecutor(max_workers=processors(), thread_name_prefix="slice") as pool:
        return list(pool.map(work, every))


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
