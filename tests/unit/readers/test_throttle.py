"""How often passwords can be tried, by a clock that stands still."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.readers.throttle import MOST, SPAN, Throttle, place, wait
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)


def test_few_tries_need_no_wait() -> None:
    assert wait([NOON, NOON], 3, NOON) == timedelta(0)


def test_wait_ends_when_the_try_that_filled_the_bound_is_old() -> None:
    tries = [NOON, NOON + MINUTE, NOON + 2 * MINUTE]
    assert wait(tries, 3, NOON + 5 * MINUTE) == timedelta(minutes=10)
    assert wait(tries, 2, NOON + 5 * MINUTE) == timedelta(minutes=11)
    assert wait(tries, 3, NOON + SPAN) == timedelta(0)


@given(st.lists(st.integers(0, 3600), max_size=30), st.integers(1, 6))
def test_never_more_than_the_bound_gets_through_in_any_span(seconds: list[int], most: int) -> None:
    throttle = Throttle()
    times = [NOON + timedelta(seconds=second) for second in sorted(seconds)]
    passed = [at for at in times if not throttle.take({"a": most}, at)]
    assert all(sum(start <= at < start + SPAN for at in passed) <= most for start in passed)


def test_try_that_is_refused_for_one_bound_does_not_count_for_the_other() -> None:
    throttle = Throttle()
    for _ in range(3):
        throttle.take({"name ada": 1, "address 192.0.2.1": 2}, NOON)
    assert throttle.tries == {"name ada": [NOON], "address 192.0.2.1": [NOON]}


def test_right_password_is_forgiven() -> None:
    throttle = Throttle()
    throttle.take({"name": 5, "address": 20}, NOON)
    throttle.take({"name": 5, "address": 20}, NOON + MINUTE)
    throttle.forgive("name", "address", NOON + MINUTE)
    assert throttle.tries == {"address": [NOON]}


def test_after_a_restart_tries_are_counted_from_nothing() -> None:
    before, after = Throttle(), Throttle()
    for _ in range(2):
        assert before.take({"name": 2}, NOON) == timedelta(0)

    assert (before.take({"name": 2}, NOON), after.take({"name": 2}, NOON)) == (SPAN, timedelta(0))


def test_memory_is_bounded() -> None:
    throttle = Throttle()
    for number in range(MOST + 5):
        throttle.take({str(number): 5}, NOON)
    assert (len(throttle.tries), "4" in throttle.tries, "5" in throttle.tries) == (MOST, False, True)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_addresses_of_one_household_count_as_one(address: str, counted: str) -> None:
    assert place(address) == counted
