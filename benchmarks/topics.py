"""How often a story gets the topic under which outlets file its articles, beside simpler ways.

`python -m benchmarks.topics FOLDER VECTORS` reads the days `day-*.jsonl` of a folder of labelled files. An
article whose address has a section of exactly one topic ("/sport/") counts as labelled by its outlet.
What the address says is hidden from the way that is scored; in the last table, an article is judged by
the addresses of the other outlets in its story. The numbers of `topics.py` were chosen on the first two
days, and the tables are of the others; they stand in docs/explanation/topics.md.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.topics import Topic
from aggregator.stories import topics as numbers
from aggregator.stories.embed import encode_pieces, open_embedder
from aggregator.stories.topics import (
    Prototypes,
    choose,
    example_hash,
    example_parts,
    filed_under,
    likeness,
    load_topics,
    prototypes,
)
from benchmarks.corpora import read_corpus

FIT_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Articles that their outlets file under one topic: rows, that topic's place, outlet and story."""

    rows: NDArray[np.float32]
    topic: NDArray[np.int64]
    outlet: tuple[int, ...]
    story: tuple[str, ...]

    @property
    def mates(self) -> Mapping[int, list[int]]:
        """Return for each article those of its story at other outlets, where there are any, by place."""
        stories: dict[str, list[int]] = defaultdict(list)
        for place, story in enumerate(self.story):
            stories[story].append(place)
        others = {
            place: [one for one in stories[story] if self.outlet[one] != self.outlet[place]]
            for place, story in enumerate(self.story)
        }
        return {place: ids for place, ids in others.items() if ids}


def filed(files: Sequence[Path], vectors: Path, topics: Sequence[Topic]) -> Filed:
    """Return the articles of some days that are filed under exactly one topic."""
    rows, places, outlets, stories = [], [], [], []
    for file in files:
        corpus = read_corpus(file, vectors)
        for article, row, story in zip(corpus.articles, corpus.rows, corpus.stories, strict=True):
            under = filed_under(article.url, topics)
            if len(under) == 1:
                rows.append(row)
                places.append(under[0])
                outlets.append(article.outlet_id)
                stories.append(f"{file.stem} {story or article.id}")
    return Filed(rows=np.array(rows), topic=np.array(places), outlet=tuple(outlets), story=tuple(stories))


def embedded(topics: Sequence[Topic]) -> Prototypes:
    """Return the topics with vectors of their examples, fresh from the model."""
    examples = [one for topic in topics for one in topic.examples]
    rows = encode_pieces(open_embedder(), [example_parts(one) for one in examples])
    known = prototypes(topics, dict(zip(map(example_hash, examples), rows, strict=True)))
    assert known is not None
    return known


def shares(chosen: NDArray[np.int64], days: Filed, topics: Sequence[Topic]) -> str:
    """Return the share that is right, the mean over topics, and the share of each topic."""
    right = chosen == days.topic
    each = [float(right[days.topic == place].mean()) for place in range(len(topics))]
    return " | ".join(f"{number:.2f}" for number in (float(right.mean()), float(np.mean(each)), *each))


def table(days: Filed, known: Prototypes, bare: Prototypes) -> None:
    """Print what each way reaches without a look at addresses."""
    topics = known.topics
    print("| way | all | mean | " + " | ".join(topic.shown for topic in topics) + " |")
    print("|---" * (len(topics) + 3) + "|")
    cosines = days.rows @ known.rows.T
    of = np.array(known.of)
    nearest = of[cosines.argmax(axis=1)]
    means = np.stack([cosines[:, of == place].mean(axis=1) for place in range(len(topics))], axis=1)
    ways = {
        "nearest bare name of a topic": likeness(days.rows, bare).argmax(axis=1),
        "topic of the nearest example": nearest,
        "topic of the nearest mean": means.argmax(axis=1),
        "soft maximum (ours)": likeness(days.rows, known).argmax(axis=1),
    }
    for way, chosen in ways.items():
        print(f"| {way} | {shares(chosen, days, topics)} |")
    sure = np.array([_place(row[None], [()], topics) for row in likeness(days.rows, known)])
    placed = sure >= 0
    right = sure[placed] == days.topic[placed]
    print(f"\nGiven a topic: {placed.mean():.2f} of the articles, of these right: {right.mean():.2f};")
    unsure = likeness(days.rows, known).argmax(axis=1)[~placed] == days.topic[~placed]
    print(f"of the others the likeliest topic would have been right for {unsure.mean():.2f}.")
    print("\n| filed under | " + " | ".join(topic.shown for topic in topics) + " | none |")
    print("|---" * (len(topics) + 2) + "|")
    for place, topic in enumerate(topics):
        counts = [int((sure[days.topic == place] == other).sum()) for other in (*range(len(topics)), -1)]
        print(f"| {topic.shown} | " + " | ".join(map(str, counts)) + " |")


