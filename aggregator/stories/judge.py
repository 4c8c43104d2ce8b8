"""Make one probability of the parts of a pair: that both articles report one event.

Takes the columns of `parts.py`. The trees stand in `evidence.json` beside this file, fitted by
`python -m benchmarks.fit_evidence` (gradient boosting, Friedman 2001) and plain enough to review:
no code is loaded from them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "evidence.json"

Floats = NDArray[np.float32]

_FIRST_TREES = 40
"""After so many trees most pairs are as good as decided."""
_DECIDED = -6.0
"""Log-odds: a pair below one in four hundred after the first trees is not looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A tree as arrays by node, the root first. A leaf leads to itself and has a value (log-odds)."""

    part: NDArray[np.int16]
    at_most: Floats
    missing_left: NDArray[np.bool_]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: Floats
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A sum of trees over the named parts."""

    parts: tuple[str, ...]
    base: float
    trees: tuple[Tree, ...]

    def __call__(self, columns: Mapping[str, Floats]) -> Floats:
        """Return the probability of each pair, float32[m]."""
        rows = [np.ascontiguousarray(columns[name], dtype=np.float32) for name in self.parts]
        table = np.stack(rows, axis=1)
        odds = self.base + _sum(self.trees[:_FIRST_TREES], table)
        open_ones = np.flatnonzero(odds >= _DECIDED)
        odds[open_ones] += _sum(self.trees[_FIRST_TREES:], table[open_ones])
        chance: Floats = (1 / (1 + np.exp(-odds))).astype(np.float32)
        return chance


def _sum(trees: Sequence[Tree], table: Floats) -> NDArray[np.float64]:
    total = np.zeros(len(table))
    flat, width = np.ascontiguousarray(table).ravel(), table.shape[1]
    starts = np.arange(len(table)) * width
    for tree in trees:
        node = np.zeros(len(table), dtype=np.int16)
        for _ in range(tree.depth):
            value = flat[starts + tree.part[node]]
            goes_left = np.where(np.isnan(value), tree.missing_left[node], value <= tree.at_most[node])
            node = np.where(goes_left, tree.left[node], tree.right[node])
        total += tree.value[node]
    return total


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
    """Return a judge from its parts, its base (log-odds) and its trees."""
    return Judge(
        parts=tuple(raw["parts"]), base=raw["base"], trees=tuple(read_tree(nodes) for nodes in raw["trees"])
    )


def read_tree(nodes: Sequence[Sequence[Any]]) -> Tree:
    """Return a tree from its nodes: [part, at most, 1 if missing goes left, left, right] or [value]."""
    size = len(nodes)
    part, left, right = (np.zeros(size, dtype=np.int16) for _ in range(3))
    at_most, value = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    missing_left = np.zeros(size, dtype=bool)
    for place, node in enumerate(nodes):
        if len(node) == 1:
            left[place] = right[place] = place
            value[place] = node[0]
        else:
            part[place], at_most[place], missing_left[place], left[place], right[place] = node
    return Tree(
        part=part,
        at_most=at_most,
        missing_left=missing_left,
        left=left,
        right=right,
        value=value,
        depth=_depth(nodes),
    )


def _depth(nodes: Sequence[Sequence[Any]], place: int = 0) -> int:
    node = nodes[place]
    return 0 if len(node) == 1 else 1 + max(_depth(nodes, node[3]), _depth(nodes, node[4]))
