"""How a reader wants the pages, and which outlets and folders are on their front page."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import available_timezones

from aggregator.domain.errors import AccountRefused
from aggregator.domain.ids import ReaderId
from aggregator.domain.people import DENSITIES, THEMES, Unfollowed
from aggregator.storage import Storage

LINKS = frozenset({"Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"})
"""First parts of names that the tz database keeps only for old files."""


@lru_cache
def time_zones() -> tuple[str, ...]:
    """Return the IANA zones to choose from, by name: those of places, and UTC."""
    places = (name for name in available_timezones() if "/" in name and name.split("/")[0] not in LINKS)
    return ("UTC", *sorted(places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet or a folder to follow; `value` is the outlet's number or the folder's name."""

    value: str
    shown: str
    is_followed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What readers chose for themselves."""

    storage: Storage

    def show(self, reader: ReaderId, *, time_zone: str, density: str, theme: str) -> None:
        """Store how the pages should look; empty values are those of the instance and the device.

        Raises:
            AccountRefused: there is no such zone, density or theme.
        """
        if time_zone and time_zone not in time_zones():
            raise AccountRefused(f"there is no time zone {time_zone!r}; choose one of the list")
        if density not in DENSITIES or theme not in THEMES:
            raise AccountRefused("choose one of the looks that the page offers")
        with self.storage.writing() as work:
            person = work.readers.get(reader)
            if person is not None:
                work.readers.put(replace(person, time_zone=time_zone, density=density, theme=theme))

    def sources(self, reader: ReaderId) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
        """Return every outlet by name, and every folder, each with whether the reader follows it."""
        with self.storage.reading() as work:
            without = work.follows.of(reader)
            outlets = [(str(one.id), one.name) for one in work.outlets.all()]
            folders = sorted({feed.folder for feed in work.feeds.all() if feed.folder}, key=str.casefold)
        return (
            tuple(
                Source(value=value, shown=name, is_followed=value not in without.outlets)
                for value, name in sorted(outlets, key=lambda one: one[1].casefold())
            ),
            tuple(
                Source(value=name, shown=name, is_followed=name not in without.folders) for name in folders
            ),
        )

    def follow(self, reader: ReaderId, *, outlets: Collection[str], folders: Collection[str]) -> None:
        """Store what the reader follows; every other outlet and folder that there is now is left out."""
        known_outlets, known_folders = self.sources(reader)
        wanted = Unfollowed(
            outlets=frozenset(one.value for one in known_outlets).difference(outlets),
            folders=frozenset(one.value for one in known_folders).difference(folders),
        )
        with self.storage.writing() as work:
            work.follows.put(reader, wanted)
