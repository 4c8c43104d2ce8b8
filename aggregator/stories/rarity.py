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

SLICE_HOURS = 12.0
SLICES_AROUND = 2
"""How frequent a word is *now* is counted over an article's slice of so many hours and this many on either
side, about two and a half days. Counted over a whole week, the words of one day's event drown: on two
labelled days set among their weeks that cost a third of the gain over doing nothing."""

NAME_CAPITALS = 0.6
"""A word that is capitalised this often inside sentences is a name (in German, any noun)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rarity:
    """float32[v] by word. `usual` and `window` are inverse document frequencies (natural logarithms).

    `usual` counts background and window together, `window` the window alone. `name` and `number` are 0
    or 1; `spread` counts the window's articles with the word. `runs` is the window's inverse document
    frequency by run of two words. `covered` float32[n] by article is 1 where the background knows its
    language. `around` and `burst`, float32 in the order of the counts of `Words.every`, tell of each word of
    each article how many articles around its time have the word, and the logarithm of how much more these
    are than usual, 0 and more.
    """

    usual: Floats
    window: Floats
    name: Floats
    number: Floats
    spread: Floats
    runs: Floats
    covered: Floats
    around: Floats
    burst: Floats


def weigh_words(words: Words, background: Background, hours: NDArray[np.float64]) -> Rarity:
    """Return what the words of the window weigh; `hours` are those of its articles, NaN for the undated."""
    size, width = words.every.shape
    spread = np.bincount(words.every.indices, minlength=width).astype(np.float64)
    known = np.zeros(width)
    known[: len(words.listed)] = [background.counts.get(word, 0) for word in words.listed]
    covered = _covered(words.every, known)
    within = np.bincount(words.every[np.flatnonzero(covered)].indices, minlength=width)
    is_known = 2 * within >= np.maximum(spread, 1)
    share = np.where(
        is_known, (known + spread + 0.5) / max(background.articles + size, 1), (spread + 0.5) / (size + 1)
    )
    slices, numbers = _slices(hours)
    around, sizes = _around(words.every, slices, numbers)
    word = words.every.indices
    expected = sizes * (known[word] + 1) / max(background.articles, 1)
    burst = np.where(is_known[word], np.log((around + 1) / (expected + 1)), 0).clip(0)
    number = np.zeros(width)
    number[: len(words.listed)] = [len(word) > 1 and word[0].isdigit() for word in words.listed]
    capitals = np.zeros(width)
    capitals[: len(words.listed)] = words.capitals()[: len(words.listed)]
    runs = np.bincount(words.runs.indices, minlength=words.runs.shape[1])
    return Rarity(
        usual=-np.log(share.clip(0, 1)).astype(np.float32),
        window=np.log((size + 1) / (spread + 0.5)).clip(0).astype(np.float32),
        name=(capitals >= NAME_CAPITALS).astype(np.float32),
        number=number.astype(np.float32),
        spread=spread.astype(np.float32),
        runs=np.log((size + 1) / (runs + 0.5)).clip(0).astype(np.float32),
        covered=covered.astype(np.float32),
        around=around.astype(np.float32),
        burst=burst.astype(np.float32),
    )


def _slices(hours: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the slice of time of each article, 1 and up, and the number of each slice since 1970.

    Slice 0 is that of the undated, which may be of any time. Only slices that hold an article are
    there, so that one that is wrongly dated years back costs no more than any other. They stay where
    they are when the window moves on.
    """
    slices = np.zeros(len(hours), dtype=np.int64)
    dated = np.isfinite(hours)
    numbers, places = np.unique(np.floor(hours[dated] / SLICE_HOURS), return_inverse=True)
    slices[dated] = places + 1
    return slices, np.concatenate([[0], numbers]).astype(np.int64)


def _around(
    every: Any, slices: NDArray[np.int64], numbers: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each word of each article how many articles around it have the word, of how many.

    That is counted a slice at a time: all slices by all words would fill the memory of a small machine.
    """
    size, width = every.shape
    order = np.argsort(slices, kind="stable")
    starts = np.searchsorted(slices[order], np.arange(len(numbers) + 1))
    by_time = every[order]
    words, pointers = by_time.indices, by_time.indptr
    undated = words[: pointers[starts[1]]]
    around, sizes = np.zeros(len(words)), np.zeros(len(numbers))
    for one in range(len(numbers)):
        first, last = 1, len(numbers)
        if one > 0:
            first = 1 + np.searchsorted(numbers[1:], numbers[one] - SLICES_AROUND)
            last = 1 + np.searchsorted(numbers[1:], numbers[one] + SLICES_AROUND, side="right")
        there = words[pointers[starts[first]] : pointers[starts[last]]]
        counts = np.bincount(there, minlength=width) + np.bincount(undated, minlength=width)
        own = slice(pointers[starts[one]], pointers[starts[one + 1]])
        around[own] = counts[words[own]]
        sizes[one] = starts[last] - starts[first] + starts[1]
    # Back from the order of time to that of the articles.
    back = np.empty(size, dtype=np.int64)
    back[order] = np.arange(size)
    lengths = np.diff(every.indptr)
    within = np.arange(len(words)) - np.repeat(every.indptr[:-1], lengths)
    return around[np.repeat(pointers[:-1][back], lengths) + within], np.repeat(sizes[slices], lengths)


def _covered(every: Any, known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which articles have mostly words that the background knows."""
    counts = np.diff(every.indptr)
    known_ones = np.bincount(
        np.repeat(np.arange(len(counts)), counts), weights=known[every.indices] > 0, minlength=len(counts)
    )
    is_covered: NDArray[np.bool_] = known_ones >= COVERED * np.maximum(counts, 1)
    return is_covered
