"""Tell which part of the press hardly reports a story that it usually would; pure, from counts of reports.

A blindspot is a value of an axis with at most a fifth of five independent reports or more, and well below its
own usual share of such stories: so low a share would come about by chance less than once in twenty times
(one-sided binomial test), and few of the other stories have one as low. Outlets whose feed fails are unknown,
not silent.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import OutletId, StoryId
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
    return Usual.of(axis, others).blindspots(story, failing)


def chance_of(at_most: int, total: int, share: float) -> float:
    """Return the probability of at most so many of `total` independent draws with this share (binomial)."""
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(at_most + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Stories to compare with: the reports of each by value, and all of them together."""

    counts: Mapping[StoryId, Mapping[str, int]]
    sums: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual on an axis: large stories, counted once, by which any number of stories are judged."""

    axis: Axis
    all: _Pool
    of_topic: Mapping[str, _Pool]

    @classmethod
    def of(cls, axis: Axis, stories: Sequence[StoryVoices]) -> "Usual":
        """Return what is usual in those of these stories that had `FEWEST_REPORTS` or more."""
        large = [one for one in stories if sum(one.reports.values()) >= FEWEST_REPORTS]
        topics = {one.topic for one in large if one.topic is not None}
        return cls(
            axis=axis,
            all=_pool(axis, large),
            of_topic={topic: _pool(axis, [o for o in large if o.topic == topic]) for topic in topics},
        )

    def blindspots(self, story: StoryVoices, failing: Collection[OutletId] = ()) -> tuple[Blindspot, ...]:
        """Return the blindspots of a story, as `blindspots` does; the story is not compared with itself."""
        own = _by_value(self.axis, story.reports)
        pool, topic = self._such(story)
        if sum(own.values()) < FEWEST_REPORTS or _size(pool, story) < FEWEST_STORIES:
            return ()
        found = []
        for value in sorted(pool.sums.keys() - {UNLABELLED}):
            spot = _measured(self.axis, value, story.story, own, pool, topic)
            if spot is not None:
                unknown = tuple(sorted(one for one in failing if self.axis.of(one) == value))
                found.append(replace(spot, failing=unknown))
        return tuple(sorted(found, key=lambda spot: (bool(spot.failing), spot.chance, spot.value)))

    def _such(self, story: StoryVoices) -> tuple[_Pool, str | None]:
        """Return the stories to compare with: of the same topic if there are enough, else of any."""
        same = self.of_topic.get(story.topic) if story.topic is not None else None
        if same is not None and _size(same, story) >= FEWEST_STORIES:
            return same, story.topic
        return self.all, None


def _pool(axis: Axis, stories: Sequence[StoryVoices]) -> _Pool:
    counts = {one.story: _by_value(axis, one.reports) for one in stories}
    sums: Counter[str] = Counter()
    for counted in counts.values():
        sums.update(counted)
    return _Pool(counts=counts, sums=sums)


def _size(pool: _Pool, story: StoryVoices) -> int:
    """Return how many other stories there are."""
    return len(pool.counts) - (story.story in pool.counts)


def _by_value(axis: Axis, reports: Mapping[OutletId, int]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for outlet, count in reports.items():
        counts[axis.of(outlet)] = counts.get(axis.of(outlet), 0) + count
    return counts


def _measured(
    axis: Axis, value: str, story: StoryId, own: Mapping[str, int], pool: _Pool, topic: str | None
) -> Blindspot | None:
    """Return how silent a value is, None where it is not: the cheap questions come first."""
    itself = pool.counts.get(story, {})
    usual_reports = pool.sums[value] - itself.get(value, 0)
    usual_total = sum(pool.sums.values()) - sum(itself.values())
    reports, total = own.get(value, 0), sum(own.values())
    if not usual_reports or reports > LARGEST_SHARE * total:
        return None
    chance = chance_of(reports, total, usual_reports / usual_total)
    if chance > CHANCE:
        return None
    others = [counts for one, counts in pool.counts.items() if one != story]
    as_low = sum(counts.get(value, 0) / sum(counts.values()) <= reports / total for counts in others)
    if as_low > AS_LOW * len(others):
        return None
    return Blindspot(
        axis=axis.name,
        value=value,
        reports=reports,
        total=total,
        usual_reports=usual_reports,
        usual_total=usual_total,
        stories=len(others),
        topic=topic,
        chance=chance,
        as_low=as_low,
    )
