"""Other ways to group the articles of a window, to stand beside ours in the tables.

Each takes what a build has (articles, unit rows, evidence) and gives the group of each article by id.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.stories.survey import Evidence
from aggregator.stories.words import tokens

Groups = Mapping[ArticleId, int]


def alone(articles: Sequence[Article]) -> Groups:
    """Return every article in a group of its own."""
    return {one.id: place for place, one in enumerate(articles)}


def title_rule(articles: Sequence[Article]) -> Groups:
    """Return NewsBlur's published rule: titles that share words, between outlets, joined transitively.

    Overlap coefficient of at least .6 over at least five significant words, at least three shared.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [
        {word for word in tokens(one.title) if len(word) > 2 and word not in ENGLISH_STOP_WORDS}
        for one in articles
    ]
    shared: Counter[tuple[int, int]] = Counter()
    having: dict[str, list[int]] = {}
    for place, row in enumerate(words):
        for word in row:
            shared.update((other, place) for other in having.get(word, ()))
            having.setdefault(word, []).append(place)
    pairs = [
        (a, b)
        for (a, b), count in shared.items()
        if count >= 3
        and min(len(words[a]), len(words[b])) >= 5
        and count >= 0.6 * min(len(words[a]), len(words[b]))
        and articles[a].outlet_id != articles[b].outlet_id
    ]
    return _connected(articles, pairs)


def plain_hdbscan(articles: Sequence[Article], rows: NDArray[np.float32]) -> Groups:
    """Return HDBSCAN(min_cluster_size=2) on the vectors of the passages, noise alone."""
    from hdbscan import HDBSCAN

    passages = rows[:, : rows.shape[1] // 2]
    unit = passages / np.maximum(np.linalg.norm(passages, axis=1, keepdims=True), 1e-9)
    labels = HDBSCAN(min_cluster_size=2).fit_predict(unit.astype(np.float64))
    noise = -1 - np.arange(len(labels))
    return dict(zip((one.id for one in articles), np.where(labels < 0, noise, labels).tolist(), strict=True))


def average_linkage(evidence: Evidence, floor: float) -> Groups:
    """Return average linkage of the evidence cut at a mean probability; a missing pair counts as 0."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = 1 - _matrix(evidence)
    np.fill_diagonal(distances, 0)
    labels = fcluster(linkage(squareform(distances, checks=False), "average"), 1 - floor, "distance")
    return dict(zip(evidence.ids, labels.tolist(), strict=True))


def correlation(evidence: Evidence, floor: float, rounds: int = 20) -> Groups:
    """Return correlation clustering by local moves: each goes where the sum of (p − floor) is highest."""
    gain = _matrix(evidence) - floor
    np.fill_diagonal(gain, 0)
    labels = np.arange(len(gain))
    for _ in range(rounds):
        before = labels.copy()
        for one in range(len(gain)):
            sums = np.bincount(labels, weights=gain[one], minlength=len(gain))
            sums[labels[one]] += 1e-9
            best = int(np.argmax(sums))
            empty = np.setdiff1d(np.arange(len(gain)), labels, assume_unique=False)
            labels[one] = best if sums[best] > 0 or not len(empty) else empty[0]
        if (labels == before).all():
            break
    return dict(zip(evidence.ids, labels.tolist(), strict=True))


def connected(evidence: Evidence, floor: float) -> Groups:
    """Return the connected parts over pairs of at least this probability (single linkage)."""
    strong = np.flatnonzero(evidence.score >= floor)
    size = len(evidence.ids)
    labels = _parts(size, evidence.left[strong].astype(np.int64), evidence.right[strong].astype(np.int64))
    return dict(zip(evidence.ids, labels, strict=True))


def _connected(articles: Sequence[Article], pairs: Sequence[tuple[int, int]]) -> Groups:
    one, other = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return dict(zip((a.id for a in articles), _parts(len(articles), one, other), strict=True))


def _parts(size: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[int]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    links = csr_array((np.ones(len(left)), (left, right)), shape=(size, size))
    labels: list[int] = connected_components(links, directed=False)[1].tolist()
    return labels


def _matrix(evidence: Evidence) -> NDArray[np.float64]:
    size = len(evidence.ids)
    matrix = np.zeros((size, size))
    matrix[evidence.left, evidence.right] = matrix[evidence.right, evidence.left] = evidence.score
    return matrix
