"""When an entry was published: takes a date as a feed wrote it, gives an aware UTC datetime or None.

feedparser reads the RFC 822, RFC 3339 and W3C forms; here are the ones it misreads or gives up on.
A date without a zone counts as UTC.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

# Zone names that feeds write although RFC 822 does not know them; feedparser would read them as UTC.
# Names with several meanings keep the one that news feeds in English use (IST: India, BST: Britain).
_ZONES = {
    "BST": 1, "WEST": 1, "CET": 1, "WAT": 1, "CEST": 2, "EET": 2, "SAST": 2, "CAT": 2, "EEST": 3, "MSK": 3,
    "EAT": 3, "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75, "ICT": 7, "WIB": 7, "SGT": 8, "HKT": 8,
    "PHT": 8, "AWST": 8, "MYT": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "CLT": -4, "NST": -3.5, "NDT": -2.5, "AKST": -9,
    "AKDT": -8, "HST": -10,
}  # fmt: skip
_NAMED_ZONE = re.compile(r"[\s\d]([A-Z]{3,4})$")
_FORMATS = (
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M",
    "%d %B %Y %H:%M:%S", "%d %B %Y %H:%M",
    "%B %d, %Y %I:%M %p", "%B %d, %Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%B %d, %Y %H:%M", "%B %d, %Y",
    "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y",
)  # fmt: skip
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)


def utc_of(raw: str | None, parsed: Sequence[int] | None = None) -> datetime | None:
    """Return the moment a feed's date means, in UTC; None when it cannot be read.

    `parsed` is feedparser's nine-tuple for `raw` when it has one; it is believed unless the zone
    is a name that feedparser does not know.
    """
    text = (raw or "").strip()
    zone = _NAMED_ZONE.search(text)
    if zone and zone[1] in _ZONES and (local := _local(text[: zone.start(1)].strip())):
        return _moved(local, timezone(timedelta(hours=_ZONES[zone[1]])))
    if parsed is not None:
        return _moment(parsed)
    return _unparsed(text)


def _moment(parsed: Sequence[int]) -> datetime | None:
    year, month, day, hour, minute, second = parsed[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:  # a year 0, a 31st of February: no moment to speak of
        return None


def _unparsed(text: str) -> datetime | None:
    if not text:
        return None
    if re.fullmatch(r"\d{9,10}(?:\d{3})?", text):  # seconds or milliseconds since 1970
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        local = _local(text)
        return None if local is None else local.replace(tzinfo=UTC)
    return _moved(found, found.tzinfo or UTC)


def _local(text: str) -> datetime | None:
    """Return the date and time that `text` writes, without a zone."""
    bare = _WEEKDAY.sub("", " ".join(text.split()))
    for form in _FORMATS:
        try:
            return datetime.strptime(bare, form)  # noqa: DTZ007  the caller adds the zone
        except ValueError:
            continue
    return None


def _moved(local: datetime, zone: tzinfo) -> datetime | None:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # year 1 or 9999 moved over the edge
        return None
