"""Add what search needs to be quick: articles by their text's hash, and by language."""

from alembic import op

revision = "0007"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_articles_content_hash", "articles", ["content_hash"])
    op.create_index("ix_articles_lang_at", "articles", ["lang", "at"])
