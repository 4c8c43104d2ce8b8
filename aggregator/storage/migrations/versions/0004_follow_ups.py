"""Add the story that a follow-up takes up."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite adds a constraint only together with its column (https://sqlite.org/lang_altertable.html).
    op.execute(
        "ALTER TABLE stories ADD COLUMN follows INTEGER CONSTRAINT fk_stories_follows REFERENCES stories (id)"
    )
    op.create_index("ix_stories_follows", "stories", ["follows"])
