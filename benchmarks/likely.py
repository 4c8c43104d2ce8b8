"""How often "very likely" is right: the words of "why together?" on days that the judges never saw.

`python -m benchmarks.likely CORPUS VECTORS [--judges FOLDER]`, with the folders of `benchmarks.grouping`.
Counted are the relations that a story's page tells: each report with the nearest of its story. The last
rows compare the weakest link of each story of three and more with its other links.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from aggregator.readers.why import ENOUGH_TO_COMPARE, LIKELY, likely
from aggregator.stories.group import group
from aggregator.stories.survey import Evidence
from aggregator.stories.why import closest
from benchmarks.corpora import Corpus
from benchmarks.fit_evidence import DAYS, labelled
from benchmarks.grouping import held_out

Told = tuple[float, bool]
"""A probability that a page would tell, and whether both are of one true story."""


def stories(corpus: Corpus, evidence: Evidence) -> Iterator[list[Told]]:
    """Yield the relations of each story that was found, without copies, where both labels are known."""
    truth = {one.id: story for one, story in zip(corpus.articles, corpus.stories, strict=True) if story}
    for members in group(evidence).groups:
        yield [
            (one.score, truth[one.article] == truth[one.nearest])
            for one in closest(evidence, [members])
            if {one.article, one.nearest} <= truth.keys() and not one.parts["same"]
        ]


def counted(found: Iterable[list[Told]]) -> dict[str, list[bool]]:
    """Return whether relations were right, by the word that tells them and by whether they are weakest."""
    by: dict[str, list[bool]] = defaultdict(list)
    for story in found:
        weakest = min((chance for chance, _ in story), default=0.0)
        for chance, is_right in story:
            by[likely(chance).partition(" the same")[0]].append(is_right)
            if len(story) >= ENOUGH_TO_COMPARE:
                by["weakest link" if chance == weakest else "other links"].append(is_right)
    return by


def main() -> None:
    """Print how many relations each word tells, and which share of them is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--judges", type=Path)
    asked = parser.parse_args()
    days = islice(held_out(labelled(asked.corpus, asked.vectors), asked.judges), len(DAYS))
    by = counted(story for corpus, evidence in days for story in stories(corpus, evidence))
    for word in (*(word for _, word in LIKELY), "weakest link", "other links"):
        right = by[word]
        sys.stdout.write(f"{word:18} {len(right):5} relations, right {sum(right) / max(len(right), 1):.3f}\n")


if __name__ == "__main__":
    main()
