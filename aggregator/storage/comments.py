"""What readers write under stories: one row a comment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from aggregator.domain.comments import Comment
from aggregator.domain.ids import CommentId, ReaderId, StoryId
from aggregator.storage.schema import readers, stories
from aggregator.storage.tables_comments import comments


@dataclass(frozen=True, slots=True)
class Comments:
    """A comment stays with the story that it was written on, and is found from the one it lives on in."""

    connection: Connection

    def of_story(self, story: StoryId) -> tuple[Comment, ...]:
        """Return the comments of a story and of those that became part of it, the oldest first."""
        ids = select(stories.c.id).where(or_(stories.c.id == story, stories.c.merged_into == story))
        rows = self.connection.execute(_whole().where(comments.c.story_id.in_(ids)))
        return tuple(sorted(map(_comment_of, rows), key=lambda one: (one.at, one.id)))

    def get(self, comment: CommentId) -> Comment | None:
        """Return a comment, or None."""
        row = self.connection.execute(_whole().where(comments.c.id == comment)).first()
        return None if row is None else _comment_of(row)

    def by_author(self, author: ReaderId, *, since: datetime) -> tuple[Comment, ...]:
        """Return what a reader wrote from `since` on, the oldest first."""
        mine = (comments.c.author_id == author) & (comments.c.at >= since)
        rows = self.connection.execute(_whole().where(mine).order_by(comments.c.at))
        return tuple(map(_comment_of, rows))

    def replies(self, comment: CommentId) -> int:
        """Return how many comments answer this one."""
        query = select(func.count()).select_from(comments).where(comments.c.reply_to == comment)
        return self.connection.scalar(query) or 0

    def add(self, comment: Comment) -> CommentId:
        """Store a comment; its number is a new one, whatever it has."""
        values = {
            "story_id": comment.story,
            "author_id": comment.author,
            "reply_to": comment.reply_to,
            "at": comment.at,
            "text": comment.text,
            "hidden_why": "",
        }
        made = self.connection.execute(comments.insert().values(values).returning(comments.c.id))
        return CommentId(made.scalar_one())

    def change(self, comment: Comment) -> None:
        """Store the text and the times of a comment that is there."""
        values = {
            "text": comment.text,
            "edited_at": comment.edited_at,
            "deleted_at": comment.deleted_at,
            "hidden_at": comment.hidden_at,
            "hidden_why": comment.hidden_why,
        }
        self.connection.execute(comments.update().where(comments.c.id == comment.id).values(values))

    def remove(self, comment: CommentId) -> None:
        """Remove a comment without a trace, with what answers it."""
        self.connection.execute(comments.delete().where(comments.c.id == comment))


def _whole() -> Select[Any]:
    names = readers.c.name.label("author_name")
    return select(comments, names).join_from(
        comments, readers, readers.c.id == comments.c.author_id, isouter=True
    )


def _comment_of(row: Row[Any]) -> Comment:
    return Comment(
        id=CommentId(row.id),
        story=StoryId(row.story_id),
        author=None if row.author_id is None else ReaderId(row.author_id),
        name=row.author_name or "",
        reply_to=None if row.reply_to is None else CommentId(row.reply_to),
        text=row.text,
        at=row.at,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        hidden_at=row.hidden_at,
        hidden_why=row.hidden_why,
    )
