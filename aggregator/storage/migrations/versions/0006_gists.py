"""Add what each story says in its articles' own words."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gists",
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("of", sa.String, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], "fk_gists_story_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id", name="pk_gists"),
    )
