"""Add the topics of stories, and the themes that hold several stories."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stories", sa.Column("topic", sa.String))
    op.create_index("ix_stories_topic_score_id", "stories", ["topic", "score", "id"])
    op.create_index("ix_stories_last_at_topic", "stories", ["last_at", "topic"])
    op.create_table(
        "themes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_themes"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "theme_stories",
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("theme_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_theme_stories"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_theme_stories_story_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["themes.id"], name="fk_theme_stories_theme_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_theme_stories_theme_id", "theme_stories", ["theme_id"])
