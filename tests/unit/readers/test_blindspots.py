"""Blindspots: few reports of a kind where many are usual, and never from a feed that could not be read."""

from datetime import timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.coverage import FeedPolls
from aggregator.domain.ids import FeedId, OutletId
from aggregator.readers.blindspots import Silence, at_most, silence, was_heard
from tests.fakes import NOON

START, END = NOON - timedelta(hours=12), NOON - timedelta(hours=6)


def test_few_reports_where_many_are_usual_are_a_silence() -> None:
    found = silence(own=1, reports=12, usual_own=50, usual_reports=100)
    assert isinstance(found, Silence)
    assert (found.percent, found.usual_percent) == (8, 50)
    assert isclose(found.chance, 13 / 2**12)


@pytest.mark.parametrize(
    ("own", "reports", "usual_own", "usual_reports"),
    [
        (0, 4, 90, 100),
        (3, 12, 90, 100),
        (1, 12, 20, 100),
        (0, 12, 29, 29),
    ],
    ids=["too few reports", "more than a fifth", "as usual", "usual not known"],
)
def test_nothing_is_said_where_nothing_can_be(
    own: int, reports: int, usual_own: int, usual_reports: int
) -> None:
    found = silence(own=own, reports=reports, usual_own=usual_own, usual_reports=usual_reports)
    assert found is None


@given(st.integers(1, 40), st.floats(0, 1))
def test_chances_of_all_numbers_grow_to_one(of: int, share: float) -> None:
    chances = [at_most(number, of=of, share=share) for number in range(of + 1)]
    assert isclose(chances[-1], 1, abs_tol=1e-9)
    assert chances == sorted(chances)


def feed(*polls: tuple[float, bool], **fields: object) -> FeedPolls:
    """Return a feed with polls (hours before noon, whether it could be read)."""
    values = {"added_at": NOON - timedelta(days=9), "is_active": True} | fields
    told = tuple((NOON - timedelta(hours=hours), ok) for hours, ok in polls)
    return FeedPolls(feed=FeedId(1), outlet=OutletId(1), polls=told, **values)  # type: ignore[arg-type]


HEALTHY = ((13.0, True), (11.0, True), (7.0, True), (5.0, True))


@pytest.mark.parametrize(
    ("feeds", "heard"),
    [
        ([feed(*HEALTHY)], True),
        ([], None),
        ([feed(*HEALTHY), feed((13.0, True), (11.0, False), (7.0, False), (5.0, False))], False),
        ([feed((13.0, True), (11.0, False), (9.0, False), (7.0, True), (5.0, True))], False),
        ([feed((13.0, True), (11.0, True), (7.0, False), (5.0, False))], False),
        ([feed((11.0, True), (7.0, True), (5.0, True))], False),
        ([feed((13.0, True))], False),
        ([feed(*HEALTHY, is_active=False)], False),
        ([feed(*HEALTHY, added_at=NOON - timedelta(hours=10))], False),
    ],
    ids=[
        "healthy",
        "no feed",
        "one of two failing",
        "failing half the time",
        "failing at the end",
        "nothing known of before",
        "not polled since",
        "paused",
        "added later",
    ],
)
def test_an_outlet_was_heard_only_when_every_feed_of_it_could_be_read(
    feeds: list[FeedPolls], heard: bool | None
) -> None:
    assert was_heard(feeds, since=START, until=END) is heard


def test_one_failed_poll_that_the_next_makes_good_is_no_silence() -> None:
    told = feed((13.0, True), (11.0, True), (9.0, False), (7.0, True), (5.0, True))
    assert was_heard([told], since=START, until=END) is True


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_a_feed_that_fails_at_the_last_is_never_heard(outcomes: list[bool]) -> None:
    polls = [(13.0 - place, ok) for place, ok in enumerate([*outcomes, False])]
    assert was_heard([feed(*polls)], since=START, until=NOON) is False
