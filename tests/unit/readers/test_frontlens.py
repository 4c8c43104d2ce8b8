"""Which stories a lens shows, from who tells them."""

from datetime import datetime, timedelta

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.coverage import FeedPolls, Telling
from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId
from aggregator.domain.stories import Story, StoryFace, StoryState
from aggregator.readers.axes import Axis
from aggregator.readers.blindspots import counted
from aggregator.readers.frontlens import (
    Blindspots,
    Heap,
    Noted,
    blindspots,
    by_kind,
    of_one_kind,
    of_one_outlet,
)
from tests.fakes import NOON

VALUES = {OutletId(1): "north", OutletId(2): "north", OutletId(3): "south"}


def story(number: int, *, first: datetime = NOON - timedelta(hours=8)) -> Story:
    face = StoryFace(
        lead_id=ArticleId(number),
        headline="",
        excerpt="",
        first_at=first,
        last_at=NOON - timedelta(hours=2),
        article_count=1,
        outlet_count=1,
        origin_count=1,
        lang="en",
        score=0.0,
        parts=(),
    )
    return Story(id=StoryId(number), state=StoryState.OPEN, opened_at=NOON, face=face)


def told(**by: list[int]) -> dict[StoryId, list[Telling]]:
    """Return tellings by the outlets' numbers; a number below zero is a copy."""
    found = {}
    for name, outlets in by.items():
        number = int(name[1:])
        found[StoryId(number)] = [
            Telling(
                article=ArticleId(100 * number + place),
                story=StoryId(number),
                outlet=OutletId(abs(outlet)),
                at=NOON,
                dated=True,
                origin=ArticleId(100 * number + place if outlet > 0 else 1),
            )
            for place, outlet in enumerate(outlets)
        ]
    return found


STORIES = [story(number) for number in (1, 2, 3, 4)]
TOLD = told(s1=[1, 2], s2=[1, 3], s3=[1], s4=[1, 9])


def noted(*numbers: int) -> tuple[Noted, ...]:
    return tuple(Noted(story=StoryId(number)) for number in numbers)


def test_one_kind_wants_two_outlets_that_are_alike_and_nobody_unlabelled() -> None:
    assert of_one_kind(STORIES, TOLD, VALUES) == (Heap(value="north", stories=noted(1)),)


def test_one_outlet_alone_is_shown_under_its_name() -> None:
    names = {OutletId(1): "The Lantern", OutletId(3): "The Gull"}
    assert of_one_outlet(STORIES, TOLD, names) == (Heap(value="The Lantern", stories=noted(3)),)
    assert of_one_outlet(STORIES, TOLD, {OutletId(3): "The Gull"}) == ()


def test_stories_stand_under_the_kind_with_most_independent_reports_the_unlabelled_last() -> None:
    tellings = told(s1=[3, 3, 1], s2=[-3, -3, 1], s3=[9], s4=[9, 3])
    assert by_kind(STORIES, tellings, VALUES) == (
        Heap(value="south", stories=noted(1, 4)),
        Heap(value="north", stories=noted(2)),
        Heap(value="", stories=noted(3)),
    )


def test_one_value_shows_all_that_it_tells() -> None:
    assert by_kind(STORIES, TOLD, VALUES, value="south") == (Heap(value="south", stories=noted(2)),)
    assert by_kind(STORIES, TOLD, VALUES, value="east") == ()


def feeds(*failing: int, added: datetime = NOON - timedelta(days=20)) -> list[FeedPolls]:
    return [
        FeedPolls(
            feed=FeedId(outlet),
            outlet=outlet,
            added_at=added,
            is_active=True,
            polls=tuple((NOON - timedelta(hours=hours), outlet not in failing) for hours in range(12, 0, -1)),
        )
        for outlet in VALUES
    ]


AXIS = Axis(name="side", shown="side", values=VALUES)
HABIT = [
    StoryVoices(story=StoryId(50 + number), topic=None, reports={OutletId(1): 3, OutletId(3): 4})
    for number in range(8)
]
VOICES = counted(
    [*HABIT, StoryVoices(story=StoryId(1), topic=None, reports={OutletId(1): 6, OutletId(2): 2})]
)


def test_a_blindspot_says_how_few_and_what_is_usual_and_of_how_many() -> None:
    assert blindspots(STORIES, VOICES, AXIS, feeds(), now=NOON) == Blindspots(
        heaps=(
            Heap(
                value="south",
                stories=(
                    Noted(
                        story=StoryId(1),
                        note="south: none of 8 independent reports, where 57 % are usual "
                        "(32 of 56 reports in 8 other stories)",
                    ),
                ),
            ),
        ),
        unknown=0,
    )


def test_an_outlet_whose_feed_failed_is_unknown_and_not_silent() -> None:
    assert blindspots(STORIES, VOICES, AXIS, feeds(3), now=NOON) == Blindspots(heaps=(), unknown=1)


def test_an_outlet_that_was_added_after_the_story_began_is_unknown() -> None:
    late = feeds(added=NOON - timedelta(hours=4))
    assert blindspots(STORIES, VOICES, AXIS, late, now=NOON) == Blindspots(heaps=(), unknown=1)


def test_an_outlet_without_any_feed_makes_no_blindspot() -> None:
    assert blindspots(STORIES, VOICES, AXIS, (), now=NOON) == Blindspots(heaps=(), unknown=1)
