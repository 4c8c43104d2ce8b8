"""Add what search needs to be quick, the latest polls of each feed, and feeds that were removed lately."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_articles_content_hash", "articles", ["content_hash"])
    op.create_index("ix_articles_lang_at", "articles", ["lang", "at"])
    op.create_table(
        "polls",
        sa.Column("feed_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("failure", sa.String),
        sa.Column("new", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "at", name="pk_polls"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_polls_feed_id", ondelete="CASCADE"),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("feeds", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
        sqlite_autoincrement=True,
    )
