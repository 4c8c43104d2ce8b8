"""Time the work of a search's meaning while other threads compute: the model as it is beside its trace.

`python -m benchmarks.traced [--articles 100000]`. The product with the articles' vectors is timed as it is,
too, beside the same in steps of a thousand rows.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import numpy as np

from aggregator.stories.embed import _encode, _model, open_embedder

TIMES = 20
BUSY = (0, 1, 2)
"""Threads that compute beside it."""
STEP = 1024


@contextmanager
def computing(threads: int) -> Iterator[None]:
    """Let so many threads compute in Python meanwhile."""
    stopped = Event()

    def compute() -> None:
        while not stopped.is_set():
            sum(number * number for number in range(3000))

    running = [Thread(target=compute) for _ in range(threads)]
    for thread in running:
        thread.start()
    yield
    stopped.set()
    for thread in running:
        thread.join()


def median(do: Callable[[str], object]) -> float:
    """Return the middle of how many milliseconds it takes."""
    do("a first one")
    found = []
    for number in range(TIMES):
        start = time.perf_counter()
        do(f"the vote on the budget, number {number}")
        found.append((time.perf_counter() - start) * 1000)
    return float(np.median(found))


def main() -> None:
    """Print a line for each number of busy threads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    articles = parser.parse_args().articles
    embedder = open_embedder()
    model = _model("all-MiniLM-L6-v2")
    chance = np.random.default_rng(1)
    rows = chance.integers(-127, 127, (articles, embedder.dim), dtype=np.int8)
    vector = chance.normal(size=embedder.dim).astype(np.float32)

    def in_steps(_: str) -> None:
        for start in range(0, articles, STEP):
            _ = rows[start : start + STEP].astype(np.float32) @ vector

    ways: dict[str, Callable[[str], object]] = {
        "traced": lambda text: embedder.encode([text]),
        "as it is": lambda text: _encode(model, [text]),
        "product": lambda _: np.einsum("ij,j->i", rows, vector, dtype=np.float32, casting="unsafe"),
        "in steps": in_steps,
    }
    print(f"{'busy threads':<14}" + "".join(f"{name:>12}" for name in ways) + "   (ms, median)")
    for busy in BUSY:
        with computing(busy):
            print(f"{busy:<14}" + "".join(f"{median(do):>12.1f}" for do in ways.values()))


if __name__ == "__main__":
    main()
