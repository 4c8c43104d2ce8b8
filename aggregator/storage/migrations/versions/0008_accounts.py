"""Add what lets people in, sessions, invitations and API tokens, and what their front pages leave out."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_secrets(
        "sessions",
        "reader_id",
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("agent", sa.String, nullable=False),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    make_secrets(
        "invitations",
        "made_by",
        sa.Column("role", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_invitations_expires_at", "invitations", ["expires_at"])
    make_secrets(
        "api_tokens",
        "reader_id",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "unfollowed",
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("reader_id", "kind", "value", name="pk_unfollowed"),
        of_reader("unfollowed", "reader_id"),
    )


def of_reader(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["readers.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def make_secrets(table: str, owner: str, *columns: sa.Column[object]) -> None:
    """Make a table whose rows are found by the hash of a secret and belong to a reader."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token", sa.String, nullable=False),
        sa.Column(owner, sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("token", name=f"uq_{table}_token"),
        of_reader(table, owner),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{table}_{owner}", table, [owner])
