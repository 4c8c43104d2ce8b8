"""What the days of the archive hold, for their pages."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.ids import OutletId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class DayReports:
    """The independent reports of one outlet on one story that are dated within a span of time.

    `topic` is that of the story; `last_at` is UTC.
    """

    story: StoryId
    topic: str | None
    outlet: OutletId
    reports: int
    last_at: datetime
