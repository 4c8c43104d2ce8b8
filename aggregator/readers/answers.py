"""Choose the sentences that answer a question: its words, how well a sentence fits, one an origin; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aggregator.domain.ids import ArticleId, OutletId
from aggregator.readers.folded import tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMMON: Final = """
    a about after again all also am an and any are as at be became because been before being but by
    can could did do does doing during each few for from get gets give given had has have having he
    her here hers him his how i if in into is it its just many may me might more most much must my
    no nor not now of off on once only or other our out over own said say says shall she should so
    some such tell than that the their them then there these they this those through to too under
    until up us very was we were what when where which while who whom whose why will with would you
    your
"""
COMMON: Final = frozenset(_COMMON.split())
"""English words that say nothing of what a question is about."""
LONGEST: Final = 400
"""Characters of a sentence that can be an answer; a longer one is a list, or two that were not told apart."""
SHORTEST: Final = 25
MOST_SENTENCES: Final = 240
"""Sentences that the model reads for one question, those with most of its words: a second's work."""
MOST_ANSWERS: Final = 6
LEAST_FIT: Final = 0.6
"""Below this, nothing answers. Chosen on half of the questions in tests/quality/questions.toml; what it does
to the other half stands in docs/explanation/outlets.md."""
LEAST_SHARE: Final = 0.8
"""Of the best one's fit, that another sentence must have."""
WORDS_WEIGHT: Final = 0.4
"""Of the question's own words, beside their meaning: names and numbers, which the model sees badly."""
ONLY_WORDS: Final = 0.75
"""Share of a question's words that a sentence and its headline must hold while the model is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that may answer. `title` is its article's headline; `fit` is 0 to 1, 0 while not judged.

    `stems` are those of its words, `above` those of the headline's: see `stems_of`.
    """

    article: ArticleId
    outlet: OutletId
    origin: ArticleId
    at: datetime
    lang: str | None
    title: str
    text: str
    place: int
    stems: frozenset[str]
    above: frozenset[str]
    fit: float = 0.0


def asked_words(question: str) -> tuple[str, ...]:
    """Return the words of a question that say what it is about, folded, each once."""
    words = [word for word, _, _ in tokens(question.replace("’s ", " ").replace("'s ", " "))]
    telling = (word for word in words if word not in COMMON and (len(word) > 1 or word.isdigit()))
    return tuple(dict.fromkeys(telling))


def rarity(words: Iterable[str], candidates: Sequence[Candidate]) -> Mapping[str, float]:
    """Return how much each word tells candidates apart: 1 for one in none of them, near 0 for one in all."""
    stems = {word: _stem(word) for word in words}
    total = len(candidates) or 1
    return {
        word: 1 - 0.9 * sum(stem in one.stems or stem in one.above for one in candidates) / total
        for word, stem in stems.items()
    }


def coverage(one: Candidate, weights: Mapping[str, float]) -> float:
    """Return the weighted share of a question's words that a sentence holds, or by half its headline."""
    total = sum(weights.values())
    held = 0.0
    for word, weight in weights.items():
        stem = _stem(word)
        held += weight * (1.0 if stem in one.stems else 0.5 if stem in one.above else 0.0)
    return held / total if total else 0.0


def stems_of(text: str) -> frozenset[str]:
    """Return the words of a text without their commonest endings."""
    return frozenset(_stem(word) for word, _, _ in tokens(text))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """Return a word without the commonest English endings, so that "died" meets "dies"."""
    for ending in ("ing", "ies", "es", "ed", "s", "d", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def shortened(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> tuple[Candidate, ...]:
    """Return the candidates worth the model's time: those that hold most of the words, then the earliest."""
    order = sorted(candidates, key=lambda one: (-coverage(one, weights), one.place))
    return tuple(order[:MOST_SENTENCES])


def read_as(one: Candidate) -> str:
    """Return a sentence as the model reads it: behind its headline, which says what "he" and "there" are."""
    return f"{one.title}. {one.text}"


def judged(
    candidates: Sequence[Candidate],
    weights: Mapping[str, float],
    question: "NDArray[np.float32]",
    sentences: "NDArray[np.float32]",
) -> tuple[Candidate, ...]:
    """Return the candidates with their fit, the best first.

    Args:
        candidates: n sentences.
        weights: of the question's words.
        question: its unit vector, float32[d].
        sentences: unit rows, float32[n, d], of each sentence behind its headline: see `read_as`.
    """
    cosines = sentences @ question
    fitted = [
        replace(one, fit=(1 - WORDS_WEIGHT) * float(cosine) + WORDS_WEIGHT * coverage(one, weights))
        for one, cosine in zip(candidates, cosines, strict=True)
    ]
    return tuple(sorted(fitted, key=lambda one: (-one.fit, one.at, one.article, one.place)))


def judged_by_words(candidates: Sequence[Candidate], weights: Mapping[str, float]) -> tuple[Candidate, ...]:
    """Return the candidates by the words that they hold alone, while the model is not at hand; best first."""
    fitted = [
        replace(one, fit=min(1.0, LEAST_FIT * coverage(one, weights) / ONLY_WORDS)) for one in candidates
    ]
    return tuple(sorted(fitted, key=lambda one: (-one.fit, one.at, one.article, one.place)))


def answers(order: Sequence[Candidate], *, least: float = LEAST_FIT) -> tuple[Candidate, ...]:
    """Return the sentences that answer, one an origin, by fit; none when not even the best fits.

    `order` has the best first. A sentence that repeats another word for word is no second answer.
    """
    if not order or order[0].fit < least:
        return ()
    enough = max(least, LEAST_SHARE * order[0].fit)
    kept: list[Candidate] = []
    seen: set[object] = set()
    for one in order:
        flat = re.sub(r"\W+", " ", one.text).casefold()
        if one.fit >= enough and not seen & {one.origin, flat}:
            kept.append(one)
            seen |= {one.origin, flat}
    return tuple(kept[:MOST_ANSWERS])
