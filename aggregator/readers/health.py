"""How the polls of each feed went in the last days, for the page of feeds."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.domain.feeds import PollSlot
from aggregator.readers.views import FeedLine
from aggregator.storage import UnitOfWork

SLOT = timedelta(hours=3)
SLOTS = 24


def with_history(work: UnitOfWork, lines: Sequence[FeedLine], *, now: datetime) -> tuple[FeedLine, ...]:
    """Return the lines with what each span of the last three days had; the last span ends at `now`."""
    # A poll of this very moment belongs to the last span, whose end is open.
    since = now - SLOTS * SLOT + timedelta(microseconds=1)
    told = work.polls.history(since=since, slot=SLOT, slots=SLOTS)
    return tuple(replace(line, history=told.get(line.feed.id, (PollSlot(),) * SLOTS)) for line in lines)
