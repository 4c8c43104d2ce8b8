"""Look at a window of articles once, so that any pairs of it can be measured.

Takes the articles with their vectors and their folding from relate; candidate pairs come from
`nearest.py`, the parts of each from `parts.py`, and what headlines prove from `issues.py`. Most of a window
was there at the last look: that is taken over, so that a few new articles cost little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories.background import Background, load_background
from aggregator.stories.issues import Headlines, held_apart, read_headlines, series_pairs
from aggregator.stories.nearest import (
    SPARE,
    Floats,
    Keys,
    Neighbours,
    Places,
    keys,
    near_keys,
    nearest,
    rare_word_keys,
    renewed,
    with_one,
)
from aggregator.stories.parts import Facts, Sheet
from aggregator.stories.rarity import weigh_words
from aggregator.stories.shared import Telling
from aggregator.stories.words import Words, put_together, read_words, weighted_rows

_ROWS = 512
"""Vectors (1.5 MB) that stay in a processor's own memory while they are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelateNumbers:
    """The numbers of the evidence. Cosines and probabilities lie in [0, 1], times are in hours.

    How candidates are found was chosen for recall on the labelled days, 2026-11-22: of the true pairs
    that it misses nearly all are in stories of ten and more, which other pairs hold together.
    """

    neighbours: int = 40
    cosine_floor: float = 0.25
    """Nearest neighbours below this are near nothing."""
    rare_articles: int = 40
    """A word in at most this many articles of the window is rare enough to propose pairs."""
    rare_floor: float = 0.08
    """TF-IDF cosine over rare words alone that makes a candidate."""
    near_hours: float = 60.0
    """Neighbours are sought so far away, else a week's articles crowd out those of the day."""
    horizon_hours: float = 168.0
    """Articles further apart are never compared; those beyond `near_hours` only when rare words or common
    neighbours propose it."""
    fade_after: float = 60.0
    """The labelled days say nothing of longer gaps: from here on the probability fades,"""
    fade_hours: float = 96.0
    """by exp(−hours / fade_hours)."""
    through_floor: float = 0.1
    """Sum over common neighbours of the product of both probabilities that makes a candidate."""
    keep: float = 0.01
    """Weaker evidence is dropped; the floor of a group lies far above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Weighted pairs of articles: `left` and `right` are places in `ids`, left < right, each pair once.

    `ids` ascend. `score` is float32[m], the probability of one event. `parts` holds float32[m]
    columns: those of `parts.PARTS`, of which `hours` is NaN where a date is missing; `same` (copies,
    reposts, discussions), `held_apart`, `series` 0 or 1. `telling` can name the words that a pair shares.
    """

    ids: tuple[ArticleId, ...]
    left: Places
    right: Places
    score: Floats
    parts: Mapping[str, Floats]
    telling: Telling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A window looked at once, so that any pairs of it can be measured. Articles ascend by id.

    `near` holds a few more neighbours than `facts`, for the survey that comes after; `kept` int64[n] is the
    place of each article in the survey before, −1 for what is new since or was edited.
    """

    articles: Sequence[Article]
    rows: Floats
    sheet: Sheet
    headlines: Headlines
    same: Keys
    near: Neighbours
    kept: NDArray[np.int64]

    @property
    def facts(self) -> Facts:
        """Return what is known of each article."""
        return self.sheet.facts

    def candidates(self, settings: RelateNumbers, among: NDArray[np.bool_] | None = None) -> Keys:
        """Return the pairs that are near, share rare words, or have the same text, with one of `among`."""
        words, rarity = self.facts.words, self.facts.rarity
        rare = rare_word_keys(
            weighted_rows(words.every, rarity.usual),
            rarity.spread,
            at_most=settings.rare_articles,
            floor=settings.rare_floor,
            among=among,
        )
        near = near_keys(self.facts.near, settings.cosine_floor, among)
        pairs = np.unique(np.concatenate([near, rare]))
        return np.union1d(within(pairs, self.facts.hours, settings.horizon_hours), with_one(self.same, among))

    def measured(self, pairs: Keys) -> Evidence:
        """Return the pairs with their parts, before they are judged (score 0)."""
        size = max(len(self.articles), 1)
        left, right = (pairs // size).astype(np.int32), (pairs % size).astype(np.int32)
        parts = self.sheet.measure(left, right)
        parts["same"] = np.isin(pairs, self.same).astype(np.float32)
        parts["held_apart"] = held_apart(self.headlines, left, right) * (1 - parts["same"])
        parts["series"] = series_pairs(self.headlines, left, right).astype(np.float32)
        return Evidence(
            ids=tuple(one.id for one in self.articles),
            left=left,
            right=right,
            score=np.zeros(len(pairs), dtype=np.float32),
            parts=parts,
            telling=Telling(words=self.facts.words, rarity=self.facts.rarity),
        )


def survey(
    articles: Sequence[Article],
    vectors: Floats,
    folding: Folding,
    settings: RelateNumbers = RelateNumbers(),
    background: Background | None = None,
    before: Survey | None = None,
) -> Survey:
    """Return the window looked at once; usual word counts are the packaged ones unless told.

    What the survey `before`, made with the same settings, knows of the articles that are still there is
    taken from it. That changes nothing but how long it takes, and the order of the columns of words.
    """
    window, rows = _in_order(articles, np.asarray(vectors, dtype=np.float32))
    hours = _hours(window)
    kept = _kept(window, rows, before)
    words, near = _looked_at(window, rows, hours, kept, before, settings)
    rarity = weigh_words(words, background or load_background(), hours)
    names = frozenset(words.listed[word] for word in np.flatnonzero(rarity.name).tolist())
    headlines = read_headlines(window, names, before.headlines if before else None, kept.tolist())
    half = rows.shape[1] // 2
    facts = Facts(
        passages=_unit(rows[:, :half], kept, before.facts.passages if before else None),
        headlines=_unit(rows[:, half:], kept, before.facts.headlines if before else None),
        near=near.first(settings.neighbours),
        words=words,
        rarity=rarity,
        hours=hours,
        outlets=np.array([one.outlet_id for one in window], dtype=np.int64),
        roundups=np.array([one.is_roundup for one in headlines.read], dtype=np.float32),
    )
    return Survey(
        articles=window,
        rows=rows,
        sheet=Sheet(facts),
        headlines=headlines,
        same=_same_keys(window, folding),
        near=near,
        kept=kept,
    )


def _in_order(articles: Sequence[Article], rows: Floats) -> tuple[Sequence[Article], Floats]:
    """Return the articles by their ids, with their rows."""
    order = sorted(range(len(articles)), key=lambda place: articles[place].id)
    return [articles[place] for place in order], rows if order == sorted(order) else rows[order]


def _kept(window: Sequence[Article], rows: Floats, before: Survey | None) -> NDArray[np.int64]:
    """Return the place before of each article that has not changed, −1 for the others."""
    if before is None or not len(before.rows) or before.rows.shape[1] != rows.shape[1]:
        return np.full(len(window), -1, dtype=np.int64)
    place = {one.id: number for number, one in enumerate(before.articles)}
    kept = np.array(
        [-1 if (was := place.get(one.id, -1)) < 0 or before.articles[was] != one else was for one in window],
        dtype=np.int64,
    )
    for start in range(0, len(window), _ROWS):
        some = slice(start, start + _ROWS)
        kept[some][(before.rows[kept[some]] != rows[some]).any(axis=1)] = -1
    return kept


def _looked_at(
    window: Sequence[Article],
    rows: Floats,
    hours: NDArray[np.float64],
    kept: NDArray[np.int64],
    before: Survey | None,
    settings: RelateNumbers,
) -> tuple[Words, Neighbours]:
    """Return words and neighbours, as far as may be from the survey before."""
    new = np.flatnonzero(kept < 0)
    numbers: dict[str, Any] = {"count": settings.neighbours + SPARE, "horizon": settings.near_hours}
    if before is None or len(new) == len(window):
        return read_words(window), nearest(rows, hours, **numbers)
    place = kept.copy()
    place[new] = len(before.articles) + np.arange(len(new))
    words = put_together(before.facts.words, read_words([window[one] for one in new.tolist()]), place)
    horizon = settings.near_hours
    return words, renewed(before.near, kept, rows, hours, count=settings.neighbours, horizon=horizon)


def _hours(window: Sequence[Article]) -> NDArray[np.float64]:
    """Return hours since 1970 (UTC) by article, NaN for the undated."""
    return np.array([one.at.timestamp() / 3600 if one.dated else np.nan for one in window], dtype=np.float64)


def _unit(rows: Floats, kept: NDArray[np.int64], before: Floats | None) -> Floats:
    """Return the rows at length 1, those that were there before as they were."""
    if before is None or not len(before) or before.shape[1] != rows.shape[1]:
        return _at_length_one(rows)
    unit: Floats = before[kept]
    unit[kept < 0] = _at_length_one(rows[kept < 0])
    return unit


def _at_length_one(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = rows / np.maximum(lengths, 1e-9)
    return unit


def within(pairs: Keys, hours: NDArray[np.float64], horizon: float) -> Keys:
    """Return the pairs that are not further apart than the horizon."""
    size = max(len(hours), 1)
    return pairs[~(np.abs(hours[pairs // size] - hours[pairs % size]) > horizon)]


def _same_keys(window: Sequence[Article], folding: Folding) -> Keys:
    """Return the pairs that folding joins: copies with their origin, entries with what they discuss."""
    place = {one.id: number for number, one in enumerate(window)}
    links = [*folding.origin_of.items(), *folding.discusses.items()]
    ends = [(place[a], place[b]) for a, b in links if a != b and a in place and b in place]
    one, other = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return np.unique(keys(one, other, len(window)))
