"""Add readers' comments, and the people, places and organisations that stories name."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("reply_to", sa.Integer),
        sa.Column("author_id", sa.Integer),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("edited_at", sa.BigInteger),
        sa.Column("deleted_at", sa.BigInteger),
        sa.Column("hidden_at", sa.BigInteger),
        sa.Column("hidden_why", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_comments_story_id"),
        sa.ForeignKeyConstraint(
            ["reply_to"], ["comments.id"], name="fk_comments_reply_to", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["readers.id"], name="fk_comments_author_id", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comments_story_id", "comments", ["story_id"])
    op.create_index("ix_comments_reply_to", "comments", ["reply_to"])
    op.create_index("ix_comments_author_id_at", "comments", ["author_id", "at"])
    # Empty until the next build reads the story anew.
    op.add_column("gists", sa.Column("names", sa.JSON, nullable=False, server_default="[]"))
