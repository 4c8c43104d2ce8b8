"""The tables of compared stories, beside those of `schema.py`."""

from sqlalchemy import JSON, Column, ForeignKey, LargeBinary, String, Table

from aggregator.storage.schema import metadata

comparisons = Table(
    "comparisons",
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("of", String, nullable=False),
    Column("told", JSON, nullable=False),
)

sentence_vectors = Table(
    "sentence_vectors",
    metadata,
    Column("text_hash", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
