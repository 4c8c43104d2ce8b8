"""Add readers' own labels of outlets, and where the facts about outlets can be looked up."""

import sqlalchemy as sa
from alembic import op

from aggregator.storage.types import UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outlets", sa.Column("source", sa.String))
    op.add_column("outlet_facts", sa.Column("source", sa.String))
    op.create_table(
        "outlet_labels",
        sa.Column("domain", sa.String, nullable=False),
        sa.Column("axis", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("set_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("domain", "axis", name="pk_outlet_labels"),
    )
