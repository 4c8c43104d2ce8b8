"""Add what readers correct, and why articles are together."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_corrections()
    op.create_table(
        "relations",
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("nearest_id", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("parts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_relations"),
        cascade("relations", "article_id", "articles.id"),
        cascade("relations", "nearest_id", "articles.id"),
    )
    op.create_index("ix_relations_nearest_id", "relations", ["nearest_id"])


def cascade(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")


def make_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("moved", sa.JSON, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "correction_links",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("correction_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("article_a", sa.Integer, nullable=False),
        sa.Column("article_b", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction_links"),
        cascade("correction_links", "correction_id", "corrections.id"),
        cascade("correction_links", "article_a", "articles.id"),
        cascade("correction_links", "article_b", "articles.id"),
    )
    for column in ("correction_id", "article_a", "article_b"):
        op.create_index(f"ix_correction_links_{column}", "correction_links", [column])
