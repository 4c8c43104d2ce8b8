"""Add saved searches, and what a feed needs to be fetched whole or kept off the front page."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("on_front", sa.Boolean, nullable=False),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_searches"),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["readers.id"], name="fk_saved_searches_reader_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token", name="uq_saved_searches_token"),
        sa.UniqueConstraint("reader_id", "query", name="uq_saved_searches_reader_id_query"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feed_wishes",
        sa.Column("feed_id", sa.Integer, nullable=False),
        sa.Column("full_text_after", sa.Integer),
        sa.Column("is_muted", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_wishes"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_wishes_feed_id", ondelete="CASCADE"),
    )
    op.create_table(
        "full_text_tries",
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_full_text_tries"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_full_text_tries_article_id", ondelete="CASCADE"
        ),
    )
