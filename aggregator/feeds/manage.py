"""Change feeds that are there, many at once: pause, resume, file, rename folders, set how often, remove."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.clock import Clock
from aggregator.domain.errors import FeedUnknown, FolderUnknown, RemovalUnknown
from aggregator.domain.feeds import Feed, FeedState
from aggregator.domain.ids import FeedId
from aggregator.feeds.opml import tidy_folder
from aggregator.feeds.poll import PollLimits, base_interval

if TYPE_CHECKING:
    from aggregator.storage import Storage, UnitOfWork

LIMITS = PollLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manage:
    """The changes that people make to feeds; each is stored wholly or not at all.

    Feeds are given by number; one that does not exist is a FeedUnknown, and nothing is changed.
    """

    storage: "Storage"
    clock: Clock
    limits: PollLimits = LIMITS

    def pause(self, feeds: Sequence[int]) -> int:
        """Stop polling these feeds until they are resumed; return how many there are."""
        with self.storage.writing() as work:
            return work.feeds.change([f.id for f in _known(work, feeds)], state=FeedState.PAUSED.value)

    def resume(self, feeds: Sequence[int]) -> int:
        """Poll these feeds again, those that are paused or gone at once; return how many there are."""
        now = self.clock.now()
        with self.storage.writing() as work:
            known = _known(work, feeds)
            asleep = [feed.id for feed in known if feed.state is not FeedState.ACTIVE]
            work.feeds.change(asleep, state=FeedState.ACTIVE.value, next_poll_at=now)
        return len(known)

    def move(self, feeds: Sequence[int], folder: str) -> int:
        """File these feeds in a folder, which need not exist yet; empty for none."""
        with self.storage.writing() as work:
            return work.feeds.change([f.id for f in _known(work, feeds)], folder=tidy_folder(folder))

    def poll_every(self, feeds: Sequence[int], interval: timedelta | None) -> int:
        """Set how often to poll these feeds, None for as often as the settings say.

        What the settings allow at most and at least holds. A feed that is failing keeps its next try.
        """
        now = self.clock.now()
        with self.storage.writing() as work:
            known = _known(work, feeds)
            for feed in known:
                wished = replace(feed, interval=interval)
                due = next_due(wished, self.limits, now=now)
                work.feeds.change([feed.id], interval=interval, next_poll_at=due)
        return len(known)

    def fetch_whole(self, feeds: Sequence[int], *, wanted: bool) -> int:
        """Fetch the whole text of what these feeds bring from now on, or no longer; return how many."""
        with self.storage.writing() as work:
            known = _known(work, feeds)
            work.feed_wishes.want_full_texts([feed.id for feed in known], wanted=wanted)
        return len(known)

    def mute(self, feeds: Sequence[int], *, muted: bool) -> int:
        """Keep what only these feeds bring off the front page, or no longer; return how many there are."""
        with self.storage.writing() as work:
            known = _known(work, feeds)
            work.feed_wishes.mute([feed.id for feed in known], muted=muted)
        return len(known)

    def rename_folder(self, old: str, new: str) -> int:
        """Give a folder, with all folders in it, another name; one of that name takes its feeds in.

        Raises:
            FolderUnknown: no feed is in a folder of the old name.
        """
        before, after = tidy_folder(old), tidy_folder(new)
        with self.storage.writing() as work:
            inside = [f for f in work.feeds.all() if f"{f.folder}/".startswith(f"{before}/")]
            if not before or not inside:
                raise FolderUnknown(old)
            for feed in inside:
                work.feeds.change([feed.id], folder=tidy_folder(after + feed.folder[len(before) :]))
        return len(inside)

    def remove(self, feeds: Sequence[int]) -> int:
        """End these subscriptions and return the number that undoes it; their articles stay."""
        with self.storage.writing() as work:
            return work.removals.remove(_known(work, feeds), now=self.clock.now())

    def restore(self, removal: int) -> int:
        """Undo a removal and return how many feeds came back.

        Raises:
            RemovalUnknown: it was undone before, or is too long ago.
        """
        with self.storage.writing() as work:
            back = work.removals.restore(removal, now=self.clock.now())
        if back is None:
            raise RemovalUnknown(removal)
        return len(back)


def next_due(feed: Feed, limits: PollLimits, *, now: datetime) -> datetime:
    """Return when a feed with a new interval is due; one that failed or was never polled keeps its time."""
    if feed.last_polled_at is None or feed.failure is not None:
        return feed.next_poll_at
    return max(now, feed.last_polled_at + base_interval(feed, limits))


def _known(work: "UnitOfWork", numbers: Sequence[int]) -> tuple[Feed, ...]:
    found = []
    for number in dict.fromkeys(numbers):
        feed = work.feeds.get(FeedId(number))
        if feed is None:
            raise FeedUnknown(str(number))
        found.append(feed)
    return tuple(found)
