"""The table of saved searches; `migrations/versions` makes it, a test compares the two."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, UniqueConstraint

from aggregator.storage.schema import metadata
from aggregator.storage.types import UtcTime

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("name", String, nullable=False),
    Column("query", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("on_front", Boolean, nullable=False),
    Column("token", String, nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("reader_id", "query"),
    sqlite_autoincrement=True,
)
