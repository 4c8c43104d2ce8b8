"""Time relate, group and track on a window of a real stream, beside plain HDBSCAN on the same vectors.

`python -m benchmarks.speed stream.jsonl.gz [--articles 20000] [--rival 5000]`. The vectors are random
projections of words, because embedding is not what is timed here; neighbours are as crowded as real ones.
HDBSCAN is timed on fewer articles and its time grown by the square, which is kind to it.
"""

import argparse
import gzip
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from aggregator.stories.background import load_background
from aggregator.stories.group import group
from aggregator.stories.rarity import weigh_words
from aggregator.stories.relate import relate
from aggregator.stories.track import track
from aggregator.stories.words import read_words, weighted_rows

DIM = 768
LATENT = 96
"""Directions of the projection: with so many, the cosine of an article's first, fifth, twentieth and
fortieth neighbour is that of the model's vectors on a real day (.5, .4, .3, .25), and so is the number of
pairs to weigh."""
SKIPPED = 20_000
"""The stream's first months hold few feeds."""


def read_stream(stream: Path, count: int) -> list[Article]:
    """Return articles of the stream in the order they were first seen."""
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        rows = sorted((json.loads(line) for line in lines), key=lambda row: (row["first_seen"], row["id"]))
    some = rows[SKIPPED : SKIPPED + count] if len(rows) > SKIPPED + count else rows[:count]
    outlets: dict[str, int] = {}
    return [
        Article(
            id=ArticleId(number),
            outlet_id=OutletId(outlets.setdefault(row["outlet"], len(outlets))),
            url=row["url"],
            link=row["url"],
            title=row["title"],
            summary="",
            text=row["text"] or "",
            content_hash="",
            at=datetime.fromisoformat(row["first_seen"]).astimezone(UTC),
            dated=True,
            first_seen_at=datetime.fromisoformat(row["first_seen"]).astimezone(UTC),
        )
        for number, row in enumerate(some)
    ]


def projected(articles: list[Article]) -> NDArray[np.float32]:
    """Return unit rows, float32[n, DIM]: a random projection of each article's weighted words."""
    words = read_words(articles)
    hours = np.array([one.at.timestamp() / 3600 for one in articles])
    rows = weighted_rows(words.every, weigh_words(words, load_background(), hours).usual)
    random = np.random.default_rng(7)
    directions = random.standard_normal((rows.shape[1], LATENT)).astype(np.float32)
    half = (rows @ directions) @ random.standard_normal((LATENT, DIM // 2)).astype(np.float32)
    half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-9)
    whole: NDArray[np.float32] = np.concatenate([half, half], axis=1) / np.sqrt(np.float32(2))
    return whole


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how many seconds the block took."""
    start = time.perf_counter()
    yield
    sys.stdout.write(f"{what:24} {time.perf_counter() - start:8.2f} s\n")


def main() -> None:
    """Print the seconds of each step and of the rival, and the peak of memory."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("stream", type=Path)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--rival", type=int, default=5_000)
    asked = parser.parse_args()
    articles = read_stream(asked.stream, asked.articles)
    vectors = projected(articles)
    start = time.perf_counter()
    with timed(f"relate {len(articles):,}"):
        evidence = relate(articles, vectors, Folding())
    with timed("group"):
        partition = group(evidence)
    with timed("track"):
        track((), partition, at={one.id: one.at for one in articles})
    ours = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"all steps {ours:.2f} s, peak {peak:,.0f} MB, pairs {len(evidence.score):,}\n")
    if asked.rival:
        from hdbscan import HDBSCAN

        start = time.perf_counter()
        HDBSCAN(min_cluster_size=2).fit(vectors[: asked.rival, : DIM // 2].astype(np.float64))
        rival = (time.perf_counter() - start) * (asked.articles / asked.rival) ** 2
        sys.stdout.write(f"plain HDBSCAN, by its square: {rival:.1f} s, {rival / ours:.1f} times ours\n")


if __name__ == "__main__":
    main()
