"""Name the few words that tell most of what two articles share, in the way articles write them.

Takes the words of the window and their weights, which travel with the evidence of relate; the words go
to `why.py`, for the pairs that pages tell of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.stories.nearest import Floats, Places
from aggregator.stories.rarity import Rarity
from aggregator.stories.titles import DATE_WORDS
from aggregator.stories.words import Words

MOST = 4
"""Words told of a pair: more are not read."""

NAMES_WEIGH = 1.5
"""A name says what an article is about: it goes before a word that is half as rare again, in logarithms."""

RARE_FROM = 5.5
"""Natural logarithm: a word that is no name and in more than about one article of 250 tells nothing, such
as "came", "better" and "closed"; "bridge" and "cracks" do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Which words each article of a window has, and what each word weighs."""

    words: Words
    rarity: Rarity


def shared_words(telling: Telling, left: Places, right: Places) -> tuple[tuple[str, ...], ...]:
    """Return for each pair the most telling words that both articles have, the most telling first.

    Names, numbers and rare words are told, days and months are not. In a language that the background
    does not know, only a large window shows which words are rare.
    """
    words, rarity = telling.words, telling.rarity
    is_told = (rarity.name > 0) | (rarity.number > 0) | (rarity.usual >= RARE_FROM)
    weights = rarity.usual * np.where(rarity.name > 0, NAMES_WEIGH, 1) * is_told
    both = words.every[left].multiply(words.every[right]).tocsr()
    return tuple(
        _heaviest(both.indices[start:stop].tolist(), weights, words)
        for start, stop in zip(both.indptr[:-1].tolist(), both.indptr[1:].tolist(), strict=True)
    )


def _heaviest(columns: Sequence[int], weights: Floats, words: Words) -> tuple[str, ...]:
    """Return the words of some columns as they are written, the heaviest first, equal ones by letter."""
    told = [one for one in columns if weights[one] > 0 and words.listed[one] not in DATE_WORDS]
    found = sorted((-float(weights[one]), form) for one, form in words.written(told).items())
    return tuple(word for _, word in found[:MOST])
