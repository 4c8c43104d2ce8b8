"""What lets people in: sessions, invitations and API tokens. Each is known by the hash of a secret only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.domain.ids import ApiTokenId, InvitationId, ReaderId, SessionId
from aggregator.domain.readers import Role

THEMES = ("", "light", "dark")
"""What a reader may choose; empty goes with the device."""
DENSITIES = ("", "compact")
"""What a reader may choose; empty is comfortable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that somebody logged in with. Times are UTC; `agent` is a short name of the browser."""

    id: SessionId
    reader: ReaderId
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A link, not yet used, by which somebody may make an account of a role. Times are UTC."""

    id: InvitationId
    role: Role
    made_by: ReaderId
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """The right of a program to read and mark as its reader does. Times are UTC; None: never used."""

    id: ApiTokenId
    reader: ReaderId
    name: str
    created_at: datetime
    used_at: datetime | None = None


class Source(StrEnum):
    """What a reader follows or not."""

    OUTLET = "outlet"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed:
    """The outlets (numbers, as text) and folders (names) whose stories a reader's front page leaves out."""

    outlets: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.outlets or self.folders)
