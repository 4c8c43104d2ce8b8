"""Measure a pair of articles: every part of the evidence, as one column a part.

Takes candidate pairs and what is known of each article from relate; the columns go to `judge.py`,
which makes a probability of them, and to the pages that say "why together?". Every part is free of
the length of texts, and nearly free of the size of the window, so that what was learned on one day of
twenty outlets holds for other newsrooms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.nearest import Floats, Neighbours, Places
from aggregator.stories.rarity import Rarity
from aggregator.stories.slices import in_slices
from aggregator.stories.words import Words

PARTS = (
    *("cosine", "cosine_passage", "cosine_title", "across_high", "across_low"),
    *("tfidf", "tfidf_window", "tfidf_title", "title_high", "title_low", "told_high", "told_low"),
    *("rarest", "rare", "burst_high", "burst", "names", "rarest_name", "number", "runs", "spread"),
    *("hours", "same_outlet", "nearness_low", "nearness_high", "above_crowd_low", "above_crowd_high"),
    *("rank_low", "rank_high", "mutual", "words_low", "words_high", "title_words_low", "covered", "roundups"),
)
"""The columns that the judge reads, in its order."""

RARE_FROM = 4.0
"""Natural logarithm: a word in more than about one article of fifty is not rare."""
CROWD_FROM = 5
"""The nearest few may be the story itself; the mean cosine of those after them says how crowded it is."""
MUTUAL_AMONG = 15
MUTUAL_FLOOR = 0.3
LONGEST = 80
"""Words; texts longer than this are all long."""
_PAIRS = 16_384
"""Measured at once."""
_ROWS = 1024
"""Pairs whose vectors (6 MB) stay in a processor's own memory while they are multiplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of each article of the window, in one order.

    `passages` and `headlines` are unit rows float32[n, d]; `hours` since 1970 (UTC), NaN for the
    undated; `outlets` int64[n]; `roundups` float32[n] is 1 for titles of round-ups.
    """

    passages: Floats
    headlines: Floats
    near: Neighbours
    words: Words
    rarity: Rarity
    hours: NDArray[np.float64]
    outlets: NDArray[np.int64]
    roundups: Floats


def measure(facts: Facts, left: Places, right: Places) -> dict[str, Floats]:
    """Return every part of each pair, float32[m] by the names of PARTS."""
    return Sheet(facts).measure(left, right)


class Sheet:
    """Columns prepared once for a window, to measure any of its pairs."""

    def __init__(self, facts: Facts) -> None:
        rarity, words = facts.rarity, facts.words
        self.facts = facts
        self.damped = _with_data(words.every, 1 + np.log(words.every.data))
        self.marks = _with_data(words.every, np.ones_like(words.every.data))
        self.order = _numbered(words.every)
        self.title = _with_data(words.title, np.ones_like(words.title.data))
        self.norms = {
            "tfidf": _norms(self.damped, rarity.usual),
            "tfidf_window": _norms(self.damped, rarity.window),
            "rare": _norms(self.marks, _rare(rarity)),
            "burst": _burst_norms(self.marks, rarity),
            "names": _norms(self.marks, rarity.name * rarity.usual),
            "tfidf_title": _norms(self.title, rarity.usual),
            "runs": _norms(words.runs, rarity.runs),
        }
        self.title_weight = np.maximum(self.title @ rarity.usual, 1e-6)
        self.words_count = np.asarray(words.every.sum(axis=1)).ravel()
        self.title_count = np.asarray(words.title.sum(axis=1)).ravel()
        self.crowd = facts.near.cosines[:, CROWD_FROM:].mean(axis=1)
        self.mutual = _mutual_rows(facts.near)

    def measure(self, left: Places, right: Places) -> dict[str, Floats]:
        """Return every part of each pair, float32[m] by the names of PARTS."""
        slices = in_slices(len(left), _PAIRS, lambda some: self._columns(left[some], right[some]))
        return {name: np.concatenate([one[name] for one in slices]) for name in slices[0]}

    def _columns(self, left: Places, right: Places) -> dict[str, Floats]:
        """Return the parts of some pairs."""
        facts = self.facts
        columns = self._vectors(left, right) | self._words(left, right) | self._titles(left, right)
        columns |= self._places(columns["cosine"], left, right)
        columns |= {
            "hours": np.abs(facts.hours[left] - facts.hours[right]),
            "same_outlet": facts.outlets[left] == facts.outlets[right],
            "roundups": facts.roundups[left] + facts.roundups[right],
            "covered": np.minimum(facts.rarity.covered[left], facts.rarity.covered[right]),
        }
        columns |= _both("words", self.words_count[left], self.words_count[right], LONGEST)
        columns["title_words_low"] = np.minimum(self.title_count[left], self.title_count[right])
        return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}

    def _vectors(self, left: Places, right: Places) -> dict[str, Any]:
        passages, headlines = self.facts.passages, self.facts.headlines
        passage, title, forth, back = products = np.empty((4, len(left)), dtype=np.float32)
        for start in range(0, len(left), _ROWS):
            one, other = left[start : start + _ROWS], right[start : start + _ROWS]
            told = passages[one], headlines[one], passages[other], headlines[other]
            for place, (a, b) in enumerate(((0, 2), (1, 3), (1, 2), (0, 3))):
                products[place, start : start + _ROWS] = _dots(told[a], told[b])
        return {
            "cosine": (passage + title) / 2,
            "cosine_passage": passage,
            "cosine_title": title,
            **_both("across", forth, back),
        }

    def _words(self, left: Places, right: Places) -> dict[str, Any]:
        """Return the parts that count words of title, lead and address which both have."""
        rarity = self.facts.rarity
        some, others = self.order[left], self.order[right]
        both = _Shared(some.multiply(_ones(others)))
        here, there = both.values - 1, _Shared(_ones(some).multiply(others)).values - 1
        word, damped = both.columns, self.damped.data[here] * self.damped.data[there]

        def like(name: str, weights: Any) -> Any:
            return both.sum(weights) / np.maximum(self.norms[name][left] * self.norms[name][right], 1e-6)

        usual = rarity.usual[word]
        is_name, is_number = rarity.name[word], rarity.number[word]
        burst, around = (np.maximum(by[here], by[there]) for by in (rarity.burst, rarity.around))
        runs = _Shared(self.facts.words.runs[left].multiply(self.facts.words.runs[right]))
        norm = np.maximum(self.norms["runs"][left] * self.norms["runs"][right], 1e-6)
        return {
            "tfidf": like("tfidf", damped * usual**2),
            "tfidf_window": like("tfidf_window", damped * rarity.window[word] ** 2),
            "rare": like("rare", _rare(rarity)[word] ** 2),
            "burst": like("burst", (burst * usual) ** 2),
            "names": like("names", is_name * usual**2),
            "rarest": both.highest(usual),
            "rarest_name": both.highest(usual * is_name),
            "burst_high": both.highest(burst),
            "number": both.highest(usual * is_number),
            "spread": np.log1p(-both.highest(-around, none=-float(len(self.words_count)))),
            "runs": runs.sum(self.facts.rarity.runs[runs.columns] ** 2) / norm,
        }

    def _titles(self, left: Places, right: Places) -> dict[str, Any]:
        """Return how much of each title's weight the other's title has, and the other's whole text tells."""
        usual, weight = self.facts.rarity.usual, self.title_weight
        shared = _Shared(self.title[left].multiply(self.title[right]))
        forth = self.title[left].multiply(self.marks[right]) @ usual
        back = self.marks[left].multiply(self.title[right]) @ usual
        common = shared.sum(usual[shared.columns])
        norm = np.maximum(self.norms["tfidf_title"][left] * self.norms["tfidf_title"][right], 1e-6)
        return {
            "tfidf_title": shared.sum(usual[shared.columns] ** 2) / norm,
            **_both("title", common / weight[left], common / weight[right]),
            **_both("told", forth / weight[left], back / weight[right]),
        }

    def _places(self, cosine: Floats, left: Places, right: Places) -> dict[str, Any]:
        """Return how near a pair is compared with the other neighbours of both."""
        near = self.facts.near
        best, crowd = np.maximum(near.cosines[:, 0], 1e-3), self.crowd
        ranks = _rank(near, left, right), _rank(near, right, left)
        return {
            **_both("nearness", cosine / best[left], cosine / best[right]),
            **_both("above_crowd", cosine - crowd[left], cosine - crowd[right]),
            **_both("rank", *ranks),
            "mutual": _Shared(self.mutual[left].multiply(self.mutual[right])).sum(),
        }


