"""The table of readers' own labels of outlets: by domain, so that a label waits for its outlet."""

from sqlalchemy import Column, String, Table

from aggregator.storage.schema import metadata
from aggregator.storage.types import UtcTime

outlet_labels = Table(
    "outlet_labels",
    metadata,
    Column("domain", String, primary_key=True),
    Column("axis", String, primary_key=True),
    Column("value", String, nullable=False),
    Column("source", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)
