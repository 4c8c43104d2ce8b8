"""Tell pairs whose headlines alike prove nothing: issues of one series, and titles that differ in a number.

Takes the articles of the window and pairs of places in it from relate; the answers overrule the judge.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.stories import titles
from aggregator.stories.nearest import Floats, Places
from aggregator.stories.words import tokens

AGREEING_TEXTS = 0.5
"""Share of common words (Jaccard) at which two texts agree although their titles differ in a number."""


SERIES_ISSUES = 3
"""A headline, apart from its date, that one outlet used this often names a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline read: apart from its numbers, these, apart from dates, and what kind of piece it names."""

    masked: tuple[str, ...]
    numbers: tuple[str, ...]
    dateless: tuple[str, ...]
    is_series: bool
    is_roundup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """The headlines of a window: articles with equal numbers have equal headlines in a sense.

    `read` holds each by itself. `but_numbers` int64[n]: apart from their numbers, −1 where there are none;
    `but_dates`: apart from dates. `numbers` are those of each. `series` and `repeated` bool[n]: names a
    recurring feature; is one that its outlet used often.
    """

    articles: Sequence[Article]
    read: Sequence[Headline]
    but_numbers: NDArray[np.int64]
    numbers: Sequence[tuple[str, ...]]
    but_dates: NDArray[np.int64]
    series: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


def read_headline(title: str) -> Headline:
    """Return a headline read by itself."""
    words = titles.tokens(title)
    masked, numbers = titles.masked(words)
    return Headline(
        masked=masked,
        numbers=numbers,
        dateless=titles.dateless(words),
        is_series=titles.is_series(words),
        is_roundup=titles.is_roundup(title),
    )


def read_headlines(window: Sequence[Article], known: Sequence[Headline | None] = ()) -> Headlines:
    """Return the headlines of the window, in its order; those that are known are not read again."""
    pairs = zip(window, known or [None] * len(window), strict=True)
    read = [one or read_headline(article.title) for article, one in pairs]
    own = [(article.outlet_id, one.dateless) for article, one in zip(window, read, strict=True)]
    issues = Counter(own)
    return Headlines(
        articles=window,
        read=read,
        but_numbers=_kinds([one.masked if one.numbers else None for one in read]),
        numbers=[one.numbers for one in read],
        but_dates=_kinds([one.dateless for one in read]),
        series=np.array([one.is_series for one in read], dtype=bool),
        repeated=np.array([issues[one] >= SERIES_ISSUES for one in own], dtype=bool),
    )


def held_apart(heads: Headlines, left: Places, right: Places) -> Floats:
    """Return 1 for pairs whose headlines differ in a number alone and whose texts do not agree."""
    kinds, window = heads.but_numbers, heads.articles
    apart = np.zeros(len(left), dtype=np.float32)
    for pair in np.flatnonzero((kinds[left] == kinds[right]) & (kinds[left] >= 0)).tolist():
        a, b = int(left[pair]), int(right[pair])
        if heads.numbers[a] != heads.numbers[b]:
            apart[pair] = not _do_agree(window[a].text, window[b].text)
    return apart


def _do_agree(one: str, other: str) -> bool:
    """Return whether two texts share most of their words, and a number if both have any."""
    first, second = set(tokens(one)), set(tokens(other))
    numbers = [{word for word in words if word[0].isdigit()} for words in (first, second)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    return len(first & second) >= AGREEING_TEXTS * max(len(first | second), 1)


def series_pairs(heads: Headlines, left: Places, right: Places) -> NDArray[np.bool_]:
    """Return which pairs are two issues of one series, so that their headlines prove nothing."""
    window = heads.articles
    series = np.zeros(len(left), dtype=bool)
    for pair in np.flatnonzero(heads.but_dates[left] == heads.but_dates[right]).tolist():
        a, b = int(left[pair]), int(right[pair])
        is_own = window[a].outlet_id == window[b].outlet_id
        is_repeated = heads.repeated[a] or window[a].title != window[b].title
        series[pair] = heads.series[a] or (is_own and is_repeated)
    return series


def _kinds(values: Sequence[Any]) -> NDArray[np.int64]:
    """Return a number for each value, equal for equal ones, −1 for None."""
    numbers: dict[Any, int] = {}
    return np.array(
        [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64
    )
