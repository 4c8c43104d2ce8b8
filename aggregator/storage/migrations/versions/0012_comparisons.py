"""Add what comparing a story's outlets keeps: the comparison itself, and the vectors of sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("of", sa.String, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_comparisons"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_comparisons_story_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "sentence_vectors",
        sa.Column("text_hash", sa.String, nullable=False),
        sa.Column("model", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("text_hash", "model", name="pk_sentence_vectors"),
    )
