"""Who reported the large stories is counted once, and again only where a story's face has changed."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from aggregator.domain.comparing import StoryVoices
from aggregator.domain.ids import StoryId
from aggregator.domain.stories import StoryChanges
from aggregator.readers.blindspots import Counted
from aggregator.readers.voices import DAYS, FRESH, RecentVoices
from aggregator.storage import UnitOfWork
from aggregator.stories.describe import describe
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_reading import Paper

SINCE = NOON - timedelta(days=30)
FIVE = ("lantern", "gull", "signal", "kettle", "chronicle")


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@dataclass
class Counting:
    """The comparisons of a unit of work; it takes note whose voices are asked for."""

    work: UnitOfWork
    asked: list[set[StoryId]] = field(default_factory=list)

    def large(self, **asked: Any) -> Any:
        return self.work.comparisons.large(**asked)

    def voices(self, story_ids: Collection[StoryId]) -> tuple[StoryVoices, ...]:
        self.asked.append(set(story_ids))
        return self.work.comparisons.voices(story_ids)


def story_of(paper: Paper, name: str) -> StoryId:
    return paper.story(*(paper.article(outlet, f"{name}, {outlet}", f"{name} {outlet}.") for outlet in FIVE))


def grow(paper: Paper, story: StoryId, outlet: str) -> None:
    late = paper.article(outlet, f"Late, {outlet}", f"Later than others: {outlet}.")
    with paper.storage.writing() as work:
        members = [*work.stories.members([story])[story], late]
        work.stories.apply(StoryChanges(members={story: frozenset(members)}), now=NOON)
        work.stories.set_faces({story: describe(work.articles.get_many(members), {}, paper.folding)})


def ask(
    paper: Paper, recent: RecentVoices, *, later: timedelta = timedelta(0)
) -> tuple[Counted, list[set[StoryId]]]:
    with paper.storage.reading() as work:
        counting = Counting(work)
        unit = cast(UnitOfWork, SimpleNamespace(comparisons=counting))
        return recent(unit, since=SINCE, now=NOON + later), counting.asked


def reports(found: Counted) -> dict[StoryId, int]:
    return {one.story: sum(one.reports.values()) for one in found.stories}


def test_large_stories_are_counted_once_in_a_while(paper: Paper) -> None:
    story, small = story_of(paper, "Quay"), paper.told("Otters counted")
    recent = RecentVoices()
    found, asked = ask(paper, recent)
    again, asked_again = ask(paper, recent, later=FRESH - timedelta(seconds=1))
    assert (reports(found), asked) == ({story: 5}, [{story}])
    assert (again is found, asked_again, small in reports(again)) == (True, [], False)


def test_later_only_stories_that_changed_are_counted_anew(paper: Paper) -> None:
    quay, mill = story_of(paper, "Quay"), story_of(paper, "Mill")
    recent = RecentVoices()
    ask(paper, recent)
    grow(paper, mill, "courier")
    found, asked = ask(paper, recent, later=FRESH)
    assert (reports(found), asked) == ({quay: 5, mill: 6}, [{mill}])


def test_story_that_was_merged_is_no_longer_among_them(paper: Paper) -> None:
    quay, mill = story_of(paper, "Quay"), story_of(paper, "Mill")
    recent = RecentVoices()
    ask(paper, recent)
    paper.merge(mill, into=quay)
    found, _ = ask(paper, recent, later=FRESH)
    assert mill not in reports(found)


def test_only_some_beginnings_are_remembered(paper: Paper) -> None:
    story_of(paper, "Quay")
    recent = RecentVoices()
    with paper.storage.reading() as work:
        first = recent(work, since=SINCE, now=NOON)
        for number in range(1, DAYS + 1):
            recent(work, since=SINCE + timedelta(days=number), now=NOON)
        again = recent(work, since=SINCE, now=NOON)
    assert (again is first, reports(again)) == (False, reports(first))
