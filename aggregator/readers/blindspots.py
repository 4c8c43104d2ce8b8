"""Tell which part of the press hardly reports a story that it usually would; pure, from counts of reports.

A blindspot is a value of an axis with at most a fifth of five independent reports or more, and well below its
own usual share of such stories: so low a share would come about by chance less than once in twenty times
(one-sided binomial test), and few of the other stories have one as low. Outlets whose feed fails are unknown,
not silent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import OutletId
from aggregator.readers.axes import UNLABELLED, Axis

FEWEST_REPORTS = 5
"""Independent reports of a story of which a share can be told (PRODUCT.md, section 5)."""
LARGEST_SHARE = 0.2
"""Share of the reports up to which a value is nearly silent (PRODUCT.md, section 5)."""
CHANCE = 0.05
"""Probability below which so low a share is not put down to chance."""
AS_LOW = 0.25
"""Share of the other stories that may have one as low: covering by fits and starts says nothing."""
FEWEST_STORIES = 8
"""Other stories of that size that a usual share is worked out from; one topic's, if it has as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindspot:
    """A value of an axis that hardly reports a story, beside its usual share.

    It has `reports` of the story's `total` independent reports, and `usual_reports` of the `usual_total`
    reports of `stories` other stories of that size, those of `topic` if it is set. `chance` is the
    probability of so few by the usual share; `as_low` counts the other stories where its share was as low.
    `failing` outlets make it unknown: then it is no blindspot, and only said.
    """

    axis: str
    value: str
    reports: int
    total: int
    usual_reports: int
    usual_total: int
    stories: int
    topic: str | None
    chance: float
    as_low: int
    failing: tuple[OutletId, ...] = ()


def blindspots(
    axis: Axis, story: StoryVoices, others: Sequence[StoryVoices], failing: Collection[OutletId] = ()
) -> tuple[Blindspot, ...]:
    """Return the blindspots of a story on an axis, the least likely first, and those that cannot be judged.

    Args:
        axis: gives each outlet its value; unlabelled outlets are never a blindspot.
        story: who reported it.
        others: the other stories that had `FEWEST_REPORTS` or more; the story itself is left out.
        failing: outlets whose feeds failed while the story ran.
    """
    total = sum(story.reports.values())
    such, topic = _such(story, others)
    if total < FEWEST_REPORTS or len(such) < FEWEST_STORIES:
        return ()
    own, usual = _by_value(axis, story.reports), [_by_value(axis, one.reports) for one in such]
    values = {value for counts in usual for value in counts} - {UNLABELLED}
    found = []
    for value in sorted(values):
        spot = _measured(axis, value, own, usual, topic)
        if _is_blind(spot):
            unknown = tuple(sorted(one for one in failing if axis.of(one) == value))
            found.append(replace(spot, failing=unknown))
    return tuple(sorted(found, key=lambda spot: (bool(spot.failing), spot.chance, spot.value)))


def chance_of(at_most: int, total: int, share: float) -> float:
    """Return the probability of at most so many of `total` independent draws with this share (binomial)."""
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(at_most + 1))


def _such(story: StoryVoices, others: Sequence[StoryVoices]) -> tuple[list[StoryVoices], str | None]:
    """Return the stories to compare with: of the same topic if there are enough, else of any."""
    large = [
        one for one in others if one.story != story.story and sum(one.reports.values()) >= FEWEST_REPORTS
    ]
    same = [one for one in large if one.topic == story.topic and story.topic is not None]
    return (same, story.topic) if len(same) >= FEWEST_STORIES else (large, None)


def _by_value(axis: Axis, reports: Mapping[OutletId, int]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for outlet, count in reports.items():
        counts[axis.of(outlet)] = counts.get(axis.of(outlet), 0) + count
    return counts


def _measured(
    axis: Axis, value: str, own: Mapping[str, int], usual: Sequence[Mapping[str, int]], topic: str | None
) -> Blindspot:
    reports, total = own.get(value, 0), sum(own.values())
    usual_reports = sum(counts.get(value, 0) for counts in usual)
    usual_total = sum(sum(counts.values()) for counts in usual)
    return Blindspot(
        axis=axis.name,
        value=value,
        reports=reports,
        total=total,
        usual_reports=usual_reports,
        usual_total=usual_total,
        stories=len(usual),
        topic=topic,
        chance=chance_of(reports, total, usual_reports / usual_total),
        as_low=sum(counts.get(value, 0) / sum(counts.values()) <= reports / total for counts in usual),
    )


def _is_blind(spot: Blindspot) -> bool:
    return (
        spot.reports <= LARGEST_SHARE * spot.total
        and spot.chance <= CHANCE
        and spot.as_low <= AS_LOW * spot.stories
    )
