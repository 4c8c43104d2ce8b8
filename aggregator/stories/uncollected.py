"""Keep the collector of cycles away from steps that make very many small objects and no cycle.

Serves relate, group and track: a window of 20,000 articles is tens of thousands of tuples, lists and sets,
and each time their number has grown by a quarter Python looks through every object of the process.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the collector, unless it is paused already; as a decorator, while the function runs."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()
