"""How far outlets tell the same stories, and which of them adds little beside another; pure.

A story counts once for an outlet, however many articles and copies it has of it. A copy is the story of its
origin, so an outlet that only carries texts of others has nothing of its own there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.domain.coverage import Teller
from aggregator.domain.ids import OutletId, StoryId
from aggregator.readers.outletfacts import Share

WITHIN = timedelta(hours=2)
"""An outlet that has a story at the latest so long after another spares its reader the other."""
ENOUGH = 20
"""Stories of an outlet before anything is suggested about it."""
MOST_TOLD = 0.8
"""Share of an outlet's stories that the other must have in time."""
MOST_OWN = 0.1
"""Share of an outlet's stories that may be its own and still be little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Of each outlet's stories, how many each other one had at the latest `WITHIN` later.

    `outlets` are those of the matrix in its order; a pair is (whose stories, who had them, too).
    `own` counts the stories that the first told in words of its own and the second did not tell at all;
    `alone` those that nobody else in the matrix told.
    """

    outlets: tuple[OutletId, ...]
    stories: Mapping[OutletId, int]
    told: Mapping[tuple[OutletId, OutletId], int]
    own: Mapping[tuple[OutletId, OutletId], int]
    alone: Mapping[OutletId, int]
    worded: Mapping[OutletId, int]
    """Stories that each tells in words of its own, whoever else does."""

    def share(self, one: OutletId, other: OutletId) -> Share:
        """Return how many of the stories of `one` the other had in time."""
        return Share(part=self.told.get((one, other), 0), whole=self.stories.get(one, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An outlet that adds little beside another: what it told, had alone, and what the other had in time."""

    outlet: OutletId
    beside: OutletId
    own: Share
    told: Share


def matrix(outlets: Sequence[OutletId], tellers: Iterable[Teller]) -> Matrix:
    """Return how these outlets overlap; `tellers` are theirs, one a story and outlet."""
    by_story: dict[StoryId, dict[OutletId, Teller]] = {}
    for one in tellers:
        by_story.setdefault(one.story, {})[one.outlet] = one
    stories, alone = dict.fromkeys(outlets, 0), dict.fromkeys(outlets, 0)
    told: dict[tuple[OutletId, OutletId], int] = {}
    both: dict[tuple[OutletId, OutletId], int] = {}
    written = dict.fromkeys(outlets, 0)
    for tellings in by_story.values():
        for one in tellings.values():
            stories[one.outlet] += 1
            written[one.outlet] += one.has_own
            alone[one.outlet] += len(tellings) == 1
            for other in tellings.values():
                if other.outlet != one.outlet:
                    pair = (one.outlet, other.outlet)
                    both[pair] = both.get(pair, 0) + one.has_own
                    told[pair] = told.get(pair, 0) + _is_in_time(one.first_at, other.first_at)
    own = {
        (one, other): written[one] - both.get((one, other), 0)
        for one in outlets
        for other in outlets
        if one != other
    }
    return Matrix(outlets=tuple(outlets), stories=stories, told=told, own=own, alone=alone, worded=written)


def _is_in_time(first: datetime, other: datetime) -> bool:
    return other <= first + WITHIN


def suggestions(found: Matrix) -> tuple[Suggestion, ...]:
    """Return the outlets that add little beside another one, those that add least first.

    Of two that add little to each other, the one with fewer stories in words of its own is named.
    """
    picked = []
    for one in found.outlets:
        others = [other for other in found.outlets if other != one]
        if found.stories[one] < ENOUGH or not others:
            continue
        best = max(others, key=lambda other: (found.told.get((one, other), 0), found.stories[other]))
        candidate = Suggestion(
            outlet=one,
            beside=best,
            own=Share(part=found.own[one, best], whole=found.stories[one]),
            told=found.share(one, best),
        )
        if candidate.told.part >= MOST_TOLD * candidate.told.whole and (
            candidate.own.part <= MOST_OWN * candidate.own.whole
        ):
            picked.append(candidate)
    named = {(one.outlet, one.beside) for one in picked}
    kept = [
        one
        for one in picked
        if (one.beside, one.outlet) not in named or _weight(found, one.outlet) < _weight(found, one.beside)
    ]
    return tuple(sorted(kept, key=lambda one: (one.own.part / one.own.whole, -one.told.percent, one.outlet)))


def _weight(found: Matrix, outlet: OutletId) -> tuple[int, int, int]:
    return found.worded[outlet], found.stories[outlet], -outlet
