"""Add what each story says in its articles' own words, and whole texts from outlets' pages."""

import sqlalchemy as sa
from alembic import op

from aggregator.storage.types import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gists",
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("of", sa.String, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], "fk_gists_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", name="pk_gists"),
    )
    op.create_table(
        "full_texts",
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("fetched_at", UtcTime, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], "fk_full_texts_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_full_texts"),
    )
