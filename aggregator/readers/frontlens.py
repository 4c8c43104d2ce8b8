"""The front page through a lens: stories chosen or put together by who tells them. Decides; pure.

`frontlenses.py` reads what these functions need.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.domain.coverage import FeedPolls, Telling
from aggregator.domain.ids import OutletId, StoryId
from aggregator.domain.stories import Story
from aggregator.readers.axes import Axis
from aggregator.readers.blindspots import Blindspot, Counted, Usual
from aggregator.readers.heard import was_heard


class LensKind(StrEnum):
    """What a lens shows."""

    ONE = "one"
    """Stories of several outlets that are all alike on an axis."""
    ALONE = "alone"
    """Stories that one outlet alone tells."""
    BY = "by"
    """All stories, put together by who tells most of each, or those that one kind of outlet tells."""
    BLINDSPOTS = "blindspots"
    """Stories that a kind of outlet leaves out against its habit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A story that a lens shows, with why it is there where that is not the heading alone."""

    story: StoryId
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heap:
    """Stories under one heading; `value` is what they have in common."""

    value: str
    stories: tuple[Noted, ...]


def of_one_kind(
    stories: Sequence[Story], told: Mapping[StoryId, Sequence[Telling]], values: Mapping[OutletId, str]
) -> tuple[Heap, ...]:
    """Return the stories that several outlets tell, all with the same value, by value; most stories first.

    A story that an unlabelled outlet tells, too, is left out: who knows.
    """
    heaps: dict[str, list[Noted]] = {}
    for story in stories:
        outlets = {one.outlet for one in told.get(story.id, ())}
        kinds = {values.get(outlet) for outlet in outlets}
        (kind, *more) = kinds or {None}
        if len(outlets) > 1 and kind is not None and not more:
            heaps.setdefault(kind, []).append(Noted(story=story.id))
    return _by_size(heaps)


def of_one_outlet(
    stories: Sequence[Story], told: Mapping[StoryId, Sequence[Telling]], names: Mapping[OutletId, str]
) -> tuple[Heap, ...]:
    """Return the stories that one outlet alone tells, by outlet; `names` are the outlets to look at."""
    heaps: dict[str, list[Noted]] = {}
    for story in stories:
        outlets = {one.outlet for one in told.get(story.id, ())}
        if len(outlets) == 1 and (name := names.get(*outlets)) is not None:
            heaps.setdefault(name, []).append(Noted(story=story.id))
    return _by_size(heaps)


def by_kind(
    stories: Sequence[Story],
    told: Mapping[StoryId, Sequence[Telling]],
    values: Mapping[OutletId, str],
    *,
    value: str = "",
) -> tuple[Heap, ...]:
    """Return stories under the value of which most of their independent reports are; without labels, last.

    With `value`, only the stories that an outlet of that value tells, as one heap.
    """
    heaps: dict[str, list[Noted]] = {}
    for story in stories:
        tellings = told.get(story.id, ())
        if value:
            here = [one for one in tellings if values.get(one.outlet) == value]
            if here:
                heaps.setdefault(value, []).append(Noted(story=story.id))
            continue
        counts = Counter(values.get(one.outlet, "") for one in tellings if one.is_own)
        most = max(counts, key=lambda kind: (bool(kind), counts[kind], kind), default="")
        heaps.setdefault(most, []).append(Noted(story=story.id))
    return _by_size(heaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blindspots:
    """The blindspots by value, and how many more there would be of outlets that could not be heard."""

    heaps: tuple[Heap, ...]
    unknown: int


def blindspots(
    stories: Sequence[Story],
    voices: Counted,
    axis: Axis,
    feeds: Iterable[FeedPolls],
    *,
    now: datetime,
) -> Blindspots:
    """Return the stories, best first, that a kind of outlet leaves out against its habit.

    `voices` says whose the reports are of every story of the weeks behind them that has enough, and `feeds`
    how the outlets with a value on the axis were polled.
    """
    usual = Usual.of(axis, voices)
    told = {one.story: one for one in voices.stories}
    of_outlet: dict[OutletId, list[FeedPolls]] = {}
    for feed in feeds:
        of_outlet.setdefault(feed.outlet, []).append(feed)
    heaps: dict[str, list[Noted]] = {}
    unknown = 0
    for story in stories:
        if story.id not in told:
            continue
        reports = told[story.id].reports
        for spot in usual.blindspots(told[story.id]):
            silent = [one for one, value in axis.values.items() if value == spot.value and one not in reports]
            if _could_all_be_heard(silent, of_outlet, story, now):
                heaps.setdefault(spot.value, []).append(Noted(story=story.id, note=told_in_words(spot)))
            else:
                unknown += 1
    return Blindspots(heaps=_by_size(heaps), unknown=unknown)


def _could_all_be_heard(
    silent: Iterable[OutletId],
    feeds: Mapping[OutletId, Sequence[FeedPolls]],
    story: Story,
    now: datetime,
) -> bool:
    until = min(story.face.last_at, now)
    heard = [was_heard(feeds.get(one, ()), since=story.face.first_at, until=until) for one in silent]
    followed = [one for one in heard if one is not None]
    return bool(followed) and all(followed)


def told_in_words(spot: Blindspot) -> str:
    """Return a blindspot in words, with what is usual and how much that was counted from."""
    own = str(spot.reports) if spot.reports else "none"
    such = f"{spot.stories:,} other stories{f' of the topic {spot.topic}' if spot.topic else ''}"
    usual = round(100 * spot.usual_reports / spot.usual_total)
    return (
        f"{spot.value}: {own} of {spot.total} independent reports, where {usual} % are usual "
        f"({spot.usual_reports:,} of {spot.usual_total:,} reports in {such})"
    )


def _by_size(heaps: Mapping[str, Sequence[Noted]]) -> tuple[Heap, ...]:
    """Return heaps, the one with most stories first, the one without a value last."""
    ordered = sorted(heaps.items(), key=lambda pair: (not pair[0], -len(pair[1]), pair[0].casefold()))
    return tuple(Heap(value=value, stories=tuple(stories)) for value, stories in ordered)
