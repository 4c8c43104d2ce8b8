"""Time relate, group and track on windows of a real stream, beside plain HDBSCAN on the same vectors.

`python -m benchmarks.speed stream.jsonl.gz [--articles 20000] [--plot FILE.svg]`. The vectors are random
projections of words, because embedding is not what is timed here; neighbours are as crowded as real ones.
Each size runs in a process of its own, so that its peak of memory is its own. HDBSCAN is timed on fewer
articles and its time grown by the square, which is kind to it.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Folding, TrackedStory
from aggregator.stories.background import load_background
from aggregator.stories.group import GroupNumbers, graph_of
from aggregator.stories.idle import with_follows
from aggregator.stories.rarity import weigh_words
from aggregator.stories.regroup import IDLE, Known, regroup, times_of
from aggregator.stories.relate import Recall
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


SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000)
NEW = 200
BUILDS = 5
"""New articles come so many times; what a build costs is the median."""
RIVAL = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one size took: seconds by step from scratch and of a build with new articles; peaks in MB.

    `base_mb` is what the process held when the articles and their vectors were read, before the first step.
    """

    articles: int
    scratch: dict[str, float]
    new: dict[str, float]
    base_mb: float
    peak_mb: float
    pairs: int


@dataclass(slots=True)
class Desk:
    """The stories in memory, built again and again as a running process does."""

    recall: Recall = field(default_factory=Recall)
    tracked: tuple[TrackedStory, ...] = ()

    def build(self, articles: list[Article], vectors: NDArray[np.float32]) -> dict[str, float]:
        """Return the seconds of each step."""
        marks = [time.perf_counter()]
        evidence = self.recall(articles, vectors, Folding())
        marks.append(time.perf_counter())
        numbers, times = GroupNumbers(), times_of(articles)
        graph = graph_of(evidence)
        partition = regroup(graph, Known(tracked=self.tracked), times, idle=IDLE, settings=numbers)
        marks.append(time.perf_counter())
        changes = track(self.tracked, partition, at={one.id: one.at for one in articles})
        with_follows(changes, partition, graph, times, idle=IDLE, floor=numbers.floor)
        marks.append(time.perf_counter())
        groups = [*partition.groups, *(frozenset({one}) for one in partition.noise)]
        self.tracked = tuple(
            TrackedStory(id=StoryId(place), opened_at=articles[0].at, members=members)
            for place, members in enumerate(groups)
        )
        steps = ("relate", "group", "track")
        return dict(zip(steps, (after - before for before, after in pairwise(marks)), strict=True))


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(stream: Path, size: int) -> Measured:
    """Return what a window of this size takes from scratch, and with new articles as the oldest leave."""
    articles = read_stream(stream, size + NEW * BUILDS)
    vectors = projected(articles)
    size = min(size, len(articles) - NEW * BUILDS)
    base, desk = peak_mb(), Desk()
    import hdbscan  # noqa: F401 (loading it is a matter of the process, not of the window)

    scratch = desk.build(articles[:size], vectors[:size])
    pairs = len(desk.recall.last.evidence.score) if desk.recall.last else 0
    after = [
        desk.build(articles[start : start + size], vectors[start : start + size])
        for start in range(NEW, NEW * BUILDS + 1, NEW)
    ]
    new = {step: float(np.median([one[step] for one in after])) for step in scratch}
    return Measured(articles=size, scratch=scratch, new=new, base_mb=base, peak_mb=peak_mb(), pairs=pairs)


def rival(stream: Path, count: int) -> float:
    """Return the seconds of plain HDBSCAN on this many articles."""
    from hdbscan import HDBSCAN

    vectors = projected(read_stream(stream, count))
    start = time.perf_counter()
    HDBSCAN(min_cluster_size=2).fit(vectors[:, : DIM // 2].astype(np.float64))
    return time.perf_counter() - start


def drawn(found: list[Measured]) -> str:
    """Return a plot of seconds by articles (SVG), beside what n·log n from the first size would be."""
    width, height, left, bottom = 640, 360, 60, 40
    most = max(sum(one.scratch.values()) for one in found)
    last = found[-1].articles
    first = found[0]
    unit = sum(first.scratch.values()) / (first.articles * log(first.articles))

    def path(seconds: Callable[[Measured], float]) -> str:
        return " ".join(
            f"{left + (width - left - 20) * one.articles / last:.1f},"
            f"{height - bottom - (height - bottom - 30) * min(seconds(one) / most, 1.05):.1f}"
            for one in found
        )

    lines = (
        ("from scratch", "#1f5fa8", "", path(lambda one: sum(one.scratch.values()))),
        (f"{NEW} new articles", "#b3541e", "", path(lambda one: sum(one.new.values()))),
        ("n·log n", "#777777", "5 4", path(lambda one: unit * one.articles * log(one.articles))),
    )
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        'font-size="13"><title>Seconds of relate, group and track by articles in the window</title>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<path d="M{left},20 V{height - bottom} H{width - 20}" fill="none" stroke="#333333"/>',
        f'<text x="{left - 8}" y="34" text-anchor="end">{most:.0f} s</text>',
        f'<text x="{left - 8}" y="{height - bottom}" text-anchor="end">0</text>',
        f'<text x="{width - 20}" y="{height - 14}" text-anchor="end">{last:,} articles</text>',
    ]
    for place, (name, colour, dash, points) in enumerate(lines):
        stroke = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        body.append(f'<polyline points="{points}" {stroke}/>')
        body.append(f'<text x="{left + 20}" y="{40 + 20 * place}" fill="{colour}">{name}</text>')
    return "\n".join([*body, "</svg>"]) + "\n"


def main() -> None:
    """Print seconds by step and the peak of memory for each size, and the ratios to both rivals."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("stream", type=Path)
    parser.add_argument("--articles", type=int, default=20_000, help="the size compared with the rivals")
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    sizes = sorted({*SIZES, asked.articles})
    titles = "| articles | pairs | relate | group | track | from scratch | 200 new | peak MB | of it steps |"
    sys.stdout.write(f"{titles}\n|" + "--:|" * 9 + "\n")
    found = []
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as alone:
        for size in sizes:
            one = alone.apply(measure, (asked.stream, size))
            found.append(one)
            steps = " | ".join(f"{seconds:.2f}" for seconds in one.scratch.values())
            sums = f"{sum(one.scratch.values()):.2f} | {sum(one.new.values()):.2f}"
            memory = f"{one.peak_mb:,.0f} | {one.peak_mb - one.base_mb:,.0f}"
            sys.stdout.write(f"| {one.articles:,} | {one.pairs:,} | {steps} | {sums} | {memory} |\n")
            sys.stdout.flush()
        plain = alone.apply(rival, (asked.stream, RIVAL)) * (asked.articles / RIVAL) ** 2
    ours = found[sizes.index(asked.articles)]
    scratch, new = sum(ours.scratch.values()), sum(ours.new.values())
    sys.stdout.write(f"{asked.articles:,} articles: 200 new {new:.2f} s")
    sys.stdout.write(" (" + ", ".join(f"{step} {seconds:.2f}" for step, seconds in ours.new.items()) + ")")
    sys.stdout.write(f", from scratch {scratch / new:.1f} times that\n")
    sys.stdout.write(
        f"plain HDBSCAN, by its square: {plain:.1f} s, {plain / scratch:.1f} times from scratch\n"
    )
    if asked.plot:
        asked.plot.write_text(drawn(found), encoding="utf-8")


if __name__ == "__main__":
    main()
