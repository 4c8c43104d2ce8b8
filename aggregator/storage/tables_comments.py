"""The table of readers' comments; `migrations/versions` makes it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from aggregator.storage.schema import metadata
from aggregator.storage.types import UtcTime

comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False, index=True),
    Column("reply_to", ForeignKey("comments.id", ondelete="CASCADE"), index=True),
    Column("author_id", ForeignKey("readers.id", ondelete="SET NULL")),
    Column("at", UtcTime, nullable=False),
    Column("edited_at", UtcTime),
    Column("deleted_at", UtcTime),
    Column("hidden_at", UtcTime),
    Column("hidden_why", String, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "author_id", "at"),
    sqlite_autoincrement=True,
)
