"""An outlet was heard only if every feed of it could be read: a broken feed tells nothing of silence."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.coverage import FeedPolls
from aggregator.domain.ids import FeedId, OutletId
from aggregator.readers.heard import was_heard
from tests.fakes import NOON

START, END = NOON - timedelta(hours=12), NOON - timedelta(hours=6)


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
