"""Tell which part of the press hardly reports a story that it usually would; pure, from counts of reports.

A blindspot is a value of an axis with at most a fifth of five independent reports or more, and well below its
own usual share of such stories: so low a share would come about by chance less than once in twenty times
(one-sided binomial test), and few of the other stories have one as low. Outlets whose feed fails are unknown,
not silent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import comb
from typing import TYPE_CHECKING

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import OutletId, StoryId
from aggregator.readers.axes import UNLABELLED, Axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    return Usual.of(axis, counted(others)).blindspots(story, failing)


def chance_of(at_most: int, total: int, share: float) -> float:
    """Return the probability of at most so many of `total` independent draws with this share (binomial)."""
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(at_most + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Stories with their reports in columns: report counts[i] of outlet names[outlets[i]] in story rows[i].

    `stories` are by number; all arrays are int64[n], `names` int64[distinct outlets].
    """

    stories: tuple[StoryVoices, ...]
    rows: "NDArray[np.int64]"
    names: "NDArray[np.int64]"
    outlets: "NDArray[np.int64]"
    counts: "NDArray[np.int64]"


def counted(stories: Sequence[StoryVoices]) -> Counted:
    """Return those of the stories that have `FEWEST_REPORTS` or more, in columns."""
    import numpy as np

    large = tuple(one for one in stories if sum(one.reports.values()) >= FEWEST_REPORTS)
    outlets = np.array([outlet for one in large for outlet in one.reports], dtype=np.int64)
    names, places = np.unique(outlets, return_inverse=True)
    return Counted(
        stories=large,
        rows=np.repeat(np.arange(len(large)), [len(one.reports) for one in large]).astype(np.int64),
        names=names,
        outlets=places.astype(np.int64),
        counts=np.array([count for one in large for count in one.reports.values()], dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Stories to compare with: reports, int64[stories, values], how many each story has, and who they are."""

    stories: "NDArray[np.int64]"
    reports: "NDArray[np.int64]"
    totals: "NDArray[np.int64]"
    sums: "NDArray[np.int64]"

    def without(self, story: StoryId) -> "NDArray[np.bool_]":
        """Return which of the stories are others."""
        others: NDArray[np.bool_] = self.stories != story
        return others


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What is usual on an axis: large stories, counted once, by which any number of stories are judged."""

    axis: Axis
    values: tuple[str, ...]
    """The columns of the pools, by name."""
    all: _Pool
    of_topic: Mapping[str, _Pool]

    @classmethod
    def of(cls, axis: Axis, stories: Counted) -> "Usual":
        """Return what is usual in these stories, which have `FEWEST_REPORTS` or more each."""
        import numpy as np

        named = [axis.of(OutletId(outlet)) for outlet in stories.names.tolist()]
        values = tuple(sorted(set(named)))
        columns = np.array([values.index(one) for one in named], dtype=np.int64)
        size = len(stories.stories), len(values)
        flat = stories.rows * size[1] + columns[stories.outlets]
        summed = np.bincount(flat, weights=stories.counts, minlength=size[0] * size[1])
        reports = summed.astype(np.int64).reshape(size)
        ids = np.array([one.story for one in stories.stories], dtype=np.int64)
        topics: dict[str, list[int]] = {}
        for place, one in enumerate(stories.stories):
            if one.topic is not None:
                topics.setdefault(one.topic, []).append(place)
        return cls(
            axis=axis,
            values=values,
            all=_pool(ids, reports),
            of_topic={topic: _pool(ids[places], reports[places]) for topic, places in topics.items()},
        )

    def blindspots(self, story: StoryVoices, failing: Collection[OutletId] = ()) -> tuple[Blindspot, ...]:
        """Return the blindspots of a story, as `blindspots` does; the story is not compared with itself."""
        own = _by_value(self.axis, story.reports)
        pool, topic = self._such(story)
        if sum(own.values()) < FEWEST_REPORTS or _size(pool, story) < FEWEST_STORIES:
            return ()
        found = []
        for spot in self._measured(story.story, own, pool, topic):
            unknown = tuple(sorted(one for one in failing if self.axis.of(one) == spot.value))
            found.append(replace(spot, failing=unknown))
        return tuple(sorted(found, key=lambda spot: (bool(spot.failing), spot.chance, spot.value)))

    def _such(self, story: StoryVoices) -> tuple[_Pool, str | None]:
        """Return the stories to compare with: of the same topic if there are enough, else of any."""
        same = self.of_topic.get(story.topic) if story.topic is not None else None
        if same is not None and _size(same, story) >= FEWEST_STORIES:
            return same, story.topic
        return self.all, None

    def _measured(
        self, story: StoryId, own: Mapping[str, int], pool: _Pool, topic: str | None
    ) -> Iterator[Blindspot]:
        """Yield how silent each silent value is: the cheap questions come first."""
        others = pool.without(story)
        usual = pool.sums - pool.reports[~others].sum(axis=0)
        usual_total, total = int(usual.sum()), sum(own.values())
        for column, value in enumerate(self.values):
            reports, usual_reports = own.get(value, 0), int(usual[column])
            if value == UNLABELLED or not usual_reports or reports > LARGEST_SHARE * total:
                continue
            chance = chance_of(reports, total, usual_reports / usual_total)
            if chance > CHANCE:
                continue
            shares = pool.reports[others, column] / pool.totals[others]
            as_low = int((shares <= reports / total).sum())
            if as_low > AS_LOW * len(shares):
                continue
            yield Blindspot(
                axis=self.axis.name,
                value=value,
                reports=reports,
                total=total,
                usual_reports=usual_reports,
                usual_total=usual_total,
                stories=len(shares),
                topic=topic,
                chance=chance,
                as_low=as_low,
            )


def _pool(ids: "NDArray[np.int64]", reports: "NDArray[np.int64]") -> _Pool:
    return _Pool(stories=ids, reports=reports, totals=reports.sum(axis=1), sums=reports.sum(axis=0))


def _size(pool: _Pool, story: StoryVoices) -> int:
    """Return how many other stories there are."""
    return int(pool.without(story.story).sum())


def _by_value(axis: Axis, reports: Mapping[OutletId, int]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for outlet, count in reports.items():
        counts[axis.of(outlet)] = counts.get(axis.of(outlet), 0) + count
    return counts
