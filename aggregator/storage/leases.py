"""Named, time-limited rights to do a job, claimed by one compare-and-swap statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from aggregator.storage.rows import insert_into
from aggregator.storage.schema import leases


@dataclass(frozen=True, slots=True)
class Leases:
    """Leases of jobs that have no row of their own, such as the build of stories."""

    connection: Connection

    def claim(self, name: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong the lease `name`; false when another owner's still runs at `now`."""
        insert = insert_into(self.connection, leases).values(name=name, owner=owner, until=until)
        claim = insert.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"owner": insert.excluded.owner, "until": insert.excluded.until},
            where=or_(leases.c.until <= now, leases.c.owner == owner),
        )
        return self.connection.execute(claim.returning(leases.c.name)).first() is not None

    def held(self) -> Mapping[str, str]:
        """Return who holds each lease, whether it still runs or not."""
        return {row.name: row.owner for row in self.connection.execute(select(leases))}

    def release(self, name: str, *, owner: str) -> None:
        """Give the lease back; does nothing when another owner holds it."""
        self.connection.execute(leases.delete().where(leases.c.name == name, leases.c.owner == owner))
