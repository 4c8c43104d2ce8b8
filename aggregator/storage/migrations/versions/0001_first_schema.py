"""Make the first schema: outlets, feeds, articles, vectors, stories, leases and the search index."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# `sqlite_autoincrement`: an id that once stood in a link is never given to something else.


def upgrade() -> None:
    make_outlets()
    make_feeds()
    make_articles()
    make_article_details()
    make_stories()
    make_story_details()
    op.create_table(
        "leases",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    if op.get_bind().dialect.name == "sqlite":
        make_sqlite_search()


def facts() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("name", sa.String, nullable=False),
        sa.Column("country", sa.String),
        sa.Column("kind", sa.String),
        sa.Column("owner", sa.String),
        sa.Column("lang", sa.String),
    )


def make_outlets() -> None:
    op.create_table(
        "outlets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("domain", sa.String, nullable=False),
        *facts(),
        sa.PrimaryKeyConstraint("id", name="pk_outlets"),
        sa.UniqueConstraint("domain", name="uq_outlets_domain"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outlet_facts",
        sa.Column("domain", sa.String, nullable=False),
        *facts(),
        sa.PrimaryKeyConstraint("domain", name="pk_outlet_facts"),
    )


def make_feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("outlet_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("site_url", sa.String),
        sa.Column("folder", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("interval", sa.BigInteger),
        sa.Column("etag", sa.String),
        sa.Column("last_modified", sa.String),
        sa.Column("body_hash", sa.String),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("next_poll_at", sa.BigInteger, nullable=False),
        sa.Column("last_polled_at", sa.BigInteger),
        sa.Column("last_ok_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failure", sa.String),
        sa.Column("failure_detail", sa.String, nullable=False),
        sa.Column("failure_status", sa.Integer),
        sa.Column("warning", sa.String, nullable=False),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name="fk_feeds_outlet_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_outlet_id", "feeds", ["outlet_id"])
    op.create_index("ix_feeds_state_next_poll_at", "feeds", ["state", "next_poll_at"])


def make_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("outlet_id", sa.Integer, nullable=False),
        sa.Column("identity", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("link", sa.String, nullable=False),
        sa.Column("guid", sa.String),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text_hash", sa.String, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("state_seen_at", sa.BigInteger, nullable=False),
        sa.Column("lang", sa.String),
        sa.Column("author", sa.String),
        sa.Column("provenance", sa.String),
        sa.Column("image_url", sa.String),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("origin_id", sa.Integer),
        sa.Column("discusses_id", sa.Integer),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("outlet_id", "identity", name="uq_articles_outlet_id_identity"),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name="fk_articles_outlet_id"),
        sa.ForeignKeyConstraint(["origin_id"], ["articles.id"], name="fk_articles_origin_id"),
        sa.ForeignKeyConstraint(["discusses_id"], ["articles.id"], name="fk_articles_discusses_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_articles_origin_id", "articles", ["origin_id"])
    op.create_index("ix_articles_discusses_id", "articles", ["discusses_id"])
    op.create_index("ix_articles_url", "articles", ["url"])
    op.create_index("ix_articles_outlet_id_text_hash", "articles", ["outlet_id", "text_hash"])
    op.create_index("ix_articles_at_id", "articles", ["at", "id"])
    op.create_index("ix_articles_outlet_id_at_id", "articles", ["outlet_id", "at", "id"])


def cascade(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")


def make_article_details() -> None:
    op.create_table(
        "article_feeds",
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("feed_id", sa.Integer, nullable=False),
        sa.Column("guid", sa.String, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("article_id", "feed_id", "guid", name="pk_article_feeds"),
        cascade("article_feeds", "article_id", "articles.id"),
        cascade("article_feeds", "feed_id", "feeds.id"),
    )
    op.create_index("ix_article_feeds_feed_id_article_id", "article_feeds", ["feed_id", "article_id"])
    op.create_index("ix_article_feeds_guid", "article_feeds", ["guid"])
    op.create_table(
        "article_versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article_versions"),
        cascade("article_versions", "article_id", "articles.id"),
    )
    op.create_index("ix_article_versions_article_id", "article_versions", ["article_id"])
    op.create_table(
        "vectors",
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("content_hash", "model", name="pk_vectors"),
    )
    op.create_index("ix_vectors_model", "vectors", ["model"])


def make_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("merged_into", sa.Integer),
        sa.Column("split_from", sa.Integer),
        sa.Column("lead_id", sa.Integer),
        sa.Column("headline", sa.String),
        sa.Column("excerpt", sa.String),
        sa.Column("first_at", sa.BigInteger),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("article_count", sa.Integer),
        sa.Column("outlet_count", sa.Integer),
        sa.Column("origin_count", sa.Integer),
        sa.Column("lang", sa.String),
        sa.Column("score", sa.Double),
        sa.Column("parts", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sa.ForeignKeyConstraint(["merged_into"], ["stories.id"], name="fk_stories_merged_into"),
        sa.ForeignKeyConstraint(["split_from"], ["stories.id"], name="fk_stories_split_from"),
        sa.ForeignKeyConstraint(["lead_id"], ["articles.id"], name="fk_stories_lead_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stories_state", "stories", ["state"])
    op.create_index("ix_stories_split_from", "stories", ["split_from"])
    op.create_index("ix_stories_lead_id", "stories", ["lead_id"])
    op.create_index("ix_stories_merged_into", "stories", ["merged_into"])
    op.create_index("ix_stories_score_id", "stories", ["score", "id"])


def make_story_details() -> None:
    op.create_table(
        "story_articles",
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_articles"),
        cascade("story_articles", "article_id", "articles.id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_articles_story_id"),
    )
    op.create_index("ix_story_articles_story_id", "story_articles", ["story_id"])
    op.create_table(
        "story_events",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_events"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_events_story_id"),
    )
    op.create_index("ix_story_events_story_id", "story_events", ["story_id"])


def make_sqlite_search() -> None:
    """Make the FTS5 index over title and text; it holds no copy of them, triggers keep it in step.

    Such an index must be told the old words to forget them: https://www.sqlite.org/fts5.html 4.4.3.
    """
    forget = (
        "INSERT INTO article_search(article_search, rowid, title, text) "
        "VALUES ('delete', old.id, old.title, old.text);"
    )
    learn = "INSERT INTO article_search(rowid, title, text) VALUES (new.id, new.title, new.text);"
    op.execute(
        "CREATE VIRTUAL TABLE article_search USING fts5("
        "title, text, content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
    )
    op.execute(f"CREATE TRIGGER article_search_added AFTER INSERT ON articles BEGIN {learn} END")
    op.execute(f"CREATE TRIGGER article_search_removed AFTER DELETE ON articles BEGIN {forget} END")
    op.execute(
        "CREATE TRIGGER article_search_changed AFTER UPDATE OF title, text ON articles "
        f"BEGIN {forget} {learn} END"
    )
