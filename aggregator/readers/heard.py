"""Whether an outlet could have been heard at a time, from how its feeds were polled; pure.

An outlet whose feed could not be read is unknown, not silent (PRODUCT.md, 5).
"""

from collections.abc import Iterable
from datetime import datetime

from aggregator.domain.coverage import FeedPolls


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