def _place(alike: NDArray[np.float32], under: Sequence[tuple[int, ...]], topics: Sequence[Topic]) -> int:
    name = choose(alike, under, topics)
    return next((place for place, topic in enumerate(topics) if topic.name == name), -1)


def stories(days: Filed, known: Prototypes) -> None:
    """Print how often the topic of a story is that of each of its articles, whose own address is hidden."""
    alike = likeness(days.rows, known)
    mates = days.mates
    ways: dict[str, list[bool]] = {"likeness alone": [], "likeness and filing (ours)": [], "filing alone": []}
    for place, others in mates.items():
        same = [place, *others]
        under = [(), *((int(days.topic[one]),) for one in others)]
        truth = days.topic[place]
        ways["likeness alone"].append(_place(alike[same], [], known.topics) == truth)
        ways["likeness and filing (ours)"].append(_place(alike[same], under, known.topics) == truth)
        votes = np.bincount([int(days.topic[one]) for one in others])
        ways["filing alone"].append(int(votes.argmax()) == truth)
    for way, right in ways.items():
        print(f"| {way} | {np.mean(right):.2f} of {len(right)} |")


def fit(days: Filed, known: Prototypes) -> None:
    """Print what other numbers would reach on the days on which they are chosen."""
    for softness in (0.1, 5.0, 10.0, 20.0, 40.0):
        numbers.SOFTNESS = softness
        print(f"softness {softness}: {shares(likeness(days.rows, known).argmax(axis=1), days, known.topics)}")
    numbers.SOFTNESS = 10.0
    margins = np.sort(likeness(days.rows, known), axis=1)
    right = likeness(days.rows, known).argmax(axis=1) == days.topic
    gap = margins[:, -1] - margins[:, -2]
    for low, high in ((0, 0.005), (0.005, 0.01), (0.01, 0.02), (0.02, 0.04), (0.04, 1)):
        some = (gap >= low) & (gap < high)
        print(f"margin {low} to {high}: {some.mean():.2f} of the articles, right {right[some].mean():.2f}")
    for filing in (0.0, 0.02, 0.05, 0.1, 0.2, 1.0):
        numbers.FILED = filing
        print(f"filing {filing}:")
        stories(days, known)
    numbers.FILED = 0.1


def main() -> None:
    """Print what the numbers are chosen by, and the tables."""
    folder, vectors = map(Path, sys.argv[1:3])
    files = sorted(folder.glob("day-*.jsonl"))
    topics = load_topics()
    known = embedded(topics)
    bare = embedded([Topic(name=topic.name, shown=topic.shown, examples=(topic.shown,)) for topic in topics])
    print("Chosen on", *(file.stem for file in files[:FIT_DAYS]))
    fit(filed(files[:FIT_DAYS], vectors, topics), known)
    days = filed(files[FIT_DAYS:], vectors, topics)
    print("\nScored on", *(file.stem for file in files[FIT_DAYS:]), f"({len(days.topic)} filed articles)\n")
    table(days, known, bare)
    print("\n| way | right |\n|---|---|")
    stories(days, known)


if __name__ == "__main__":
    main()
