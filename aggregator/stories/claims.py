"""Find the statements of different reports that say the same thing: a story's claims, by how many make them.

Takes statements and their vectors from `compare.py`. Two statements are near by the model's cosine, by the
words and names that are rare inside the story, and by the numbers that both have; groups grow from mutual
best pairs and never hold two statements of one report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.domain.comparing import Claim, Said
from aggregator.domain.ids import ArticleId
from aggregator.stories.numbers import are_apart
from aggregator.stories.statements import Statement, inverse_frequency

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNumbers:
    """How near is near enough: fitted on half of the sample newsroom's gold (docs/explanation/compare.md).

    A pair's nearness is the cosine of its vectors after `centre` times the story's mean vector is taken away,
    which leaves what a sentence says beside the story's theme; plus `words` times the cosine of their words,
    rare ones weighing most, names among them; plus `numbers` for each number in common, up to two; plus
    `people` where both count people whom the same befell, whatever the number. Headlines lose `headline`, so
    that a sentence speaks before them. Groups join at `join` on average, and no pair inside one is below
    `floor`; a sentence is alone where none of another report comes to `alone`.
    """

    centre: float = 0.7
    words: float = 0.8
    numbers: float = 0.24
    people: float = 0.33
    headline: float = 0.1
    join: float = 0.42
    floor: float = 0.15
    alone: float = 0.4


NUMBERS = ClaimNumbers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """What the statements come to: claims of two reports and more, and what only one report says."""

    claims: tuple[Claim, ...]
    alone: tuple[Said, ...]


def align(
    statements: Sequence[Statement],
    near: "NDArray[np.float32]",
    numbers: ClaimNumbers = NUMBERS,
) -> Aligned:
    """Return the claims, those of most reports first, and the sentences that nobody else has.

    Args:
        statements: of all reports, each report's together.
        near: how near each pair is, float32[n, n], as `nearness` gives it.
        numbers: how near is near enough.
    """
    near = near.copy()
    mute = [place for place, one in enumerate(statements) if not one.speaks]
    near[mute, :] = near[:, mute] = -1
    groups = _groups(statements, near, numbers)
    many = [group for group in groups if len({statements[place].said.outlet for place in group}) > 1]
    # A headline that stands alone is a title, not a fact.
    taken = {place for group in many for place in group}
    best = _best_elsewhere(near)
    alone = [
        one.said
        for place, one in enumerate(statements)
        if place not in taken and not one.is_headline and best[place] < numbers.alone
    ]
    first = {one.origin: place for place, one in reversed(list(enumerate(statements)))}
    ordered = sorted(many, key=lambda group: (-len(group), min(_depth(statements, first, p) for p in group)))
    return Aligned(
        claims=tuple(_claim(statements, near, group) for group in ordered),
        alone=tuple(alone),
    )


def nearness(
    statements: Sequence[Statement], vectors: "NDArray[np.float32]", numbers: ClaimNumbers
) -> "NDArray[np.float32]":
    """Return how near each pair of statements is, float32[n, n]; −1 inside one report and between languages.

    Args:
        statements: of all reports.
        vectors: unit float32[n, d], a row for each statement.
        numbers: the weights.
    """
    import numpy as np

    own = vectors - numbers.centre * vectors.mean(axis=0)
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-9)
    near: NDArray[np.float32] = own @ own.T
    near += numbers.words * _word_cosines(statements)
    near += _number_bonus(statements, numbers)
    titles = np.array([one.is_headline for one in statements], dtype=np.float32)
    near -= numbers.headline * (titles[:, None] + titles[None, :])
    origins = np.array([one.origin for one in statements])
    tongues = np.array([one.lang for one in statements])
    near[(origins[:, None] == origins[None, :]) | (tongues[:, None] != tongues[None, :])] = -1
    return near.astype(np.float32)


def _word_cosines(statements: Sequence[Statement]) -> "NDArray[np.float32]":
    """Return the cosines of the words, weighed by how rare they are inside the story."""
    import numpy as np

    weight = inverse_frequency(statements)
    columns = {term: column for column, term in enumerate(weight)}
    rows = np.zeros((len(statements), max(1, len(columns))), dtype=np.float32)
    for place, one in enumerate(statements):
        rows[place, [columns[term] for term in one.terms]] = [weight[term] for term in one.terms]
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    cosines: NDArray[np.float32] = rows @ rows.T
    return cosines


def _number_bonus(statements: Sequence[Statement], numbers: ClaimNumbers) -> "NDArray[np.float32]":
    """Return what each pair gains by its numbers."""
    import numpy as np

    bonus = np.zeros((len(statements), len(statements)), dtype=np.float32)
    counting = [(place, one.quantities) for place, one in enumerate(statements) if one.quantities]
    for number, (place, mine) in enumerate(counting):
        for other, theirs in counting[:number]:
            pairs = [(a, b) for a in mine for b in theirs if a.unit == b.unit]
            equal = sum(not are_apart(a, b) for a, b in pairs)
            people = any(a.state and a.state == b.state for a, b in pairs)
            bonus[place, other] = numbers.numbers * min(2, equal) + numbers.people * people
    return bonus + bonus.T


def _groups(
    statements: Sequence[Statement], near: "NDArray[np.float32]", numbers: ClaimNumbers
) -> list[list[int]]:
    """Return the groups of places: mutual best pairs first, then the nearest, never two of one report."""
    import numpy as np

    rows, columns = np.nonzero(np.triu(near >= numbers.join, 1))
    pairs = sorted(
        zip(rows.tolist(), columns.tolist(), strict=True),
        key=lambda pair: (-float(near[pair]), pair),
    )
    mutual = _mutual(statements, near)
    home = list(range(len(statements)))
    members = {place: [place] for place in home}
    for one, other in sorted(pairs, key=lambda pair: pair not in mutual):
        left, right = home[one], home[other]
        if left != right and _may_join(statements, near, members[left], members[right], numbers):
            for place in members[right]:
                home[place] = left
            members[left] += members.pop(right)
    return [sorted(group) for group in members.values()]


def _mutual(statements: Sequence[Statement], near: "NDArray[np.float32]") -> set[tuple[int, int]]:
    """Return the pairs of places that are each other's nearest between their two reports."""
    import numpy as np

    spans: dict[ArticleId, list[int]] = {}
    for place, one in enumerate(statements):
        spans.setdefault(one.origin, []).append(place)
    listed = list(spans.values())
    found: set[tuple[int, int]] = set()
    for number, left in enumerate(listed):
        for right in listed[number + 1 :]:
            block = near[np.ix_(left, right)]
            best_right, best_left = block.argmax(axis=1), block.argmax(axis=0)
            found |= {
                (left[row], right[column])
                for row, column in enumerate(best_right.tolist())
                if best_left[column] == row
            }
    return found


