"""Put into words why the reports of a story are together; pure, used by `reading.py`.

The relations come from storage, where the last build left them; parts are told by their names.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Relation
from aggregator.readers.views import ReportLine, WhyLine

ENOUGH_TO_COMPARE = 3
"""Reports that know their nearest: with two there is only one link, and no weakest."""


def told(reports: Sequence[ReportLine], relations: Mapping[ArticleId, Relation]) -> tuple[ReportLine, ...]:
    """Return the reports with the reason of each that has one.

    A nearest member that has left the story since, by a reader's word, is no reason.
    """
    whose = {line.id: line for line in reports}
    whose |= {copy.id: line for line in reports for copy in line.copies}
    found = {
        line.id: relation
        for line in reports
        if (relation := relations.get(line.id)) is not None and relation.nearest in whose
    }
    between = [one for one in found.values() if whose[one.nearest].id != one.article]
    weakest = min((one.score for one in between), default=0.0)
    compared = len(between) >= ENOUGH_TO_COMPARE
    return tuple(
        replace(line, why=_why(found[line.id], whose, compared and found[line.id].score == weakest))
        if line.id in found
        else line
        for line in reports
    )


def _why(relation: Relation, whose: Mapping[ArticleId, ReportLine], is_weakest: bool) -> WhyLine:
    line = whose[relation.nearest]
    copy = next((copy for copy in line.copies if copy.id == relation.nearest), line)
    return WhyLine(
        nearest=relation.nearest,
        outlet=copy.outlet,
        headline=copy.headline,
        score=relation.score,
        likely=likely(relation.score),
        shared=relation.shared,
        words=tuple(in_words(relation.parts)),
        is_weakest=is_weakest,
    )


def in_words(parts: Mapping[str, float]) -> Iterator[str]:
    """Yield what the known parts of a relation say; those that say nothing to a reader are passed over."""
    for name, say in WORDS.items():
        if name in parts and (words := say(parts[name])):
            yield words


def likely(chance: float) -> str:
    """Return a probability in words, with the number: "very likely the same event (.93)"."""
    word = next(word for least, word in LIKELY if chance >= least)
    return f"{word} the same event ({decimal(chance)})"


def _apart(hours: float) -> str:
    minutes = round(hours * 60)
    if minutes < 1:
        return "published at the same time"
    if minutes < 60:
        return f"{minutes} min apart"
    return f"{round(hours)} h apart" if hours < 48 else f"{round(hours / 24)} days apart"


def _share(label: str) -> Callable[[float], str]:
    return lambda value: f"{label} {decimal(value)}"


def decimal(value: float) -> str:
    """Return a number from 0 to 1 as the pages write it: ".81", "1"."""
    return "1" if value >= 0.995 else f"{max(value, 0):.2f}".removeprefix("0")


WORDS: Mapping[str, Callable[[float], str]] = {
    "same": lambda value: "the same text, or one points at the other" if value else "",
    "series": lambda value: "headlines of one series, which prove nothing" if value else "",
    "hours": _apart,
    "cosine": _share("text similarity"),
    "tfidf": _share("word similarity"),
    "same_outlet": lambda value: "same outlet" if value else "",
}
"""What each part says, in the order of telling. The parts are those of `stories/relate.py`."""

LIKELY = (
    (0.95, "almost certainly"),
    (0.8, "very likely"),
    (0.6, "likely"),
    (-math.inf, "perhaps"),
)
"""What a probability of at least so much is called. On the five labelled days, by judges that never saw the
day, these were right in .99, .86, .63 and .36 of cases (`python -m benchmarks.likely`, 2026-11-23)."""
