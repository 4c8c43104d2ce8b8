"""Make one probability of the parts of a pair: that both articles report one event.

Takes the columns of `parts.py` and `context.py`. The trees stand in `evidence.json` beside this file,
fitted by `python -m benchmarks.fit_evidence` (gradient boosting, Friedman 2001) and plain enough to
review: no code is loaded from them. They are read all at once by bit masks (QuickScorer, Lucchese and
others 2015): each part says which leaves it rules out, and the first leaf left is the answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.slices import in_slices

FILE = Path(__file__).parent / "evidence.json"

Floats = NDArray[np.float32]
Masks = NDArray[np.uint16]
Node = Sequence[Any]

LEAVES = 16
"""Most leaves of a tree: one bit each."""

_AT_ONCE = 1024
"""Pairs whose masks (about half a megabyte) stay in a processor's own memory while all parts are read."""

_FIRST_BIT = np.array([(place & -place).bit_length() - 1 for place in range(1 << LEAVES)], dtype=np.int8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A sum of trees over the named parts.

    `steps` holds each part's thresholds, ascending; `masks` uint16[steps + 2, trees] by part the leaves
    that are left when so many thresholds are exceeded, the last row when the part is missing. `values`
    float32[trees, LEAVES] are log-odds, `base` those of a pair of which nothing is known.
    """

    parts: tuple[str, ...]
    base: float
    steps: tuple[Floats, ...]
    masks: tuple[Masks, ...]
    values: Floats

    def __call__(self, columns: Mapping[str, Floats]) -> Floats:
        """Return the probability of each pair, float32[m]."""
        size = len(columns[self.parts[0]]) if self.parts else 0
        odds = np.concatenate(in_slices(size, _AT_ONCE, lambda some: self._odds(columns, some)))
        chance: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
        return chance

    def _odds(self, columns: Mapping[str, Floats], some: slice) -> NDArray[np.float64]:
        """Return the log-odds of some pairs."""
        left = np.full((some.stop - some.start, len(self.values)), (1 << LEAVES) - 1, dtype=np.uint16)
        for place, name in enumerate(self.parts):
            left &= self.masks[place][self._steps(place, columns[name][some])]
        trees = np.arange(len(self.values)) * LEAVES
        odds: NDArray[np.float64] = self.values.ravel()[trees + _FIRST_BIT[left]].sum(axis=1) + self.base
        return odds

    def _steps(self, place: int, column: Floats) -> NDArray[np.intp]:
        """Return how many thresholds each value exceeds, one more than all where it is missing."""
        steps = np.searchsorted(self.steps[place], column.astype(np.float32), side="left")
        return np.where(np.isnan(column), len(self.steps[place]) + 1, steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """The first judges each pair for itself, the second knowing what the first said of those around it."""

    first: Judge
    second: Judge


@lru_cache(maxsize=2)
def load_judges(file: Path = FILE) -> Judges:
    """Return the judges of a file."""
    raw = json.loads(file.read_text(encoding="utf-8"))
    return Judges(first=read_judge(raw["first"]), second=read_judge(raw["second"]))


def read_judge(raw: Mapping[str, Any]) -> Judge:
    """Return a judge from its parts, its base and its trees.

    A tree is a list of nodes, the root first: [part, at most, 1 if missing goes left, left, right], with
    parts and nodes by their place, or [value] for a leaf.
    """
    trees: Sequence[Sequence[Node]] = raw["trees"]
    values = np.zeros((len(trees), LEAVES), dtype=np.float32)
    splits: list[list[tuple[np.float32, int, bool, int]]] = [[] for _ in raw["parts"]]
    for place, nodes in enumerate(trees):
        leaves = list(_leaves(nodes, 0))
        values[place, : len(leaves)] = [nodes[leaf][0] for leaf in leaves]
        rank = {leaf: 1 << number for number, leaf in enumerate(leaves)}
        for node in nodes:
            if len(node) > 1:
                ruled_out = sum(rank[leaf] for leaf in _leaves(nodes, node[3]))
                splits[node[0]].append((np.float32(node[1]), place, bool(node[2]), ruled_out))
    steps = tuple(np.unique(np.array([one[0] for one in some], dtype=np.float32)) for some in splits)
    masks = tuple(_masks(step, some, len(trees)) for step, some in zip(steps, splits, strict=True))
    return Judge(parts=tuple(raw["parts"]), base=float(raw["base"]), steps=steps, masks=masks, values=values)


def _leaves(nodes: Sequence[Node], place: int) -> Iterator[int]:
    """Yield the leaves below a node from left to right."""
    node = nodes[place]
    if len(node) == 1:
        yield place
    else:
        yield from _leaves(nodes, node[3])
        yield from _leaves(nodes, node[4])


def _masks(steps: Floats, splits: Sequence[tuple[np.float32, int, bool, int]], trees: int) -> Masks:
    """Return which leaves of each tree are left, by how many thresholds are exceeded or missing."""
    masks = np.full((len(steps) + 2, trees), (1 << LEAVES) - 1, dtype=np.uint16)
    for at_most, tree, missing_left, ruled_out in splits:
        kept = np.uint16((1 << LEAVES) - 1 - ruled_out)
        masks[int(np.searchsorted(steps, at_most)) + 1 : -1, tree] &= kept
        if not missing_left:
            masks[-1, tree] &= kept
    return masks
