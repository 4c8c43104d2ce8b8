"""Weigh, pair by pair, why two articles may report one event.

Takes the articles of the window with their vectors and their folding from build and evaluate; the
evidence goes to group, and its parts to the pages that say "why together?". Candidate pairs come
from the nearest neighbours in the text space and from rare shared words, because neither finds all.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories import titles
from aggregator.stories.words import mark_rows, names_in, numbers_in, tfidf_rows, tokens

Floats = NDArray[np.float32]
Places = NDArray[np.int32]
Keys = NDArray[np.int64]
"""Pairs as left * n + right, left < right: one number a pair, so that numpy can sort and join them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelateNumbers:
    """The numbers of the baseline mix. Scores, weights and cosines lie in [0, 1], times are in hours.

    Chosen on the days 2020-04-29 and 2020-07-07 of the labelled news, 2026-11-22; the scores on the
    other days stand in docs/explanation.
    """

    cosine_weight: float = 0.75
    words_weight: float = 0.25
    words_power: float = 0.6
    """Exponent of the TF-IDF cosine, which is low even between true pairs (.12 is not rare)."""
    crowding_weight: float = 1.5
    """How much of the nearness that comes from a crowded place (a pandemic) is taken off the cosine.

    Local scaling after Zelnik-Manor & Perona 2004; without it pairwise F on the two days is .29, with it .46.
    """
    crowd_from: int = 10
    crowd_to: int = 40
    """The neighbours whose mean cosine says how crowded a place is; the nearest may be the story itself."""
    decay_hours: float = 144.0
    """The score is multiplied by exp(−hours / decay_hours)."""
    undated_trust: float = 0.9
    """Factor for a pair that has no time to decay by: a higher floor where time cannot help.

    The best of .8, .9 and 1 on the first 1,500 articles of neus_triples, 2026-11-22.
    """
    horizon_hours: float = 240.0
    """Beyond it the decay alone (.19) keeps any pair below the floor of a group."""
    neighbours: int = 60
    cosine_floor: float = 0.3
    """Nearest neighbours below this are near nothing."""
    rare_articles: int = 40
    """A word in at most this many articles of the window is rare enough to propose pairs."""
    rare_floor: float = 0.1
    """TF-IDF cosine over rare words alone that makes a candidate."""
    words: int = 100
    """Words of the text, after the title, that TF-IDF reads."""
    agreeing_texts: float = 0.5
    """Share of common words (Jaccard) at which two texts agree although their titles differ in a number."""
    keep: float = 0.1
    """Weaker evidence is dropped; the floor of a group lies far above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Weighted pairs of articles: `left` and `right` are places in `ids`, left < right, each pair once.

    `ids` ascend. `score` is float32[m] in [0, 1]. `parts` holds float32[m] columns: `cosine`, `tfidf`
    in [0, 1]; `crowding`, how much nearer than usual the neighbours of both are; `hours` apart, NaN
    where a date is missing; `names`, `numbers` shared; `same` (copies, reposts, discussions),
    `same_outlet`, `held_apart` 0 or 1.
    """

    ids: tuple[ArticleId, ...]
    left: Places
    right: Places
    score: Floats
    parts: Mapping[str, Floats]


