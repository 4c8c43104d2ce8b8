"""Weigh, pair by pair, why two articles may report one event.

Takes the articles of the window with their vectors and their folding from build and evaluate; the
evidence goes to group, and its parts to the pages that say "why together?". Candidate pairs come from
`nearest.py`, the parts of each from `parts.py`, the probability from `judge.py`, and what overrules
it from `issues.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories import titles
from aggregator.stories.background import Background, load_background
from aggregator.stories.context import context, two_steps
from aggregator.stories.issues import Headlines, held_apart, read_headlines, series_pairs
from aggregator.stories.judge import Judge, Judges, load_judges
from aggregator.stories.nearest import Floats, Keys, Places, keys, near_keys, nearest, rare_word_keys
from aggregator.stories.parts import Facts, measure
from aggregator.stories.rarity import weigh_words
from aggregator.stories.shared import Telling
from aggregator.stories.words import read_words, weighted_rows


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


def relate(
    articles: Sequence[Article],
    vectors: Floats,
    folding: Folding,
    settings: RelateNumbers = RelateNumbers(),
    judges: Judges | None = None,
) -> Evidence:
    """Return the evidence between the articles that is worth keeping; their order does not matter.

    Args:
        articles: the window, n articles.
        vectors: unit rows of `embed.encode_articles`, float32[n, 2d], in the order of the articles.
        folding: of the same articles.
        settings: how candidates are found.
        judges: make the probabilities; the fitted ones unless told.
    """
    fitted = judges or load_judges()
    window = survey(articles, vectors, folding, settings)
    first = at_first(window, window.measured(window.candidates(settings)), fitted.first, settings)
    return judged(first, fitted.second, settings)


def at_first(
    window: "Survey", candidates: Evidence, judge: Judge, settings: RelateNumbers = RelateNumbers()
) -> Evidence:
    """Return the measured candidates, and what common neighbours propose, judged each for itself.

    The columns of `context.CONTEXT` are added: what stands around each pair.
    """
    found = judged(candidates, judge, settings)
    beyond = two_steps(len(found.ids), found.left, found.right, found.score, settings.through_floor)
    beyond = np.setdiff1d(_within(beyond, window.facts.hours, settings.horizon_hours), _keys_of(found))
    every = _joined(found, judged(window.measured(beyond), judge, settings))
    around = context(len(every.ids), every.left, every.right, every.score)
    return replace(every, parts={**every.parts, **around})


def judged(found: Evidence, judge: Judge, settings: RelateNumbers) -> Evidence:
    """Return the pairs with the judge's probability, without those too weak to keep.

    Those that are held apart are kept: they speak against their groups.
    """
    score = _overruled(judge(found.parts), found.parts, settings)
    kept = np.flatnonzero((score >= settings.keep) | (found.parts["held_apart"] > 0))
    return replace(
        found,
        left=found.left[kept],
        right=found.right[kept],
        score=score[kept],
        parts={name: column[kept] for name, column in found.parts.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A window looked at once, so that any pairs of it can be measured. Articles ascend by id."""

    articles: Sequence[Article]
    facts: Facts
    headlines: Headlines
    same: Keys

    def candidates(self, settings: RelateNumbers) -> Keys:
        """Return the pairs that are near, share rare words, or have the same text."""
        words, rarity = self.facts.words, self.facts.rarity
        rare = rare_word_keys(
            weighted_rows(words.every, rarity.usual),
            rarity.spread,
            at_most=settings.rare_articles,
            floor=settings.rare_floor,
        )
        pairs = np.unique(np.concatenate([near_keys(self.facts.near, settings.cosine_floor), rare]))
        return np.union1d(_within(pairs, self.facts.hours, settings.horizon_hours), self.same)

    def measured(self, pairs: Keys) -> Evidence:
        """Return the pairs with their parts, before they are judged (score 0)."""
        size = max(len(self.articles), 1)
        left, right = (pairs // size).astype(np.int32), (pairs % size).astype(np.int32)
        parts = measure(self.facts, left, right)
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
) -> Survey:
    """Return the window looked at once; usual word counts are the packaged ones unless told."""
    order = sorted(range(len(articles)), key=lambda place: articles[place].id)
    window = [articles[place] for place in order]
    rows = np.asarray(vectors, dtype=np.float32)[order]
    hours = _hours(window)
    words = read_words(window)
    rarity = weigh_words(words, background or load_background(), hours)
    names = frozenset(word for word, is_name in zip(words.listed, rarity.name, strict=False) if is_name)
    half = rows.shape[1] // 2
    facts = Facts(
        passages=_unit(rows[:, :half]),
        headlines=_unit(rows[:, half:]),
        near=nearest(rows, hours, count=settings.neighbours, horizon=settings.near_hours),
        words=words,
        rarity=rarity,
        hours=hours,
        outlets=np.array([one.outlet_id for one in window], dtype=np.int64),
        roundups=np.array([titles.is_roundup(one.title) for one in window], dtype=np.float32),
    )
    return Survey(
        articles=window,
        facts=facts,
        headlines=read_headlines(window, names),
        same=_same_keys(window, folding),
    )


def _joined(one: Evidence, other: Evidence) -> Evidence:
    """Return the pairs of both, in the order of their places."""
    left, right = np.concatenate([one.left, other.left]), np.concatenate([one.right, other.right])
    order = np.lexsort((right, left))
    return replace(
        one,
        left=left[order],
        right=right[order],
        score=np.concatenate([one.score, other.score])[order],
        parts={name: np.concatenate([one.parts[name], other.parts[name]])[order] for name in one.parts},
    )


def _keys_of(found: Evidence) -> Keys:
    return keys(found.left, found.right, len(found.ids))


def _overruled(chance: Floats, parts: Mapping[str, Floats], settings: RelateNumbers) -> Floats:
    """Return the probability after what the judge cannot know."""
    hours = np.nan_to_num(parts["hours"])
    faded = chance * np.exp(-(hours - settings.fade_after).clip(0) / settings.fade_hours)
    # Two issues of one series look alike whatever they report: only what their texts say counts.
    faded = np.where(parts["series"] > 0, np.minimum(faded, parts["tfidf"]), faded)
    faded = np.where(parts["held_apart"] > 0, 0, faded)
    return np.where(parts["same"] > 0, 1, faded).astype(np.float32)


def _hours(window: Sequence[Article]) -> NDArray[np.float64]:
    """Return hours since 1970 (UTC) by article, NaN for the undated."""
    return np.array([one.at.timestamp() / 3600 if one.dated else np.nan for one in window], dtype=np.float64)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = rows / np.maximum(lengths, 1e-9)
    return unit


def _within(pairs: Keys, hours: NDArray[np.float64], horizon: float) -> Keys:
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
