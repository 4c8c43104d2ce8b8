"""What readers write under a story."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.domain.ids import CommentId, ReaderId, StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as stored, plain text with line ends; times are UTC.

    `story` is where it was written, which may have become part of another since. `author` is None once the
    account is gone, `name` is empty then, and for the reader without an account. `reply_to` is a comment
    that answers none itself. A deleted one has no text any more and stays for its replies alone.
    """

    id: CommentId
    story: StoryId
    author: ReaderId | None
    text: str
    at: datetime
    name: str = ""
    reply_to: CommentId | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    hidden_at: datetime | None = None
    hidden_why: str = ""
