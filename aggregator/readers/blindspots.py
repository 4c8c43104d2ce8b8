"""Whether a kind of outlet leaves a story out that it would usually tell, and could have been heard; pure.

PRODUCT.md, 5: at most a fifth of five or more independent reports, and well below its usual share of such
stories. An outlet whose feed could not be read at the time is unknown, not silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import comb

from aggregator.domain.coverage import FeedPolls

LEAST_REPORTS = 5
MOST_SHARE = 0.2
CHANCE = 0.05
"""One-sided: so rarely would its usual share give so few reports by chance."""
LEAST_USUAL = 30
"""Independent reports of such stories before a usual share is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How few reports of a story are of one kind of outlet, and what is usual; `chance` is that of so few."""

    own: int
    reports: int
    usual_own: int
    usual_reports: int
    chance: float

    @property
    def percent(self) -> int:
        """Return its share of the story in whole percent."""
        return round(100 * self.own / self.reports)

    @property
    def usual_percent(self) -> int:
        """Return its usual share in whole percent."""
        return round(100 * self.usual_own / self.usual_reports)


def silence(*, own: int, reports: int, usual_own: int, usual_reports: int) -> Silence | None:
    """Return how silent a kind of outlet is on a story, None when it is not, or nothing can be said.

    Args:
        own: independent reports of this kind in the story.
        reports: all independent reports in the story.
        usual_own: independent reports of this kind in other stories with as many reports.
        usual_reports: all of theirs.
    """
    if reports < LEAST_REPORTS or usual_reports < LEAST_USUAL or own > MOST_SHARE * reports:
        return None
    chance = at_most(own, of=reports, share=usual_own / usual_reports)
    if chance >= CHANCE:
        return None
    return Silence(own=own, reports=reports, usual_own=usual_own, usual_reports=usual_reports, chance=chance)


def at_most(number: int, *, of: int, share: float) -> float:
    """Return the chance of `number` hits or fewer in `of` tries (binomial)."""
    return sum(comb(of, hits) * share**hits * (1 - share) ** (of - hits) for hits in range(number + 1))


def was_heard(feeds: Iterable[FeedPolls], *, since: datetime, until: datetime) -> bool | None:
    """Return whether an outlet would have been heard from `since` to `until` (UTC); None without any feed.

    Each of its feeds must have been there before, be active, have been polled in that time, and be read
    at most of those polls and at the last one. What is not known any more counts as not heard.
    """
    told = [_could_be_read(feed, since, until) for feed in feeds]
    return all(told) if told else None


def _could_be_read(feed: FeedPolls, since: datetime, until: datetime) -> bool:
    if not feed.is_active or feed.added_at > since:
        return False
    # The poll that follows the last report still brings what came with it.
    later = [ok for at, ok in feed.polls if at > until][:1]
    seen = [ok for at, ok in feed.polls if since <= at <= until] + later
    before = any(at <= since for at, _ in feed.polls)
    return before and bool(seen) and seen[-1] and 2 * sum(seen) > len(seen)
