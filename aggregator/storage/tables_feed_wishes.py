"""The tables of what readers wish of feeds; `migrations/versions` makes them, a test compares the two."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from aggregator.storage.schema import metadata
from aggregator.storage.types import UtcTime

feed_wishes = Table(
    "feed_wishes",
    metadata,
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("full_text_after", Integer),
    Column("is_muted", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("problem", String, nullable=False),
)

full_text_tries = Table(
    "full_text_tries",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcTime, nullable=False),
)
