"""A value of an axis is blind only where its silence is more than chance, and never for want of a feed."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import OutletId, StoryId
from aggregator.readers.axes import Axis
from aggregator.readers.blindspots import blindspots, chance_of

NORTH, NORTH_TOO, SOUTH, NOWHERE = (OutletId(n) for n in range(1, 5))
AXIS = Axis(name="country", shown="Country", values={NORTH: "North", NORTH_TOO: "North", SOUTH: "South"})


def voices(
    number: int, north: int = 0, south: int = 0, nowhere: int = 0, topic: str | None = None
) -> StoryVoices:
    counts = {NORTH: north, SOUTH: south, NOWHERE: nowhere}
    return StoryVoices(story=StoryId(number), topic=topic, reports={k: v for k, v in counts.items() if v})


USUAL = [voices(n, north=3, south=3) for n in range(10, 20)]


def values(found: tuple[object, ...]) -> list[tuple[str, bool]]:
    return [(one.value, bool(one.failing)) for one in found]  # type: ignore[attr-defined]


def test_half_of_the_press_that_is_silent_on_a_story_of_nine_is_a_blindspot() -> None:
    (found,) = blindspots(AXIS, voices(1, south=9), USUAL)
    assert (found.value, found.reports, found.total) == ("North", 0, 9)
    assert (found.usual_reports, found.usual_total, found.stories, found.as_low) == (30, 60, 10, 0)
    assert found.chance == 0.5**9


def test_four_reports_or_a_share_above_a_fifth_are_none() -> None:
    assert blindspots(AXIS, voices(1, south=4), USUAL) == ()
    assert blindspots(AXIS, voices(1, north=2, south=7), USUAL) == ()


def test_value_that_is_often_silent_has_no_blindspot() -> None:
    clumped = [voices(n, north=6) if n % 2 else voices(n, south=6) for n in range(10, 20)]
    assert blindspots(AXIS, voices(1, south=9), clumped) == ()


def test_too_few_other_stories_tell_no_usual_share() -> None:
    assert blindspots(AXIS, voices(1, south=9), USUAL[:7]) == ()


def test_stories_of_the_same_topic_are_the_measure_where_there_are_enough() -> None:
    sport = [voices(n, north=3, south=3, topic="sport") for n in range(20, 28)]
    other = [voices(n, south=6) for n in range(30, 60)]
    (found,) = blindspots(AXIS, voices(1, south=9, topic="sport"), [*sport, *other])
    assert (found.topic, found.stories) == ("sport", 8)


def test_failing_feed_makes_it_unknown() -> None:
    assert values(blindspots(AXIS, voices(1, south=9), USUAL, {NORTH_TOO})) == [("North", True)]
    assert values(blindspots(AXIS, voices(1, south=9), USUAL, {SOUTH})) == [("North", False)]


def test_unlabelled_outlets_are_never_blind() -> None:
    usual = [voices(n, nowhere=3, south=3) for n in range(10, 20)]
    assert blindspots(AXIS, voices(1, south=9), usual) == ()


@given(st.integers(1, 40), st.floats(0.01, 0.99))
def test_chance_is_a_probability_that_grows_with_what_is_allowed(total: int, share: float) -> None:
    chances = [chance_of(k, total, share) for k in range(total + 1)]
    assert chances == sorted(chances)
    assert abs(chances[-1] - 1) < 1e-9


def test_story_without_others_to_compare_with_has_no_blindspot() -> None:
    assert blindspots(AXIS, voices(1, south=9), []) == ()
