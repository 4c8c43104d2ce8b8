"""Add readers, the first for an instance without accounts, and what each has read, kept and muted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_readers()
    per_reader(
        "read_marks",
        cascade("read_marks", "article_id", "articles.id"),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.Column("is_read", sa.Boolean, nullable=False),
        sa.Column("with_story", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    per_reader(
        "story_reads",
        of_story("story_reads"),
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
    )
    for table in ("saved_stories", "followed_stories"):
        per_reader(
            table,
            of_story(table),
            sa.Column("story_id", sa.Integer, nullable=False),
            sa.Column("at", sa.BigInteger, nullable=False),
        )
    make_bulk_reads()
    make_mutes()


def cascade(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE")


def of_story(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=f"fk_{table}_story_id")


def make_readers() -> None:
    op.create_table(
        "readers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("password", sa.String),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("time_zone", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("density", sa.String, nullable=False),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_readers"),
        sa.UniqueConstraint("name", name="uq_readers_name"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO readers (id, name, role, time_zone, language, density, theme, created_at) "
        "VALUES (1, '', 'admin', '', '', '', '', CAST(strftime('%s', 'now') AS INTEGER) * 1000000)"
    )


def per_reader(table: str, target: sa.ForeignKeyConstraint, *columns: sa.Column[object]) -> None:
    """Make a table with one row for each reader and article, or reader and story: the first column."""
    key = columns[0].name
    op.create_table(
        table,
        sa.Column("reader_id", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("reader_id", key, name=f"pk_{table}"),
        cascade(table, "reader_id", "readers.id"),
        target,
    )
    op.create_index(f"ix_{table}_{key}", table, [key])


def make_bulk_reads() -> None:
    op.create_table(
        "bulk_reads",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("marks", sa.JSON, nullable=False),
        sa.Column("stories", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_reads"),
        cascade("bulk_reads", "reader_id", "readers.id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bulk_reads_reader_id", "bulk_reads", ["reader_id"])


def make_mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
        sa.UniqueConstraint(
            "reader_id", "kind", "value", "scope", name="uq_mutes_reader_id_kind_value_scope"
        ),
        cascade("mutes", "reader_id", "readers.id"),
        sqlite_autoincrement=True,
    )
