"""Where independent work runs in parallel: threads on one machine.

The seam is the `submit` of `concurrent.futures`, which Dask's `Client.get_executor()` speaks too.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Run calls somewhere else. Implementations: a thread pool, and an inline one for tests."""

    def submit(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """Start `call(*args, **kwargs)` and return its future; exceptions travel in the future."""
        ...


def thread_pool(workers: int) -> ThreadPoolExecutor:
    """Return an executor of `workers` threads, named so that they can be told apart in a log."""
    return ThreadPoolExecutor(max_workers=workers, thread_name_prefix="broadfold")


def each_done(executor: Executor, call: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Run `call` on every item and yield the results in the order in which they end."""
    for future in as_completed([executor.submit(call, item) for item in items]):
        yield future.result()
