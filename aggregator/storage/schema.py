"""The tables as SQLAlchemy Core sees them; `migrations/versions` makes them, a test compares the two."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from aggregator.storage.types import Span, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

outlets = Table(
    "outlets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("domain", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("country", String),
    Column("kind", String),
    Column("owner", String),
    Column("lang", String),
    Column("source", String),
    sqlite_autoincrement=True,
)

outlet_facts = Table(
    "outlet_facts",
    metadata,
    Column("domain", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("country", String),
    Column("kind", String),
    Column("owner", String),
    Column("lang", String),
    Column("source", String),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String, nullable=False, unique=True),
    Column("outlet_id", ForeignKey("outlets.id"), nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("site_url", String),
    Column("folder", String, nullable=False),
    Column("state", String, nullable=False),
    Column("interval", Span),
    Column("etag", String),
    Column("last_modified", String),
    Column("body_hash", String),
    Column("added_at", UtcTime, nullable=False),
    Column("next_poll_at", UtcTime, nullable=False),
    Column("last_polled_at", UtcTime),
    Column("last_ok_at", UtcTime),
    Column("failures", Integer, nullable=False),
    Column("failure", String),
    Column("failure_detail", String, nullable=False),
    Column("failure_status", Integer),
    Column("warning", String, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", UtcTime),
    Index(None, "state", "next_poll_at"),
    sqlite_autoincrement=True,
)

polls = Table(
    "polls",
    metadata,
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("failure", String),
    Column("new", Integer, nullable=False),
)

removals = Table(
    "removals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("feeds", JSON, nullable=False),
    sqlite_autoincrement=True,
)

# The long columns come last: SQLite reads a row from its start, and most queries want neither.
articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outlet_id", ForeignKey("outlets.id"), nullable=False),
    Column("identity", String, nullable=False),
    Column("url", String, nullable=False),
    Column("link", String, nullable=False),
    Column("guid", String),
    Column("title", String, nullable=False),
    Column("text_hash", String, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("published_at", UtcTime),
    Column("at", UtcTime, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("state_seen_at", UtcTime, nullable=False),
    Column("lang", String),
    Column("author", String),
    Column("provenance", String),
    Column("image_url", String),
    Column("tags", JSON, nullable=False),
    Column("origin_id", ForeignKey("articles.id"), index=True),
    Column("discusses_id", ForeignKey("articles.id"), index=True),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    UniqueConstraint("outlet_id", "identity"),
    Index(None, "url"),
    Index(None, "outlet_id", "text_hash"),
    Index(None, "at", "id"),
    Index(None, "outlet_id", "at", "id"),
    Index(None, "content_hash"),
    Index(None, "lang", "at"),
    sqlite_autoincrement=True,
)

article_feeds = Table(
    "article_feeds",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("guid", String, primary_key=True),  # empty when the feed gave none: a key cannot be NULL
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Index(None, "feed_id", "article_id"),
    Index(None, "guid"),
)

article_versions = Table(
    "article_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("summary", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("content_hash", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
    Index(None, "model"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("opened_at", UtcTime, nullable=False),
    Column("merged_into", ForeignKey("stories.id"), index=True),
    Column("split_from", ForeignKey("stories.id"), index=True),
    Column("follows", ForeignKey("stories.id"), index=True),
    Column("lead_id", ForeignKey("articles.id"), index=True),
    Column("headline", String),
    Column("excerpt", String),
    Column("first_at", UtcTime),
    Column("last_at", UtcTime),
    Column("article_count", Integer),
    Column("outlet_count", Integer),
    Column("origin_count", Integer),
    Column("lang", String),
    Column("score", Double),
    Column("parts", JSON(none_as_null=True)),
    Column("topic", String),
    Index(None, "score", "id"),
    Index(None, "topic", "score", "id"),
    Index(None, "last_at", "topic", "state", "lead_id"),
    sqlite_autoincrement=True,
)

story_articles = Table(
    "story_articles",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False, index=True),
    Column("joined_at", UtcTime, nullable=False),
)

story_events = Table(
    "story_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", String, nullable=False),
    Column("detail", String, nullable=False),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String, nullable=False),
    Column("moved", JSON, nullable=False),
    Column("undone_at", UtcTime),
    sqlite_autoincrement=True,
)

correction_links = Table(
    "correction_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("correction_id", ForeignKey("corrections.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("article_a", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("article_b", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
)

relations = Table(
    "relations",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("nearest_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("score", Double, nullable=False),
    Column("parts", JSON, nullable=False),
)

full_texts = Table(
    "full_texts",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("fetched_at", UtcTime, nullable=False),
    Column("html", Text, nullable=False),
)

gists = Table(
    "gists",
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("of", String, nullable=False),
    Column("summary", JSON, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("names", JSON, nullable=False, server_default="[]"),
)

themes = Table(
    "themes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words", JSON, nullable=False),
    sqlite_autoincrement=True,
)

theme_stories = Table(
    "theme_stories",
    metadata,
    Column("story_id", ForeignKey("stories.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", ForeignKey("themes.id", ondelete="CASCADE"), nullable=False, index=True),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", UtcTime, nullable=False),
)

readers = Table(
    "readers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("password", String),
    Column("role", String, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("language", String, nullable=False),
    Column("density", String, nullable=False),
    Column("theme", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)


def _of_reader() -> Column[int]:
    return Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), primary_key=True)


read_marks = Table(
    "read_marks",
    metadata,
    _of_reader(),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("is_read", Boolean, nullable=False),
    Column("with_story", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
)

story_reads = Table(
    "story_reads",
    metadata,
    _of_reader(),
    Column("story_id", ForeignKey("stories.id"), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False),
    Column("reports", Integer, nullable=False),
    Column("articles", Integer, nullable=False),
)

bulk_reads = Table(
    "bulk_reads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("marks", JSON, nullable=False),
    Column("stories", JSON, nullable=False),
    sqlite_autoincrement=True,
)

saved_stories = Table(
    "saved_stories",
    metadata,
    _of_reader(),
    Column("story_id", ForeignKey("stories.id"), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False),
)

followed_stories = Table(
    "followed_stories",
    metadata,
    _of_reader(),
    Column("story_id", ForeignKey("stories.id"), primary_key=True, index=True),
    Column("at", UtcTime, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader_id", ForeignKey("readers.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String, nullable=False),
    Column("value", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("reader_id", "kind", "value", "scope"),
    sqlite_autoincrement=True,
)