def relate(
    articles: Sequence[Article],
    vectors: Floats,
    folding: Folding,
    settings: RelateNumbers = RelateNumbers(),
) -> Evidence:
    """Return the evidence between the articles; their order does not matter.

    Args:
        articles: the window, n articles.
        vectors: unit rows, float32[n, d], in the order of the articles.
        folding: of the same articles.
        settings: weights and floors.
    """
    order = sorted(range(len(articles)), key=lambda place: articles[place].id)
    window = [articles[place] for place in order]
    rows = np.asarray(vectors, dtype=np.float32)[order]
    hours = _hours(window)
    rows_of_words = tfidf_rows([_reading(one, settings.words) for one in window])
    near, crowding = _nearest(rows, hours, settings)
    facts = _Facts(
        articles=window,
        rows=rows,
        words=rows_of_words,
        hours=hours,
        crowding=crowding,
        same=_same_keys(window, folding),
    )
    return _weigh(facts, np.concatenate([near, _rare_word_keys(facts.words, settings), facts.same]), settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of each article of the window, in the order of their ids.

    `rows` float32[n, d] and `words` sparse float32[n, v] are unit rows; `hours` since 1970 (UTC), NaN
    for the undated; `crowding` float32[n] is above zero where the neighbours are nearer than is usual
    in this window; `same` holds the keys of the pairs that folding joins.
    """

    articles: Sequence[Article]
    rows: Floats
    words: Any
    hours: NDArray[np.float64]
    crowding: Floats
    same: Keys


def _hours(window: Sequence[Article]) -> NDArray[np.float64]:
    """Return hours since 1970 (UTC) by article, NaN for the undated."""
    return np.array([one.at.timestamp() / 3600 if one.dated else np.nan for one in window], dtype=np.float64)


def _reading(article: Article, words: int) -> str:
    """Return what TF-IDF reads: the headline counts twice, for it says what the piece is about."""
    lead = " ".join(article.text.split()[:words])
    return lead if titles.is_series(article.title) else f"{article.title}\n{article.title}\n{lead}"


def _same_keys(window: Sequence[Article], folding: Folding) -> Keys:
    """Return the pairs that folding joins: copies with their origin, entries with what they discuss."""
    place = {one.id: number for number, one in enumerate(window)}
    links = [*folding.origin_of.items(), *folding.discusses.items()]
    ends = [(place[a], place[b]) for a, b in links if a != b and a in place and b in place]
    one, other = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return np.unique(_keys(one, other, len(window)))


_CHUNK = 1024


def _nearest(rows: Floats, hours: NDArray[np.float64], settings: RelateNumbers) -> tuple[Keys, Floats]:
    """Return the pairs of each article with its nearest within the horizon, and how crowded each place is."""
    order = np.argsort(hours, kind="stable")  # NaN, the undated, come last
    times = hours[order]
    dated = int(np.isfinite(times).sum())
    found = [np.zeros(0, dtype=np.int64)]
    crowding = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        stop = min(start + _CHUNK, len(rows))
        here, there = order[start:stop], order[_reach(times, dated, start, stop, settings.horizon_hours)]
        likeness = rows[here] @ rows[there].T
        likeness[here[:, None] == there[None, :]] = -1
        nearest = _highest(likeness, settings.neighbours)
        values = np.take_along_axis(likeness, nearest, axis=1)
        crowding[here] = _crowd(values, settings)
        near = values >= settings.cosine_floor
        one = np.broadcast_to(here[:, None], nearest.shape)[near]
        found.append(_keys(one, there[nearest[near]], len(rows)))
    return np.concatenate(found), crowding - crowding.mean() if len(rows) else crowding


def _crowd(values: Floats, settings: RelateNumbers) -> Floats:
    """Return the mean cosine of each row's neighbours beyond its own story."""
    ranked = -np.sort(-values, axis=1)[:, settings.crowd_from : settings.crowd_to]
    # Divided by the full count even where there are fewer: a handful of articles cannot be a crowd.
    mean: Floats = ranked.clip(0).sum(axis=1) / (settings.crowd_to - settings.crowd_from)
    return mean


def _highest(likeness: Floats, count: int) -> NDArray[np.intp]:
    """Return the columns of the `count` highest values of each row, in any order."""
    if likeness.shape[1] <= count:
        return np.broadcast_to(np.arange(likeness.shape[1]), likeness.shape)
    return np.argpartition(likeness, -count, axis=1)[:, -count:]


def _reach(times: NDArray[np.float64], dated: int, start: int, stop: int, horizon: float) -> NDArray[np.intp]:
    """Return the places, in order of time, that rows start to stop may be near to."""
    if stop > dated:
        return np.arange(len(times))
    first = np.searchsorted(times[:dated], times[start] - horizon)
    last = np.searchsorted(times[:dated], times[stop - 1] + horizon, side="right")
    return np.concatenate([np.arange(first, last), np.arange(dated, len(times))])


def _rare_word_keys(words: Any, settings: RelateNumbers) -> Keys:
    """Return the pairs that share rare words."""
    from scipy.sparse import triu

    spread = np.bincount(words.indices, minlength=words.shape[1])
    rare = words[:, np.flatnonzero((spread > 1) & (spread <= settings.rare_articles))]
    shared = triu(rare @ rare.T, k=1).tocoo()
    enough = shared.data >= settings.rare_floor
    return _keys(shared.row[enough], shared.col[enough], words.shape[0])


def _keys(one: NDArray[Any], other: NDArray[Any], size: int) -> Keys:
    low, high = np.minimum(one, other).astype(np.int64), np.maximum(one, other).astype(np.int64)
    keys: Keys = low * size + high
    return keys


def _weigh(facts: _Facts, keys: Keys, settings: RelateNumbers) -> Evidence:
    """Return the evidence of the candidate pairs that is strong enough to keep."""
    keys = np.unique(keys)
    window, size = facts.articles, max(len(facts.articles), 1)
    left, right = (keys // size).astype(np.int32), (keys % size).astype(np.int32)
    parts = _parts(facts, left, right)
    parts["same"] = np.isin(keys, facts.same).astype(np.float32)
    parts["held_apart"] = _held_apart(window, left, right, settings) * (1 - parts["same"])
    score = _mix(parts, _series_pairs(window, left, right), settings)
    kept = np.flatnonzero(score >= settings.keep)
    parts = {name: column[kept] for name, column in parts.items()}
    marks = {"names": [names_in(one) for one in window], "numbers": [numbers_in(one) for one in window]}
    parts |= {name: _shared(sets, left[kept], right[kept]) for name, sets in marks.items()}
    return Evidence(
        ids=tuple(one.id for one in window),
        left=left[kept],
        right=right[kept],
        score=score[kept],
        parts=parts,
    )


def _parts(facts: _Facts, left: Places, right: Places) -> dict[str, Floats]:
    """Return what can be measured of each pair."""
    rows, words = facts.rows, facts.words
    outlets = np.array([one.outlet_id for one in facts.articles], dtype=np.int64)
    cosine = _by_chunk(left, right, lambda one, other: np.einsum("ij,ij->i", rows[one], rows[other]))
    tfidf = _by_chunk(left, right, lambda one, other: _row_products(words, one, other))
    return {
        "cosine": np.clip(cosine, 0, 1),
        "tfidf": np.clip(tfidf, 0, 1),
        "crowding": (facts.crowding[left] + facts.crowding[right]) / 2,
        "hours": np.abs(facts.hours[left] - facts.hours[right]).astype(np.float32),
        "same_outlet": (outlets[left] == outlets[right]).astype(np.float32),
    }


def _mix(parts: Mapping[str, Floats], series: NDArray[np.bool_], settings: RelateNumbers) -> Floats:
    """Return the score of each pair, float32 in [0, 1]."""
    near = np.clip(parts["cosine"] - settings.crowding_weight * parts["crowding"], 0, 1)
    likeness = settings.cosine_weight * near + settings.words_weight * parts["tfidf"] ** settings.words_power
    # Two issues of one series look alike whatever they report: only what their texts say counts.
    likeness = np.where(series, parts["tfidf"], likeness)
    hours = parts["hours"]
    decay = np.where(
        np.isnan(hours), settings.undated_trust, np.exp(-np.nan_to_num(hours) / settings.decay_hours)
    )
    score = np.where(parts["held_apart"] > 0, 0, likeness * decay)
    return np.where(parts["same"] > 0, 1, np.clip(score, 0, 1)).astype(np.float32)


_PAIRS = 100_000


def _by_chunk(left: Places, right: Places, measure: Callable[[Places, Places], NDArray[Any]]) -> Floats:
    """Return `measure(left, right)` worked out in slices, so that memory stays small."""
    columns = [
        np.asarray(measure(left[start : start + _PAIRS], right[start : start + _PAIRS]), dtype=np.float32)
        for start in range(0, len(left), _PAIRS)
    ]
    return np.concatenate(columns) if columns else np.zeros(0, dtype=np.float32)


def _row_products(rows: Any, left: Places, right: Places) -> NDArray[Any]:
    return np.asarray(rows[left].multiply(rows[right]).sum(axis=1)).ravel()


def _held_apart(window: Sequence[Article], left: Places, right: Places, settings: RelateNumbers) -> Floats:
    """Return 1 for pairs whose headlines differ in a number alone and whose texts do not agree."""
    masks = [titles.masked(one.title) for one in window]
    kinds = _kinds([mask if numbers else None for mask, numbers in masks])
    apart = np.zeros(len(left), dtype=np.float32)
    for pair in np.flatnonzero((kinds[left] == kinds[right]) & (kinds[left] >= 0)).tolist():
        a, b = int(left[pair]), int(right[pair])
        if masks[a][1] != masks[b][1]:
            apart[pair] = not _do_agree(window[a].text, window[b].text, settings)
    return apart


def _do_agree(one: str, other: str, settings: RelateNumbers) -> bool:
    """Return whether two texts share most of their words, and a number if both have any."""
    first, second = set(tokens(one)), set(tokens(other))
    numbers = [{word for word in words if word[0].isdigit()} for words in (first, second)]
    if all(numbers) and not numbers[0] & numbers[1]:
        return False
    return len(first & second) >= settings.agreeing_texts * max(len(first | second), 1)


SERIES_ISSUES = 3
"""A headline, apart from its date, that one outlet used this often names a series."""


def _series_pairs(window: Sequence[Article], left: Places, right: Places) -> NDArray[np.bool_]:
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


def _shared(marks: Sequence[set[str]], left: Places, right: Places) -> Floats:
    """Return how many marks the two articles of each pair have in common."""
    rows = mark_rows(marks)
    return _by_chunk(left, right, lambda one, other: _row_products(rows, one, other))
