"""The only place that asks the time; everything else takes `now` as a parameter or holds a Clock."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time. Implementations: `SystemClock` here, the frozen clock of the tests."""

    def now(self) -> datetime:
        """Return the present moment as an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump back, for deadlines and durations."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()
