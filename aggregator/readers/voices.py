"""Keep in memory who reported the large stories of the last weeks, for `blindspots.py`.

Thirty days of a busy reader's news are sixty thousand reports: counting them in the database takes longer
than the rest of the page that asks. So `RecentVoices` asks for the stories whose face changed, and no others.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import StoryId
from aggregator.readers.blindspots import FEWEST_REPORTS, Counted, counted
from aggregator.storage import UnitOfWork

FRESH = timedelta(minutes=5)
"""How long what was counted is used as it is: a usual share of thirty days hardly moves in that time."""
DAYS = 4
"""Beginnings that are remembered, the last ones asked for; each takes one to two megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What was counted for a beginning, the mark of each story in it, and when."""

    counted: Counted
    marks: dict[StoryId, str]
    at: datetime


@dataclass(slots=True)
class RecentVoices:
    """The voices of large stories since a moment, read anew where a story's face changed. Safe in threads."""

    _kept: dict[datetime, _Kept] = field(default_factory=dict)
    _gate: Lock = field(default_factory=Lock)

    def __call__(self, work: UnitOfWork, *, since: datetime, now: datetime) -> Counted:
        """Return the voices of the stories that ran on after the beginning of the day of `since` (UTC).

        They are as they were at most `FRESH` before `now`.
        """
        start = since.replace(hour=0, minute=0, second=0, microsecond=0)
        with self._gate:
            known = self._kept.get(start)
            if known is None or not timedelta(0) <= now - known.at < FRESH:
                known = self._renewed(work, start, now)
            self._kept.pop(start, None)
            self._kept[start] = known
            while len(self._kept) > DAYS:
                del self._kept[next(iter(self._kept))]
            return known.counted

    def _renewed(self, work: UnitOfWork, start: datetime, now: datetime) -> _Kept:
        marks = dict(work.comparisons.large(since=start, fewest=FEWEST_REPORTS))
        still: dict[StoryId, StoryVoices] = {}
        for kept in self._kept.values():
            for one in kept.counted.stories:
                if one.story in marks and kept.marks[one.story] == marks[one.story]:
                    still[one.story] = one
        changed = [story for story in marks if story not in still]
        still |= {one.story: one for one in work.comparisons.voices(changed)}
        found = counted([still[story] for story in sorted(still)])
        return _Kept(counted=found, marks=marks, at=now)
