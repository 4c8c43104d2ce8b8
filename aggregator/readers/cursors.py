"""Cursors of lists: "number~id" in addresses, which say after what a page begins."""

from datetime import UTC, datetime
from math import isfinite

from aggregator.domain.errors import CursorUnknown
from aggregator.domain.ids import StoryId


def score_cursor(text: str | None) -> tuple[float, StoryId] | None:
    """Return the (score, story) of a cursor. Raises: CursorUnknown for one that nobody gave out."""
    if not text:
        return None
    number, name = _cursor(text)
    return number, StoryId(name)


def score_mark(score: float, story: StoryId) -> str:
    """Return the cursor that `score_cursor` reads."""
    return f"{score!r}~{story}"


def time_cursor(text: str | None) -> tuple[datetime, int] | None:
    """Return the (time, number) of a cursor. Raises: CursorUnknown for one that nobody gave out."""
    if not text:
        return None
    number, name = _cursor(text)
    try:
        return datetime.fromtimestamp(number, UTC), name
    except (OverflowError, OSError, ValueError) as error:
        raise CursorUnknown(text) from error


def time_mark(at: datetime, key: int) -> str:
    """Return the cursor that `time_cursor` reads."""
    return f"{at.timestamp()!r}~{key}"


def _cursor(text: str) -> tuple[float, int]:
    """Read "number~id"; raise CursorUnknown for anything else, and for ids past 64 bits."""
    number, _, name = text.partition("~")
    try:
        found = float(number), int(name)
    except ValueError as error:
        raise CursorUnknown(text) from error
    if not isfinite(found[0]) or not 0 <= found[1] < 2**63:
        raise CursorUnknown(text)
    return found
