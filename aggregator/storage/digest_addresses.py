"""Mail addresses of readers. Removing one deletes it, with every mail that waits for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.digests import Address, AddressState
from aggregator.domain.ids import AddressId, ReaderId
from aggregator.storage.rows import insert_into
from aggregator.storage.tables_digests import digest_addresses as table


@dataclass(frozen=True, slots=True)
class DigestAddresses:
    """Where digests may be sent."""

    connection: Connection

    def add(self, reader: ReaderId, address: str, state: AddressState, *, now: datetime) -> AddressId:
        """Store an address and return its number; one that the reader has already keeps its state."""
        insert = insert_into(self.connection, table).on_conflict_do_nothing()
        values = {"reader_id": reader, "address": address, "state": state.value}
        self.connection.execute(insert.values(**values, problem="", added_at=now))
        same = (table.c.reader_id == reader) & (table.c.address == address)
        return AddressId(self.connection.scalars(select(table.c.id).where(same)).one())

    def get(self, address: AddressId) -> Address | None:
        """Return an address, or None."""
        row = self.connection.execute(select(table).where(table.c.id == address)).first()
        return None if row is None else _address_of(row)

    def of(self, reader: ReaderId) -> tuple[Address, ...]:
        """Return a reader's addresses by number."""
        query = select(table).where(table.c.reader_id == reader).order_by(table.c.id)
        return tuple(map(_address_of, self.connection.execute(query)))

    def refused(self) -> tuple[Address, ...]:
        """Return the addresses of all readers that a server refused, by number; for the admin."""
        query = select(table).where(table.c.state == AddressState.REFUSED.value).order_by(table.c.id)
        return tuple(map(_address_of, self.connection.execute(query)))

    def set_state(self, address: AddressId, state: AddressState, *, problem: str = "") -> None:
        """Say how an address stands."""
        update = table.update().where(table.c.id == address)
        self.connection.execute(update.values(state=state.value, problem=problem))

    def remove(self, reader: ReaderId, address: AddressId) -> bool:
        """Delete an address of this reader and its mails; false when there is none."""
        gone = table.delete().where(table.c.id == address, table.c.reader_id == reader)
        return self.connection.execute(gone).rowcount == 1


def _address_of(row: Row[Any]) -> Address:
    return Address(
        id=AddressId(row.id),
        reader=ReaderId(row.reader_id),
        address=row.address,
        state=AddressState(row.state),
        problem=row.problem,
        added_at=row.added_at,
    )
