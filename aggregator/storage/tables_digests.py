"""The tables of the digest: schedules, addresses, editions, the outbox and the ledger."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from aggregator.storage.schema import metadata
from aggregator.storage.types import UtcTime

digest_addresses = Table(
    "digest_addresses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("address", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("problem", String, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    UniqueConstraint("reader_id", "address"),
    sqlite_autoincrement=True,
)

digest_schedules = Table(
    "digest_schedules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("at", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("days", JSON, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("filters", JSON, nullable=False),
    Column("most", Integer, nullable=False),
    Column("address_id", ForeignKey("digest_addresses.id", ondelete="SET NULL"), index=True),
    Column("secret", String, nullable=False, unique=True),
    Column("next_at", UtcTime, nullable=False),
    Column("looked_at", UtcTime, nullable=False, index=True),
    Column("lease_owner", String),
    Column("lease_until", UtcTime),
    Index(None, "is_paused", "next_at"),
    sqlite_autoincrement=True,
)

digest_editions = Table(
    "digest_editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("schedule_id", ForeignKey("digest_schedules.id", ondelete="CASCADE"), nullable=False),
    Column("slot", UtcTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("made_at", UtcTime, nullable=False, index=True),
    Column("as_of", UtcTime),
    Column("stories", Integer, nullable=False),
    Column("secret", String, nullable=False, unique=True),
    Column("content", JSON(none_as_null=True)),
    UniqueConstraint("schedule_id", "slot"),
    sqlite_autoincrement=True,
)

digest_posts = Table(
    "digest_posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey("digest_editions.id", ondelete="CASCADE"), unique=True),
    Column("address_id", ForeignKey("digest_addresses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("message_id", String, nullable=False, unique=True),
    Column("message", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("problem", String, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", UtcTime),
    Index(None, "state", "next_try_at"),
    sqlite_autoincrement=True,
)

digest_ledger = Table(
    "digest_ledger",
    metadata,
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("headline", String, nullable=False),
    Column("origins", JSON, nullable=False),
    Column("numbers", JSON, nullable=False),
    Column("is_muted", Boolean, nullable=False),
)
