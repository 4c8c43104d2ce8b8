"""See a pair among the others: what their common neighbours say of it, and how sought after each is.

Takes the first probabilities of the pairs from relate; the columns go to the second judge. A weak pair
between two articles that agree with the same five others is of their story; a strong one that stands
alone in a crowd is chance.
"""

from typing import Any

import numpy as np

from aggregator.stories.nearest import Floats, Keys, Places, keys

CONTEXT = (
    *("chance", "through", "alike", "support_low", "support_high", "first_low", "first_high"),
    *("cluster", "cluster_size"),
)
"""The columns that `context` adds."""


def context(size: int, left: Places, right: Places, chance: Floats) -> dict[str, Floats]:
    """Return the columns of CONTEXT, float32[m], for pairs of `size` articles.

    `through` sums the products of both probabilities over common neighbours; `alike` is the cosine of
    the two articles' rows of probabilities; `support` the sum of an article's probabilities; `first`
    the pair's probability beside the highest that each has.
    """
    rows = _both_ways(size, left, right, chance)
    support = np.asarray(rows.sum(axis=1)).ravel()
    best = np.maximum(np.asarray(rows.max(axis=1).todense()).ravel() if rows.nnz else np.zeros(size), 1e-6)
    through = _at(rows @ rows, left, right)
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel() + 1)
    alike = (through + 2 * chance) / (lengths[left] * lengths[right])
    mean, sizes = _between(size, left, right, rows)
    columns = {
        "chance": chance,
        "through": through,
        "alike": alike,
        "support_low": np.minimum(support[left], support[right]),
        "support_high": np.maximum(support[left], support[right]),
        "first_low": np.minimum(chance / best[left], chance / best[right]),
        "first_high": np.maximum(chance / best[left], chance / best[right]),
        "cluster": mean,
        "cluster_size": sizes,
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}


def two_steps(size: int, left: Places, right: Places, chance: Floats, floor: float) -> Keys:
    """Return the pairs whose common neighbours make them likely, by the sum of products."""
    from scipy.sparse import triu

    rows = _both_ways(size, left, right, np.where(chance >= floor, chance, 0).astype(np.float32))
    reached = triu(rows @ rows, k=1).tocoo()
    likely = reached.data >= floor
    return np.unique(keys(reached.row[likely], reached.col[likely], size))


CLUSTER_FLOOR = 0.4


def _between(size: int, left: Places, right: Places, rows: Any) -> tuple[Any, Any]:
    """Return, by pair, the mean probability between the neighbourhoods of both, and their joint size.

    The neighbourhood of an article is itself and those more likely than not, near enough, of its story.
    """
    from scipy.sparse import csr_array, eye_array

    strong = rows.copy()
    strong.data = (strong.data >= CLUSTER_FLOOR).astype(np.float32)
    strong.eliminate_zeros()
    members = csr_array(strong + eye_array(size, dtype=np.float32, format="csr"))
    counts = np.asarray(members.sum(axis=1)).ravel()
    known = csr_array(rows + eye_array(size, dtype=np.float32, format="csr"))
    total = _at_product(members @ known, members, left, right)
    return total / (counts[left] * counts[right]), counts[left] + counts[right]


def _at_product(one: Any, other: Any, left: Places, right: Places) -> Any:
    """Return the entries of one @ otherᵀ at the pairs, in slices."""
    found = np.zeros(len(left))
    for start in range(0, len(left), 50_000):
        some = slice(start, start + 50_000)
        found[some] = one[left[some]].multiply(other[right[some]]).sum(axis=1)
    return found


def _at(rows: Any, left: Places, right: Places) -> Any:
    """Return the entries of a sparse matrix at the pairs."""
    return np.asarray(rows[left, right]).ravel() if len(left) else np.zeros(0)


def _both_ways(size: int, left: Places, right: Places, chance: Floats) -> Any:
    from scipy.sparse import csr_array

    ends = (np.concatenate([left, right]), np.concatenate([right, left]))
    rows = csr_array((np.concatenate([chance, chance]), ends), shape=(size, size), dtype=np.float32)
    rows.eliminate_zeros()
    return rows
