"""Time zones by name, for the pages."""

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.domain.errors import SettingsError


def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name; None, which datetime reads as the machine's own, for ''.

    Raises:
        SettingsError: there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = f"{name!r} is not a time zone; write it as in “Europe/Oslo”"
        raise SettingsError([problem], "the time zone for pages") from error
