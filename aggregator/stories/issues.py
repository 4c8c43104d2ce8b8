"""Tell pairs whose headlines alike prove nothing: issues of a series, titles that differ in a number or name.

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
"""Share of common words (Jaccard) at which two texts agree although their titles differ in a detail."""

PLAIN_WORDS = 4
"""Two headlines with other names are cast in one mould only when they have so many other words."""

SERIES_ISSUES = 3
"""A headline, apart from its date, that one outlet used this often names a series."""


Mask = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a headline with a mark in place of some, and what was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline read: its words, these without numbers or dates, and what kind of piece it names."""

    words: tuple[str, ...]
    masked: Mask
    dateless: tuple[str, ...]
    is_series: bool
    is_roundup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlines:
    """The headlines of a window: articles with equal numbers have equal headlines in a sense.

    `read` holds each by itself, `masked` each without its numbers and `names`. `moulds` are two ways to see
    them so, without their numbers, and without their numbers and names: by headline int64[n], −1 where
    nothing was left out or too little is left, and what was left out of each. `but_dates` int64[n]: apart
    from dates. `series` and `repeated` bool[n]: names a recurring feature; is one that its outlet used often.
    """

    articles: Sequence[Article]
    read: Sequence[Headline]
    names: frozenset[str]
    masked: Sequence[Mask]
    moulds: Sequence[tuple[NDArray[np.int64], Sequence[tuple[str, ...]]]]
    but_dates: NDArray[np.int64]
    series: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


def read_headline(title: str) -> Headline:
    """Return a headline read by itself."""
    words = titles.tokens(title)
    return Headline(
        words=tuple(words),
        masked=titles.masked(words),
        dateless=titles.dateless(words),
        is_series=titles.is_series(words),
        is_roundup=titles.is_roundup(title),
    )


def read_headlines(
    window: Sequence[Article],
    names: frozenset[str] = frozenset(),
    before: Headlines | None = None,
    kept: Sequence[int] = (),
) -> Headlines:
    """Return the headlines of the window, in its order; those that were there before are not read again.

    `names` are the words, in small letters, that are names; `kept` the place before of each article, −1 for
    what is new.
    """
    places = kept if before else [-1] * len(window)
    known = before.read if before else ()
    read = [
        known[was] if was >= 0 else read_headline(one.title) for one, was in zip(window, places, strict=True)
    ]
    masked = _masked(read, names, before, places)
    own = [(article.outlet_id, one.dateless) for article, one in zip(window, read, strict=True)]
    issues = Counter(own)
    return Headlines(
        articles=window,
        read=read,
        names=names,
        masked=masked,
        moulds=(_mould([one.masked for one in read], plain=0), _mould(masked, plain=PLAIN_WORDS)),
        but_dates=_kinds([one.dateless for one in read]),
        series=np.array([one.is_series for one in read], dtype=bool),
        repeated=np.array([issues[one] >= SERIES_ISSUES for one in own], dtype=bool),
    )


def _masked(
    read: Sequence[Headline], names: frozenset[str], before: Headlines | None, places: Sequence[int]
) -> list[Mask]:
    """Return the headlines without numbers and names; as before where the same of their words are names."""
    changed = names ^ before.names if before else names
    masks = before.masked if before else ()
    return [
        masks[was] if was >= 0 and changed.isdisjoint(one.words) else titles.masked(one.words, names)
        for one, was in zip(read, places, strict=True)
    ]


def _mould(masks: Sequence[Mask], *, plain: int) -> tuple[NDArray[np.int64], Sequence[tuple[str, ...]]]:
    """Return the kind of each mask, −1 where it lacks details or plain words, and its details."""
    kinds = [mask if details and len(mask) - len(details) >= plain else None for mask, details in masks]
    return _kinds(kinds), [details for _, details in masks]


def held_apart(heads: Headlines, left: Places, right: Places) -> Floats:
    """Return 1 for pairs whose headlines differ in a number or name alone and whose texts do not agree."""
    window = heads.articles
    apart = np.zeros(len(left), dtype=np.float32)
    for kinds, details in heads.moulds:
        for pair in np.flatnonzero((kinds[left] == kinds[right]) & (kinds[left] >= 0)).tolist():
            a, b = int(left[pair]), int(right[pair])
            if not apart[pair] and details[a] != details[b]:
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
