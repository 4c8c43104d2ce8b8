"""The floors of the grouping, read from `floors.toml` beside this file."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).with_name("floors.toml")
MEASURES = ("b3_p", "b3_f", "multi_b3_f", "pair_p", "pair_f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Floors by measure, with the fingerprint of what they were set on; `lowered` says why one fell."""

    corpus: str
    least: dict[str, float]
    lowered: str


def history() -> dict[str, list[Floors]]:
    """Return the floors of each corpus, oldest first."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {name: [_floors(entry) for entry in entries] for name, entries in raw.items()}


def _floors(entry: dict[str, str | float]) -> Floors:
    return Floors(
        corpus=str(entry["corpus"]),
        least={measure: float(entry[measure]) for measure in MEASURES},
        lowered=str(entry.get("lowered", "")),
    )


def fallen(entries: list[Floors]) -> Iterator[Floors]:
    """Yield the entries in which a floor is lower than the one before it on the same material."""
    for before, after in pairwise(entries):
        same = before.corpus == after.corpus
        if same and any(after.least[one] < before.least[one] for one in MEASURES):
            yield after


def below(reached: object, floors: Floors) -> dict[str, float]:
    """Return the measures that are below their floor, with what was reached."""
    found = {measure: float(getattr(reached, measure)) for measure in MEASURES}
    return {measure: value for measure, value in found.items() if value < floors.least[measure]}
