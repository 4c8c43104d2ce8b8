"""Readers' own labels of outlets: one value an axis and domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from aggregator.domain.labels import OwnLabel
from aggregator.storage.rows import insert_into
from aggregator.storage.tables_labels import outlet_labels


@dataclass(frozen=True, slots=True)
class OutletLabels:
    """Labels that a reader gave, also for outlets that no feed has brought yet."""

    connection: Connection

    def all(self) -> tuple[OwnLabel, ...]:
        """Return every label, by domain and axis: as many as a reader wrote."""
        query = select(outlet_labels).order_by(outlet_labels.c.domain, outlet_labels.c.axis)
        return tuple(
            OwnLabel(domain=row.domain, axis=row.axis, value=row.value, source=row.source)
            for row in self.connection.execute(query)
        )

    def put(self, labels: Sequence[OwnLabel], *, now: datetime) -> None:
        """Store labels; each takes the place of what its domain has on its axis."""
        rows = [
            {"domain": one.domain, "axis": one.axis, "value": one.value, "source": one.source, "set_at": now}
            for one in labels
        ]
        if rows:
            insert = insert_into(self.connection, outlet_labels)
            replaced = {name: insert.excluded[name] for name in ("value", "source", "set_at")}
            self.connection.execute(
                insert.on_conflict_do_update(index_elements=list(outlet_labels.primary_key), set_=replaced),
                rows,
            )

    def remove(self, domain: str, axis: str) -> bool:
        """Take away what a domain has on an axis; false when there is nothing."""
        gone = outlet_labels.delete().where(outlet_labels.c.domain == domain, outlet_labels.c.axis == axis)
        return self.connection.execute(gone.returning(outlet_labels.c.axis)).first() is not None
