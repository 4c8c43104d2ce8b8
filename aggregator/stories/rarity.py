"""Weigh words: how rare they are, how much more frequent than usual, and whether they are names.

Takes the words of the window and the usual counts (`background.py`) from relate; the weights go to
`parts.py`. A language that the counts do not cover is weighed by the window alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.background import Background
from aggregator.stories.words import Words

Floats = NDArray[np.float32]

COVERED = 0.6
"""Share of an article's words that the background must know to cover its language: English news has
more than .85 in ninety-nine of a hundred articles, German about a third."""

NAME_CAPITALS = 0.6
"""A word that is capitalised this often inside sentences is a name (in German, any noun)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """float32[v] by word. `usual` and `window` are inverse document frequencies (natural logarithms).

    `usual` counts background and window together, `window` the window alone. `burst` is the logarithm
    of how much more articles have the word than usual, 0 and more. `name` and `number` are 0 or 1;
    `spread` counts the window's articles with the word. `runs` is the window's inverse document
    frequency by run of two words. `covered` float32[n] by article is 1 where the background knows its
    language.
    """

    usual: Floats
    window: Floats
    burst: Floats
    name: Floats
    number: Floats
    spread: Floats
    runs: Floats
    covered: Floats


def weigh_words(words: Words, background: Background) -> Rarity:
    """Return what the words of the window weigh."""
    size, width = words.every.shape
    spread = np.bincount(words.every.indices, minlength=width).astype(np.float64)
    known = np.zeros(width)
    known[: len(words.listed)] = [background.counts.get(word, 0) for word in words.listed]
    covered = _covered(words.every, known)
    within = np.bincount(words.every[np.flatnonzero(covered)].indices, minlength=width)
    is_known = 2 * within >= np.maximum(spread, 1)
    share = np.where(
        is_known, (known + spread + 0.5) / (background.articles + size), (spread + 0.5) / (size + 1)
    )
    expected = size * (known + 1) / max(background.articles, 1)
    burst = np.where(is_known, np.log((spread + 1) / (expected + 1)), 0).clip(0)
    number = np.zeros(width)
    number[: len(words.listed)] = [len(word) > 1 and word[0].isdigit() for word in words.listed]
    capitals = np.zeros(width)
    capitals[: len(words.listed)] = words.capitals
    runs = np.bincount(words.runs.indices, minlength=words.runs.shape[1])
    return Rarity(
        usual=-np.log(share.clip(0, 1)).astype(np.float32),
        window=np.log((size + 1) / (spread + 0.5)).clip(0).astype(np.float32),
        burst=burst.astype(np.float32),
        name=(capitals >= NAME_CAPITALS).astype(np.float32),
        number=number.astype(np.float32),
        spread=spread.astype(np.float32),
        runs=np.log((size + 1) / (runs + 0.5)).clip(0).astype(np.float32),
        covered=covered.astype(np.float32),
    )


def _covered(every: Any, known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which articles have mostly words that the background knows."""
    counts = np.diff(every.indptr)
    known_ones = np.bincount(
        np.repeat(np.arange(len(counts)), counts), weights=known[every.indices] > 0, minlength=len(counts)
    )
    is_covered: NDArray[np.bool_] = known_ones >= COVERED * np.maximum(counts, 1)
    return is_covered
