"""People who read with an instance: who they are, what they have read, kept and muted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from aggregator.domain.ids import ArticleId, BulkReadId, MuteId, ReaderId, StoryId

PERSONAL = ReaderId(1)
"""The reader of an instance without accounts; the first account takes over what this one has read."""


class Role(StrEnum):
    """`admin` may change what everybody sees: feeds, corrections, accounts."""

    READER = "reader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who reads. `name` is empty, and `password` None, for the reader without an account.

    `password` is a hash. `time_zone` is an IANA name, `language` a tag; empty means those of the
    instance. `created_at` is UTC.
    """

    id: ReaderId
    name: str
    role: Role
    created_at: datetime
    password: str | None = field(default=None, repr=False)
    time_zone: str = ""
    language: str = ""
    density: str = ""
    theme: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether this reader may change what everybody sees."""
        return self.role is Role.ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMark:
    """What a reader said of one article, or what reading its story said of it. `at` is UTC.

    `with_story` is true once the article was present when its story was read: those articles are the
    watermark that later ones are new against, in whatever story they are by then.
    """

    is_read: bool
    at: datetime
    with_story: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRead:
    """When a reader last read a story (UTC), and what was there to read: its watermark in numbers."""

    at: datetime
    reports: int
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What a reader did with a story as a whole: when it was last read, and the lists that it is kept in."""

    read: StoryRead | None = None
    is_saved: bool = False
    is_followed: bool = False


NO_ATTENTION = Attention()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRead:
    """What several stories marked at once were before, so that it can be undone; None: never marked."""

    at: datetime
    marks: Mapping[ArticleId, ReadMark | None]
    stories: Mapping[StoryId, StoryRead | None]
    id: BulkReadId | None = None


class Shelf(StrEnum):
    """The lists of stories that a reader keeps."""

    SAVED = "saved"
    FOLLOWED = "followed"


class MuteKind(StrEnum):
    """What a rule looks at: words of headline and first lines, who reports it, or its topic."""

    WORD = "word"
    OUTLET = "outlet"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A rule that keeps stories off a reader's lists.

    `value` is a word or phrase, the number of an outlet, or the name of a topic. `scope` is the name
    of the topic whose stories alone it hides; empty for all. `created_at` is UTC.
    """

    kind: MuteKind
    value: str
    created_at: datetime
    scope: str = ""
    id: MuteId | None = None
