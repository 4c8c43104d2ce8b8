"""When digests are due: each chosen day has exactly one slot, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from aggregator.digests.schedules import (
    checked,
    next_slot,
    preset,
    set_right,
    slot_before,
    slot_on,
    slots,
    turn,
)
from aggregator.domain.digests import EVERY_DAY, Schedule
from aggregator.domain.errors import DigestRefused
from aggregator.domain.ids import ReaderId

READER = ReaderId(1)
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 400
STEP = timedelta(minutes=15)
"""Clocks change at quarters of an hour everywhere in these zones."""
ZONES = (
    "Europe/Oslo", "Europe/London", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Kolkata",
    "Asia/Kathmandu", "America/New_York", "America/Havana", "America/Santiago", "America/St_Johns",
    "America/Nuuk", "America/Scoresbysund", "Atlantic/Azores", "Australia/Lord_Howe", "Pacific/Chatham",
    "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Marquesas", "Asia/Gaza",
)  # fmt: skip


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def make_schedule(at: time = time(7, 0), zone: str = "Europe/Oslo", **fields: object) -> Schedule:
    values = {"reader": READER, "name": "Morning", "at": at, "zone": zone} | fields
    return Schedule(**values)  # type: ignore[arg-type]


@cache
def walked(zone: str) -> dict[date, list[tuple[time, datetime]]]:
    """Return for each local day the moments of a walk in quarters of an hour, with their local times."""
    there = ZoneInfo(zone)
    found: dict[date, list[tuple[time, datetime]]] = {}
    moment = START - timedelta(days=2)
    while moment < START + timedelta(days=DAYS + 2):
        local = moment.astimezone(there)
        found.setdefault(local.date(), []).append((local.time(), moment))
        moment += STEP
    return found


def by_walking(schedule: Schedule) -> list[datetime]:
    """Return the slots of the whole time, found by walking: the first moment of a day not before `at`.

    Where the clocks leave out the end of a day (Nuuk), it is the first moment of the next one.
    """
    days = walked(schedule.zone)
    firsts = {day: moments[0][1] for day, moments in days.items()}
    found = []
    for day, moments in days.items():
        if day.weekday() in schedule.days:
            late = (moment for local, moment in moments if local >= schedule.at)
            found.append(next(late, firsts.get(day + timedelta(days=1))))
    return [one for one in found if one and START < one <= START + timedelta(days=DAYS)]


schedules = st.builds(
    make_schedule,
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45])),
    st.sampled_from(ZONES),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=15, phases=[Phase.generate])
@given(data=st.data())
def test_scheduler_of_400_days_finds_each_slot_exactly_once(zone: str, data: st.DataObject) -> None:
    """Looks come at any distance, from minutes to days; slots missed between two join the latest."""
    schedule = replace(data.draw(schedules), zone=zone)
    gaps = data.draw(st.lists(st.integers(20, 60 * 24 * 6), min_size=1, max_size=20))
    due = replace(schedule, next_at=next_slot(schedule, after=START))
    done: list[datetime] = []
    now, looks, end = START, 0, START + timedelta(days=DAYS)
    while now < end:
        found = turn(due, now=now)
        if found is not None:
            assert found.slot <= now < found.next_at
            done += [*found.joined, found.slot]
            due = replace(due, next_at=found.next_at)
            assert turn(due, now=now) is None
        now = min(now + timedelta(minutes=gaps[looks % len(gaps)]), end)
        looks += 1
    found = turn(due, now=end)
    done += [*found.joined, found.slot] if found else []
    assert done == by_walking(schedule)


def test_time_that_a_change_of_clocks_leaves_out_is_the_first_moment_after_the_gap() -> None:
    assert slot_on(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Oslo")) == utc(2026, 3, 29, 1, 0)
    assert slot_on(date(2026, 3, 29), time(3, 0), ZoneInfo("Europe/Oslo")) == utc(2026, 3, 29, 1, 0)


def test_time_that_comes_twice_counts_the_first_time() -> None:
    assert slot_on(date(2026, 10, 25), time(2, 30), ZoneInfo("Europe/Oslo")) == utc(2026, 10, 25, 0, 30)


def test_gap_of_half_an_hour_is_one_too() -> None:
    assert slot_on(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe")) == utc(
        2026, 10, 3, 15, 30
    )


def test_day_that_a_zone_left_out_has_its_slot_as_the_next_begins() -> None:
    assert slot_on(date(2011, 12, 30), time(7, 0), ZoneInfo("Pacific/Apia")) == utc(2011, 12, 30, 10, 0)


def test_slots_missed_while_it_was_down_join_the_latest() -> None:
    schedule = make_schedule(next_at=utc(2026, 3, 10, 6, 0))
    found = turn(schedule, now=utc(2026, 3, 14, 12, 0))
    assert found is not None
    assert (found.slot, found.next_at) == (utc(2026, 3, 14, 6, 0), utc(2026, 3, 15, 6, 0))
    assert found.joined == tuple(utc(2026, 3, day, 6, 0) for day in (10, 11, 12, 13))


def test_nothing_is_due_before_its_time() -> None:
    schedule = make_schedule(next_at=utc(2026, 3, 14, 6, 0))
    assert turn(schedule, now=utc(2026, 3, 14, 5, 59, 59)) is None


def test_clock_that_went_back_leads_back_to_the_slot_that_comes_next() -> None:
    ahead = make_schedule(next_at=utc(2099, 1, 1, 6, 0))
    assert set_right(ahead, now=utc(2026, 3, 14, 12, 0)) == utc(2026, 3, 15, 6, 0)


def test_weekly_slot_looks_back_a_week() -> None:
    weekly = make_schedule(days=frozenset({5}))
    assert slot_before(weekly, slot=utc(2026, 3, 14, 6, 0)) == utc(2026, 3, 7, 6, 0)


def test_slots_are_counted_after_the_first_and_up_to_the_last_moment() -> None:
    found = slots(make_schedule(), after=utc(2026, 3, 12, 6, 0), until=utc(2026, 3, 14, 6, 0))
    assert list(found) == [utc(2026, 3, 13, 6, 0), utc(2026, 3, 14, 6, 0)]


@pytest.mark.parametrize(("name", "at", "days"), [("daily", time(7), EVERY_DAY), ("weekly", time(8), {5})])
def test_presets_are_each_morning_and_each_saturday(name: str, at: time, days: set[int]) -> None:
    made = preset(name, READER, "Asia/Kathmandu")
    assert (made.at, made.days, made.zone) == (at, days, "Asia/Kathmandu")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"zone": "Europe/Orsholm"}, "is not a time zone"),
        ({"zone": "../etc/passwd"}, "is not a time zone"),
        ({"zone": ""}, "is not a time zone"),
        ({"days": frozenset()}, "at least one day"),
        ({"days": frozenset({7})}, "at least one day"),
        ({"name": " \n"}, "give the digest a name"),
        ({"name": "x" * 61}, "give the digest a name"),
        ({"most": 0}, "1 to 100 stories"),
    ],
)
def test_schedule_that_cannot_be_is_refused_in_words(fields: dict[str, object], words: str) -> None:
    with pytest.raises(DigestRefused, match=words):
        checked(make_schedule(**fields))


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(DigestRefused, match="daily and weekly"):
        preset("hourly", READER, "UTC")


def test_name_of_a_schedule_is_one_line() -> None:
    assert checked(make_schedule(name=" The\r\nmorning ")).name == "The morning"
