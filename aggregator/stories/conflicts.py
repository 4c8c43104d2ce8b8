"""Find numbers for one thing that differ between reports, and tell updates over time from contradictions.

Takes statements and how near they are from `compare.py`. Rounding, "about", "at least", "more than" and
another unit are no difference; a number that rises while reports follow one another is an update.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.comparing import Claim, Difference, DifferenceKind, Figure
from aggregator.domain.ids import ArticleId
from aggregator.stories.numbers import Quantity, are_apart
from aggregator.stories.statements import Statement
from aggregator.stories.units import GROWING, UNITS, stem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.5
"""Nearness from which two numbers of people whom the same befell are about the same people."""
SAME = 0.7
"""Nearness from which two numbers of the same unit or thing are about the same, outside a claim."""
MOSTLY = 0.6
"""Share of the pairs between two groups that must be about one thing."""
AT_ONE_TIME = timedelta(minutes=45)
"""Reports so close together were written on the same knowledge."""
_LONG_AGO = re.compile(
    r"\b(?:in (?:18|19|20)\d\d|last (?:year|month|season|week)"
    r"|(?:years?|months?|decades?|centur\w+|weeks?) (?:ago|earlier)|the previous|a year (?:ago|earlier)"
    r"|compared with|since (?:18|19|20)\d\d|record of|annual\w*|each (?:year|month)|every (?:year|month|day)"
    r"|would|could|might)\b",
    re.IGNORECASE,
)
"""What a sentence tells beside the news: numbers of other times, and of what only might be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A quantity with the number of its statement and the claim that this is part of, −1 for none."""

    row: int
    statement: Statement
    quantity: Quantity
    claim: int


def differences(
    statements: Sequence[Statement],
    near: "NDArray[np.float32]",
    claims: Sequence[Claim],
    reports: Sequence[Article],
) -> tuple[Difference, ...]:
    """Return the differing numbers, contradictions first, then those that most reports tell.

    Args:
        statements: of all reports.
        near: how near each pair of statements is, float32[n, n], −1 inside one report.
        claims: the statements that say the same.
        reports: the reports themselves, for their times.
    """
    home = {(one.article, one.place): number for number, claim in enumerate(claims) for one in claim.said}
    times = {one.id: one.at if one.dated else None for one in reports}
    places = [
        _Place(row=row, statement=one, quantity=q, claim=home.get((one.said.article, one.said.place), -1))
        for row, one in enumerate(statements)
        if not _LONG_AGO.search(one.text)
        for q in one.quantities
        if not q.is_part
    ]
    found = []
    for group in _same_things(places, near):
        chosen = _one_a_report(group, near)
        if len(chosen) > 1 and _differ(chosen):
            found.append(_difference(chosen, times))
    kinds = list(DifferenceKind)[::-1]
    return tuple(sorted(found, key=lambda one: (kinds.index(one.kind), -len(one.figures))))


def _same_things(places: Sequence[_Place], near: "NDArray[np.float32]") -> Iterator[list[_Place]]:
    """Yield the quantities that are about one thing, two reports at least.

    Groups grow from the nearest pairs, and two join only where most pairs between them are about the same: a
    chain of sentences that lead from one thing to another is no group.
    """
    pairs = {
        (number, other): fit
        for number, one in enumerate(places)
        for other in range(number)
        if (fit := _sameness(one, places[other], near)) > 0
    }
    home = list(range(len(places)))
    groups = {number: [number] for number in home}
    for one, other in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        left, right = groups[home[one]], groups[home[other]]
        if left is right:
            continue
        across = [(max(a, b), min(a, b)) for a in left for b in right]
        told = [
            pair for pair in across if places[pair[0]].statement.origin != places[pair[1]].statement.origin
        ]
        if sum(pair in pairs for pair in told) >= MOSTLY * len(told):
            gone = groups.pop(home[other])
            left += gone
            for number in gone:
                home[number] = home[one]
    for group in groups.values():
        if len({places[number].statement.origin for number in group}) > 1:
            yield [places[number] for number in group]


def _sameness(one: _Place, other: _Place, near: "NDArray[np.float32]") -> float:
    """Return how near the sentences of two quantities are, 0 where they are not about one thing."""
    a, b = one.quantity, other.quantity
    if one.statement.origin == other.statement.origin or a.unit != b.unit or a.state != b.state:
        return 0.0
    fit = float(near[one.row, other.row])
    in_one_claim = one.claim == other.claim >= 0
    if a.unit == "people" and not a.state and not _are_the_same_people(a, b):
        return 0.0
    if a.state:
        return max(fit, ALIKE) if in_one_claim or fit >= ALIKE else 0.0
    if not (_is_only_one(one) and _is_only_one(other) and (in_one_claim or fit >= SAME)):
        return 0.0
    return fit if a.around & b.around else 0.0


def _are_the_same_people(a: Quantity, b: Quantity) -> bool:
    """Return whether the words for who was counted are not of two sorts of people, as women and children."""
    general = {"people", "persons", "person"}
    return stem(a.counted) == stem(b.counted) or bool({a.counted, b.counted} & general)


def _is_only_one(place: _Place) -> bool:
    """Return whether its sentence has no other number of this unit: which is meant would be a guess."""
    same = [q for q in place.statement.quantities if q.unit == place.quantity.unit]
    return len(same) == 1


def _one_a_report(group: Sequence[_Place], near: "NDArray[np.float32]") -> list[_Place]:
    """Return the figure of each report that is nearest to the others, a sentence's before a headline's."""
    rows = [place.row for place in group]
    best: dict[ArticleId, tuple[float, _Place]] = {}
    for place in group:
        fit = max(float(near[place.row, row]) for row in rows) - 0.2 * place.statement.is_headline
        origin = place.statement.origin
        if origin not in best or fit > best[origin][0]:
            best[origin] = (fit, place)
    return [place for _, place in best.values()]


def _differ(places: Sequence[_Place]) -> bool:
    return any(
        are_apart(one.quantity, other.quantity)
        for number, one in enumerate(places)
        for other in places[:number]
    )


def _difference(places: Sequence[_Place], times: Mapping[ArticleId, datetime | None]) -> Difference:
    dated = [(times[place.statement.origin], place) for place in places]
    ordered = sorted(
        dated, key=lambda pair: (pair[0] is None, pair[0].timestamp() if pair[0] else 0, pair[1].row)
    )
    kind = DifferenceKind.UPDATE if _moves(ordered) else DifferenceKind.CONTRADICTION
    size = places[0].quantity.scale
    return Difference(
        kind=kind,
        of=ordered[0][1].quantity.counted,
        figures=tuple(
            Figure(
                said=place.statement.said,
                written=place.quantity.written,
                value=_in_unit(place.quantity, size),
                at=at,
            )
            for at, place in ordered
        ),
    )


def _in_unit(quantity: Quantity, size: float) -> float:
    return quantity.value if quantity.unit in {unit for unit, *_ in UNITS.values()} else quantity.value / size


def _moves(ordered: Sequence[tuple[datetime | None, _Place]]) -> bool:
    """Return whether a number moved with time: each value follows another, and later reports agree.

    Nobody goes back to an earlier value, and a value comes well after the last report of the one before. What
    does not grow by its nature (a length, a price) counts as moved only when an outlet changes its own
    number, or two later reports agree.
    """
    if any(at is None for at, _ in ordered):
        return False
    steps: list[list[tuple[datetime, _Place]]] = []
    for at, place in ordered:
        assert at is not None
        if steps and not _is_another(steps[-1][-1][1].quantity, place.quantity):
            steps[-1].append((at, place))
        else:
            steps.append([(at, place)])
    for number, later in enumerate(steps):
        for earlier in steps[:number]:
            if any(not _is_another(a.quantity, b.quantity) for _, a in earlier for _, b in later):
                return False
    return all(_follows(before, after) for before, after in pairwise(steps))


def _is_another(one: Quantity, other: Quantity) -> bool:
    """Return whether two values differ by more than rounding; "at least two" and "seven" do here."""
    left, right = (
        replace(
            q, low=q.value if q.hedge == "most" else q.low, high=q.value if q.hedge == "least" else q.high
        )
        for q in (one, other)
    )
    return are_apart(left, right)


def _follows(before: Sequence[tuple[datetime, _Place]], after: Sequence[tuple[datetime, _Place]]) -> bool:
    if after[0][0] - before[-1][0] < AT_ONE_TIME:
        return False
    old, new = before[-1][1].quantity, after[0][1].quantity
    grows = new.state in GROWING or new.unit in {"area", "people"} or new.state == "missing"
    if grows and (new.value > old.value or new.state == "missing"):
        return True
    outlets = {place.statement.said.outlet for _, place in before}
    return len(after) > 1 or any(place.statement.said.outlet in outlets for _, place in after)
