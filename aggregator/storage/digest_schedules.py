"""Schedules of digests, and the right to make what is due, claimed by one compare-and-swap statement."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from aggregator.domain.digests import Filters, Schedule
from aggregator.domain.ids import AddressId, OutletId, ReaderId, ScheduleId
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.storage.tables_digests import digest_schedules as table

TOO_FAR = timedelta(days=1)
"""Nothing is leased or put off for so long: a moment further ahead was written by a clock that ran ahead."""


@dataclass(frozen=True, slots=True)
class DigestSchedules:
    """Every reader's schedules."""

    connection: Connection

    def add(self, schedule: Schedule, *, now: datetime) -> ScheduleId:
        """Store a schedule whose next slot and secret are set; return its number."""
        values = _values(schedule) | {
            "reader_id": schedule.reader,
            "secret": schedule.secret,
            "next_at": schedule.next_at,
            "looked_at": now,
        }
        (key,) = self.connection.execute(table.insert().values(values)).inserted_primary_key or (0,)
        return ScheduleId(key)

    def change(self, schedule: Schedule, *, now: datetime) -> bool:
        """Replace a schedule of its reader, all but its secret; false when there is none."""
        mine = (table.c.id == schedule.id) & (table.c.reader_id == schedule.reader)
        values = _values(schedule) | {"next_at": schedule.next_at, "looked_at": now}
        values |= {"lease_owner": None, "lease_until": None}
        return self.connection.execute(table.update().where(mine).values(values)).rowcount == 1

    def remove(self, reader: ReaderId, schedule: ScheduleId) -> bool:
        """Remove a schedule of this reader with its editions; false when there is none."""
        gone = table.delete().where(table.c.id == schedule, table.c.reader_id == reader)
        return self.connection.execute(gone).rowcount == 1

    def get(self, schedule: ScheduleId) -> Schedule | None:
        """Return a schedule, or None."""
        return self._one(table.c.id == schedule)

    def by_secret(self, secret: str) -> Schedule | None:
        """Return the schedule whose feed has this unguessable address, or None."""
        return self._one(table.c.secret == secret)

    def of(self, reader: ReaderId) -> tuple[Schedule, ...]:
        """Return a reader's schedules by number."""
        query = select(table).where(table.c.reader_id == reader).order_by(table.c.id)
        return tuple(map(_schedule_of, self.connection.execute(query)))

    def claim_due(self, *, owner: str, now: datetime, until: datetime, limit: int) -> tuple[Schedule, ...]:
        """Lease schedules whose slot has come and that nobody else holds, the longest due first."""
        is_free = _is_free(now)
        due = (
            select(table.c.id)
            .where(table.c.is_paused.is_(False), table.c.next_at <= now, is_free)
            .order_by(table.c.next_at)
            .limit(limit)
        )
        claim = table.update().where(table.c.id.in_(due), is_free)
        claim = claim.values(lease_owner=owner, lease_until=until)
        claimed = map(_schedule_of, self.connection.execute(claim.returning(*table.c)))
        return tuple(sorted(claimed, key=lambda one: (one.next_at or now, one.id)))

    def is_ours(self, schedule: Schedule, *, owner: str) -> bool:
        """Return whether the schedule still waits for the same slot under a lease of `owner`."""
        mine = (table.c.id == schedule.id) & (table.c.lease_owner == owner)
        query = select(table.c.id).where(mine, table.c.next_at == schedule.next_at, ~table.c.is_paused)
        return self.connection.execute(query).first() is not None

    def advance(self, schedule: ScheduleId, *, next_at: datetime, now: datetime) -> None:
        """Let a schedule wait for its next slot and end its lease."""
        update = table.update().where(table.c.id == schedule)
        values = {"next_at": next_at, "looked_at": now, "lease_owner": None, "lease_until": None}
        self.connection.execute(update.values(values))

    def ahead(self, *, now: datetime) -> tuple[Schedule, ...]:
        """Return the schedules that were last looked at after `now`: the clock went back since then."""
        query = select(table).where(table.c.looked_at > now)
        return tuple(map(_schedule_of, self.connection.execute(query)))

    def _one(self, where: Any) -> Schedule | None:
        row = self.connection.execute(select(table).where(where)).first()
        return None if row is None else _schedule_of(row)


def _values(schedule: Schedule) -> dict[str, Any]:
    filters = schedule.filters
    return {
        "name": schedule.name,
        "at": f"{schedule.at:%H:%M}",
        "zone": schedule.zone,
        "days": sorted(schedule.days),
        "is_paused": schedule.is_paused,
        "filters": {
            "folders": sorted(filters.folders),
            "topics": sorted(filters.topics),
            "outlets": sorted(filters.outlets),
            "reports": filters.reports,
            "unread_only": filters.unread_only,
            "searches": sorted(filters.searches),
        },
        "most": schedule.most,
        "address_id": schedule.address,
    }


def _schedule_of(row: Row[Any]) -> Schedule:
    return Schedule(
        id=ScheduleId(row.id),
        reader=ReaderId(row.reader_id),
        name=row.name,
        at=time.fromisoformat(row.at),
        zone=row.zone,
        days=frozenset(row.days),
        is_paused=row.is_paused,
        filters=Filters(
            folders=frozenset(row.filters["folders"]),
            topics=frozenset(row.filters["topics"]),
            outlets=frozenset(map(OutletId, row.filters["outlets"])),
            reports=row.filters["reports"],
            unread_only=row.filters["unread_only"],
            # A schedule that an older Broadfold stored knows none.
            searches=frozenset(map(SavedSearchId, row.filters.get("searches", ()))),
        ),
        most=row.most,
        address=None if row.address_id is None else AddressId(row.address_id),
        next_at=row.next_at,
        secret=row.secret,
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    until = table.c.lease_until
    return or_(until.is_(None), until <= now, until > now + TOO_FAR)
