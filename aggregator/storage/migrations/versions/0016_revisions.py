"""Add the counter of changes, and let the stories of the window be counted from an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_revisions"),
    )
    op.drop_index("ix_stories_last_at_topic", "stories")
    op.create_index(
        "ix_stories_last_at_topic_state_lead_id", "stories", ["last_at", "topic", "state", "lead_id"]
    )
