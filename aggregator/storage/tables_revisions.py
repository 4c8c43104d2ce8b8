"""The table that counts changes; `migrations/versions` makes it, a test compares the two."""

from sqlalchemy import Column, Integer, String, Table

from aggregator.storage.schema import metadata

revisions = Table(
    "revisions",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
)
