"""When a digest is due: local times with their zone become moments in UTC; pure.

A local time that a change of clocks leaves out counts as the first moment after the gap; one that
comes twice counts the first time only. So each chosen day has exactly one slot.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aggregator.domain.digests import EVERY_DAY, Schedule
from aggregator.domain.errors import DigestRefused
from aggregator.domain.ids import ReaderId

DAY = timedelta(days=1)
LONGEST_NAME = 60
MOST_STORIES = 100
PRESETS = {"daily": ("Daily digest", time(7, 0), EVERY_DAY), "weekly": ("Weekly digest", time(8, 0), {5})}
"""Name, local time and weekdays of what people mostly want: each morning, or each Saturday morning."""


def preset(name: str, reader: ReaderId, zone: str) -> Schedule:
    """Return the schedule of a preset, "daily" or "weekly", for a reader in a zone.

    Raises:
        DigestRefused: there is no such preset, or no such zone.
    """
    if name not in PRESETS:
        raise DigestRefused(f"there is no preset {name!r}; they are {' and '.join(PRESETS)}")
    shown, at, days = PRESETS[name]
    return checked(Schedule(reader=reader, name=shown, at=at, zone=zone, days=frozenset(days)))


def checked(schedule: Schedule) -> Schedule:
    """Return a schedule with its name trimmed.

    Raises:
        DigestRefused: it has no day, a zone that does not exist, or numbers out of bounds.
    """
    name = " ".join("".join(sign if sign.isprintable() else " " for sign in schedule.name).split())
    if not name or len(name) > LONGEST_NAME:
        raise DigestRefused(f"give the digest a name of 1 to {LONGEST_NAME} characters")
    if not schedule.days or not schedule.days <= EVERY_DAY:
        raise DigestRefused("choose at least one day of the week")
    if not 1 <= schedule.most <= MOST_STORIES:
        raise DigestRefused(f"a digest can have 1 to {MOST_STORIES} stories")
    if not 1 <= schedule.filters.reports <= MOST_STORIES:
        raise DigestRefused(f"the least number of independent reports can be 1 to {MOST_STORIES}")
    zone_named(schedule.zone)
    return replace(schedule, name=name, at=schedule.at.replace(second=0, microsecond=0, tzinfo=None))


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of an IANA name.

    Raises:
        DigestRefused: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DigestRefused(f"{name!r} is not a time zone; write it as in “Europe/Oslo”") from error


def slot_on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) of a local time on a day: the first of two, or the first after a gap."""
    local = datetime.combine(day, at)
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # In a gap, `fold` 1 and 0 read the time by the offsets after and before it: the change lies between.
    early, late = local.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)


def slots(schedule: Schedule, *, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the slots (UTC) after a moment and up to another, both UTC, in order."""
    zone = zone_named(schedule.zone)
    # Local dates differ from UTC's by a day at most, and a gap can move a slot into the next day.
    day, last = (after - 2 * DAY).date(), (until + 2 * DAY).date()
    seen = after
    while day <= last:
        if day.weekday() in schedule.days:
            slot = slot_on(day, schedule.at, zone)
            if seen < slot <= until:
                seen = slot
                yield slot
        day += DAY


def next_slot(schedule: Schedule, *, after: datetime) -> datetime:
    """Return the first slot (UTC) after a moment."""
    return next(slots(schedule, after=after, until=after + 10 * DAY))


def slot_before(schedule: Schedule, *, slot: datetime) -> datetime:
    """Return the slot (UTC) before another one: what was reported since then is its news."""
    return list(slots(schedule, after=slot - 10 * DAY, until=slot - timedelta(seconds=1)))[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a look at a schedule finds: one slot to send now, older ones that join it, and the next one."""

    slot: datetime
    joined: tuple[datetime, ...]
    next_at: datetime


def turn(schedule: Schedule, *, now: datetime) -> Turn | None:
    """Return what is due of a schedule, None when nothing is.

    Slots that were missed while Broadfold was down join the latest of them: one mail, not five.
    """
    due = schedule.next_at
    if due is None or due > now:
        return None
    passed = [due, *slots(schedule, after=due, until=now)]
    return Turn(slot=passed[-1], joined=tuple(passed[:-1]), next_at=next_slot(schedule, after=passed[-1]))


def set_right(schedule: Schedule, *, now: datetime) -> datetime:
    """Return the next slot of a schedule whose clock went back since it was last looked at.

    A slot that has been sent already comes up again then, and the database knows that it was.
    """
    comes = next_slot(schedule, after=now - timedelta(seconds=1))
    return min(comes, schedule.next_at or comes)
