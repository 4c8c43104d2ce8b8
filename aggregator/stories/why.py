"""Find for each article of a story the member that it is nearest to: what "why together?" tells.

Takes the evidence of relate and the stories of the run from build, which stores the relations.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Relation
from aggregator.stories.shared import shared_words
from aggregator.stories.survey import Evidence

DIGITS = 3
"""Digits kept of scores and parts: more than a page shows, and steady while a window moves on."""


def closest(evidence: Evidence, stories: Iterable[frozenset[ArticleId]]) -> tuple[Relation, ...]:
    """Return each article's strongest relation inside its story, by article.

    A copy of its own text says little about an article, so any other report goes before it. Equal
    scores go to the earlier member. An article that has no evidence with any other member, such as
    one that a reader put there, has no relation.
    """
    place = {one: row for row, one in enumerate(evidence.ids)}
    home = np.full(len(evidence.ids), -1, dtype=np.int64)
    for number, members in enumerate(stories):
        home[[place[one] for one in members if one in place]] = number
    at_home = (home[evidence.left] == home[evidence.right]) & (home[evidence.left] >= 0)
    inside = np.flatnonzero(at_home & (evidence.score > 0))
    same = evidence.parts["same"] > 0
    best: dict[int, tuple[bool, float, int, int]] = {}
    for pair in inside.tolist():
        score = float(evidence.score[pair])
        left, right = int(evidence.left[pair]), int(evidence.right[pair])
        for one, other in ((left, right), (right, left)):
            found = (not bool(same[pair]), score, -other, pair)
            best[one] = max(best.get(one, found), found)
    chosen = sorted(best.items())
    shared = _shared(evidence, [pair for _, (_, _, _, pair) in chosen])
    return tuple(
        Relation(
            article=evidence.ids[one],
            nearest=evidence.ids[-other],
            score=round(score, DIGITS),
            parts=dict(_parts(evidence, pair)),
            shared=words,
        )
        for (one, (_, score, other, pair)), words in zip(chosen, shared, strict=True)
    )


def _shared(evidence: Evidence, pairs: Sequence[int]) -> Sequence[tuple[str, ...]]:
    """Return the words that each pair shares; none where the evidence came without words."""
    if evidence.telling is None:
        return [()] * len(pairs)
    return shared_words(evidence.telling, evidence.left[list(pairs)], evidence.right[list(pairs)])


def _parts(evidence: Evidence, pair: int) -> Iterator[tuple[str, float]]:
    """Yield the parts of a pair that could be measured."""
    for name, column in evidence.parts.items():
        value = float(column[pair])
        if np.isfinite(value):
            yield name, round(value, DIGITS)
