"""Tell pairs whose headlines alike prove nothing: issues of one series, and titles that differ in a number.

Takes the articles of the window and pairs of places in it from relate; the answers overrule the judge.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.stories import titles
from aggregator.stories.nearest import Floats, Places
from aggregator.stories.words import tokens

AGREEING_TEXTS = 0.5
"""Share of common words (Jaccard) at which two texts agree although their titles differ in a number."""


def held_apart(window: Sequence[Article], left: Places, right: Places) -> Floats:
    """Return 1 for pairs whose headlines differ in a number alone and whose texts do not agree."""
    masks = [titles.masked(one.title) for one in window]
    kinds = _kinds([mask if numbers else None for mask, numbers in masks])
    apart = np.zeros(len(left), dtype=np.float32)
    for pair in np.flatnonzero((kinds[left] == kinds[right]) & (kinds[left] >= 0)).tolist():
        a, b = int(left[pair]), int(right[pair])
        if masks[a][1] != masks[b][1]:
            apart[pair] = not _do_agree(window[a].text, window[b].text)
    return apart


def _do_agree(one: str, other: str) -> bool:
    """Return whether two texts share most of their words, and a number if both have any."""
    first, second = set(tokens(one)), set(tokens(other))
    numbers = [{word for word in words if word[0].isdigit()} for words in (first, second)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    return len(first & second) >= AGREEING_TEXTS * max(len(first | second), 1)


SERIES_ISSUES = 3
"""A headline, apart from its date, that one outlet used this often names a series."""


def series_pairs(window: Sequence[Article], left: Places, right: Places) -> NDArray[np.bool_]:
    """Return which pairs are two issues of one series, so that their headlines prove nothing."""
    heads = [titles.dateless(one.title) for one in window]
    issues = Counter((one.outlet_id, head) for one, head in zip(window, heads, strict=True))
    kinds = _kinds([head or ("",) for head in heads])
    series = np.zeros(len(left), dtype=bool)
    for pair in np.flatnonzero(kinds[left] == kinds[right]).tolist():
        a, b = int(left[pair]), int(right[pair])
        is_own = window[a].outlet_id == window[b].outlet_id
        series[pair] = titles.is_series(window[a].title) or (
            is_own
            and (window[a].title != window[b].title or issues[window[a].outlet_id, heads[a]] >= SERIES_ISSUES)
        )
    return series


def _kinds(values: Sequence[Any]) -> NDArray[np.int64]:
    """Return a number for each value, equal for equal ones, −1 for None."""
    numbers: dict[Any, int] = {}
    return np.array(
        [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64
    )
