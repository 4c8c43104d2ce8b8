"""How good the grouping is on files that nothing was fitted to, beside its rivals.

`python -m benchmarks.grouping CORPUS VECTORS [--judges FOLDER]`: CORPUS is a folder with `labelled/`,
VECTORS one to keep vectors in, FOLDER one to keep the judges in between runs. For every file the judges
are fitted on all the others, and the numbers of the grouping are those that do best on the other days.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from aggregator.domain.stories import Partition
from aggregator.evaluate import agreement
from aggregator.stories.group import GroupNumbers, group
from aggregator.stories.judge import Judges, read_judge
from aggregator.stories.relate import relate
from aggregator.stories.survey import Evidence
from benchmarks import rivals
from benchmarks.corpora import Corpus
from benchmarks.fit_evidence import DAYS, View, every_view, fit_both, labelled, measured
from benchmarks.rivals import Groups

SCORED = (*(f"day-{day}" for day in DAYS), "gold_feeds_en_2020-08-05", "ecbplus")
FLOORS = (0.2, 0.25, 0.3, 0.35, 0.4)
DAMPINGS = (0.75, 0.8, 0.85, 0.9, 1.0)

Triple = tuple[float, float, float]
"""B-cubed F, B-cubed F over members of true groups ("multi"), and pairwise F."""

Table = dict[str, dict[str, Triple]]
"""Scores by method and file."""


def held_out(read: Mapping[str, Corpus], kept: Path | None) -> Iterator[tuple[Corpus, Evidence]]:
    """Yield each scored file with its evidence by judges that never saw it."""
    for name, judges in held_out_judges(read, kept):
        corpus = read[name]
        yield corpus, relate(corpus.articles, corpus.rows, corpus.folding, judges=judges)


def held_out_judges(read: Mapping[str, Corpus], kept: Path | None) -> Iterator[tuple[str, Judges]]:
    """Yield each scored file's name with judges that never saw it."""
    taught: tuple[list[View], list[Evidence]] | None = None
    for name in SCORED:
        file = kept / f"{name}.json" if kept else None
        if file and file.exists():
            raw = json.loads(file.read_text(encoding="utf-8"))
        else:
            if taught is None:
                seen = every_view(read)
                taught = seen, measured(seen)
            raw = fit_both(*taught, [name])
            if file:
                file.write_text(json.dumps(raw), encoding="utf-8")
        yield name, Judges(first=read_judge(raw["first"]), second=read_judge(raw["second"]))


def found_by(partition: Partition) -> Groups:
    """Return the group of each article, those of noise alone."""
    found = {one: place for place, group in enumerate(partition.groups) for one in group}
    return found | {one: -one - 1 for one in partition.noise}


def scored(corpus: Corpus, found: Groups) -> Triple:
    """Return the scores of some groups against the labels."""
    truth = {a.id: story for a, story in zip(corpus.articles, corpus.stories, strict=True) if story}
    met = agreement({one: found[one] for one in truth}, truth)
    return met.b3_f, met.multi_b3_f, met.pair_f


def ways(corpus: Corpus, evidence: Evidence) -> Iterator[tuple[str, Mapping[str, Groups]]]:
    """Yield each way to group with what it finds by its numbers."""
    yield "every article alone", {"": rivals.alone(corpus.articles)}
    yield "NewsBlur's title rule", {"": rivals.title_rule(corpus.articles)}
    yield "plain HDBSCAN on vectors", {"": rivals.plain_hdbscan(corpus.articles, corpus.rows)}
    yield "evidence, single linkage", {f"{f}": rivals.connected(evidence, f) for f in (0.6, 0.7, 0.8, 0.9)}
    yield "evidence, correlation", {f"{f}": rivals.correlation(evidence, f) for f in (0.2, *FLOORS)}
    yield "evidence, average linkage", {f"{f}": rivals.average_linkage(evidence, f) for f in FLOORS}
    numbers = {f"{d} {f}": GroupNumbers(damping=d, floor=f) for d, f in product(DAMPINGS, FLOORS)}
    found = {name: found_by(group(evidence, one)) for name, one in numbers.items()}
    yield "Broadfold, undamped", {name: one for name, one in found.items() if name.startswith("1.0")}
    yield "Broadfold", found


def chosen(scores: Mapping[str, Mapping[str, Triple]]) -> dict[str, Triple]:
    """Return the score of each file with the numbers that do best on the other days, by sum of means."""
    picked = {}
    for name, own in scores.items():
        others = [one for other, one in scores.items() if other != name and other.startswith("day-")]
        best = max(own, key=lambda number: sum(sum(one[number]) for one in others))
        picked[name] = own[best]
    return picked


def table(evidence: Sequence[tuple[Corpus, Evidence]]) -> Table:
    """Return the scores of every way on every file."""
    every: dict[str, dict[str, dict[str, Triple]]] = {}
    for corpus, one in evidence:
        for way, found in ways(corpus, one):
            scores = {number: scored(corpus, groups) for number, groups in found.items()}
            every.setdefault(way, {})[corpus.name] = scores
    return {way: chosen(scores) for way, scores in every.items()}


def main() -> None:
    """Print the table, one row a way and one column a file, and the means over the days."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--judges", type=Path)
    asked = parser.parse_args()
    found = table(list(held_out(labelled(asked.corpus, asked.vectors), asked.judges)))
    names = [name.removeprefix("day-2020-")[:9] for name in SCORED]
    sys.stdout.write(f"| way | {' | '.join(['mean of days', *names])} |\n")
    for way, scores in found.items():
        days = np.mean([scores[f"day-{day}"] for day in DAYS], axis=0)
        cells = [_cell(days), *(_cell(scores[name]) for name in SCORED)]
        sys.stdout.write(f"| {way} | {' | '.join(cells)} |\n")


def _cell(numbers: Sequence[float]) -> str:
    return " ".join(f"{number:.3f}"[1:] if number < 1 else "1" for number in numbers)


if __name__ == "__main__":
    main()
