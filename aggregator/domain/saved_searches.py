"""Searches that readers keep."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from aggregator.domain.ids import ReaderId

SavedSearchId = NewType("SavedSearchId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search under a name. They stand in the order of `place`, those `on_front` on the front page, too.

    `token` is the secret part of the address of its feed: whoever has it reads the feed without logging
    in. `created_at` is UTC.
    """

    id: SavedSearchId
    reader: ReaderId
    name: str
    query: str
    place: int
    on_front: bool
    token: str = field(repr=False)
    created_at: datetime