class _Shared:
    """The words that two articles of each pair have both: the sparse product of their rows."""

    def __init__(self, product: Any) -> None:
        rows = product.tocsr()
        self.columns: NDArray[np.int32] = rows.indices
        self.values: NDArray[Any] = rows.data
        self.counts = np.diff(rows.indptr)
        self.starts = rows.indptr[:-1][self.counts > 0]

    def sum(self, weights: Any = None) -> NDArray[np.float64]:
        """Return the sum of the weights of each pair's shared words."""
        return self._each(self.values if weights is None else weights, np.add, 0.0)

    def highest(self, weights: Any, none: float = 0.0) -> NDArray[np.float64]:
        """Return the highest weight among each pair's shared words, `none` where there are none."""
        return self._each(weights, np.maximum, none)

    def _each(self, weights: Any, fold: np.ufunc, none: float) -> NDArray[np.float64]:
        column = np.full(len(self.counts), none)
        if len(self.starts):
            column[self.counts > 0] = fold.reduceat(np.asarray(weights, dtype=np.float64), self.starts)
        return column


def _numbered(rows: Any) -> Any:
    """Return the same sparse places, numbered from 1."""
    from scipy.sparse import csr_array

    numbers = np.arange(1, len(rows.data) + 1, dtype=np.int32)
    return csr_array((numbers, rows.indices, rows.indptr), shape=rows.shape)


