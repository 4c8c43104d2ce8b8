"""Add the digest: schedules, addresses, editions, the outbox and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_addresses()
    make_schedules()
    make_editions()
    make_posts()
    make_ledger()


def key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def make_addresses() -> None:
    op.create_table(
        "digest_addresses",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest_addresses"),
        sa.UniqueConstraint("reader_id", "address", name="uq_digest_addresses_reader_id_address"),
        key("digest_addresses", "reader_id", "readers.id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_digest_addresses_state", "digest_addresses", ["state"])


def make_schedules() -> None:
    op.create_table(
        "digest_schedules",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("days", sa.JSON, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("address_id", sa.Integer),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_digest_schedules"),
        sa.UniqueConstraint("secret", name="uq_digest_schedules_secret"),
        key("digest_schedules", "reader_id", "readers.id"),
        key("digest_schedules", "address_id", "digest_addresses.id", "SET NULL"),
        sqlite_autoincrement=True,
    )
    for columns in (["reader_id"], ["address_id"], ["looked_at"], ["is_paused", "next_at"]):
        op.create_index(f"ix_digest_schedules_{'_'.join(columns)}", "digest_schedules", columns)


def make_editions() -> None:
    op.create_table(
        "digest_editions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("schedule_id", sa.Integer, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.BigInteger),
        sa.Column("stories", sa.Integer, nullable=False),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("content", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_digest_editions"),
        sa.UniqueConstraint("secret", name="uq_digest_editions_secret"),
        sa.UniqueConstraint("schedule_id", "slot", name="uq_digest_editions_schedule_id_slot"),
        key("digest_editions", "reader_id", "readers.id"),
        key("digest_editions", "schedule_id", "digest_schedules.id"),
        sqlite_autoincrement=True,
    )
    for column in ("reader_id", "made_at"):
        op.create_index(f"ix_digest_editions_{column}", "digest_editions", [column])


def make_posts() -> None:
    op.create_table(
        "digest_posts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("edition_id", sa.Integer),
        sa.Column("address_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("next_try_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("lease_owner", sa.String),
        sa.Column("lease_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_digest_posts"),
        sa.UniqueConstraint("edition_id", name="uq_digest_posts_edition_id"),
        sa.UniqueConstraint("message_id", name="uq_digest_posts_message_id"),
        key("digest_posts", "edition_id", "digest_editions.id"),
        key("digest_posts", "address_id", "digest_addresses.id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_digest_posts_address_id", "digest_posts", ["address_id"])
    op.create_index("ix_digest_posts_state_next_try_at", "digest_posts", ["state", "next_try_at"])


def make_ledger() -> None:
    op.create_table(
        "digest_ledger",
        sa.Column("reader_id", sa.Integer, nullable=False),
        sa.Column("story_id", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("headline", sa.String, nullable=False),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.Column("numbers", sa.JSON, nullable=False),
        sa.Column("is_muted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("reader_id", "story_id", name="pk_digest_ledger"),
        key("digest_ledger", "reader_id", "readers.id"),
        key("digest_ledger", "story_id", "stories.id"),
    )
    for column in ("story_id", "at"):
        op.create_index(f"ix_digest_ledger_{column}", "digest_ledger", [column])