def _may_join(
    statements: Sequence[Statement],
    near: "NDArray[np.float32]",
    left: Sequence[int],
    right: Sequence[int],
    numbers: ClaimNumbers,
) -> bool:
    """Return whether two groups are one claim: no report in both, near enough, no pair far apart."""
    if {statements[place].origin for place in left} & {statements[place].origin for place in right}:
        return False
    block = near[[[place] for place in left], list(right)]
    return bool((block.mean() + block.max()) / 2 >= numbers.join and block.min() >= numbers.floor)


def _best_elsewhere(near: "NDArray[np.float32]") -> "NDArray[np.float32]":
    best: NDArray[np.float32] = near.max(axis=1)
    return best


def _depth(statements: Sequence[Statement], first: Mapping[ArticleId, int], place: int) -> int:
    """Return how many statements of its report stand before this one."""
    return place - first[statements[place].origin]


def _claim(statements: Sequence[Statement], near: "NDArray[np.float32]", group: Sequence[int]) -> Claim:
    """Return a claim, the sentence nearest to all others first; a sentence speaks before a headline."""
    block = near[[[place] for place in group], list(group)]
    central = dict(zip(group, block.sum(axis=1).tolist(), strict=True))
    ordered = sorted(group, key=lambda place: (statements[place].is_headline, -central[place], place))
    return Claim(said=tuple(statements[place].said for place in ordered))