def _ones(rows: Any) -> Any:
    """Return the same sparse places with 1 in each."""
    from scipy.sparse import csr_array

    return csr_array((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)


def _rare(rarity: Rarity) -> Floats:
    return (rarity.usual - RARE_FROM).clip(0)


def _dots(one: Floats, other: Floats) -> Floats:
    products: Floats = np.einsum("ij,ij->i", one, other)
    return products


def _both(name: str, one: Any, other: Any, most: float = np.inf) -> dict[str, Any]:
    """Return the lower and the higher of two columns, so that the order of a pair does not matter."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    return {f"{name}_low": np.minimum(low, most), f"{name}_high": np.minimum(high, most)}


def _rank(near: Neighbours, one: Places, other: Places) -> NDArray[np.intp]:
    """Return the rank of the other among the neighbours of the one; the number of neighbours if outside."""
    is_other = near.places[one] == other[:, None]
    ranks: NDArray[np.intp] = np.where(is_other.any(axis=1), is_other.argmax(axis=1), near.places.shape[1])
    return ranks


def _mutual_rows(near: Neighbours) -> Any:
    """Return unit rows, sparse float32[n, n], over the nearest few of each article."""
    from scipy.sparse import csr_array

    places, cosines = near.places[:, :MUTUAL_AMONG], near.cosines[:, :MUTUAL_AMONG]
    one, rank = np.nonzero((places >= 0) & (cosines > MUTUAL_FLOOR))
    weights = cosines[one, rank] - np.float32(MUTUAL_FLOOR)
    size = len(places)
    rows = csr_array((weights, (one, places[one, rank])), shape=(size, size), dtype=np.float32)
    norms = _norms(rows, np.ones(size, dtype=np.float32))
    return _with_data(rows, rows.data / np.repeat(np.maximum(norms, 1e-6), np.diff(rows.indptr)))


def _norms(rows: Any, weights: Floats) -> NDArray[np.float64]:
    """Return the length of each row under weights by column."""
    of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    squares = (rows.data * weights[rows.indices]).astype(np.float64) ** 2
    return np.sqrt(np.bincount(of, weights=squares, minlength=rows.shape[0]))


def _burst_norms(rows: Any, rarity: Rarity) -> NDArray[np.float64]:
    """Return the length of each row, its words weighed by how they burst at its time."""
    of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    weights = rarity.burst * rarity.usual[rows.indices]
    return np.sqrt(np.bincount(of, weights=weights.astype(np.float64) ** 2, minlength=rows.shape[0]))


def _with_data(rows: Any, data: NDArray[Any]) -> Any:
    """Return the same sparse places with other values."""
    from scipy.sparse import csr_array

    return csr_array((data.astype(np.float32), rows.indices, rows.indptr), shape=rows.shape)


def table(columns: Mapping[str, Floats], names: Sequence[str] = PARTS) -> Floats:
    """Return the parts as float32[m, len(names)], for the judge."""
    return np.stack([columns[name] for name in names], axis=1)
