"""Stories compared before anybody asks, and what is swept away: never what a page needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from aggregator.domain.comparing import Comparison
from aggregator.domain.ids import StoryId
from aggregator.domain.stories import StoryChanges
from aggregator.readers.compared import ComparePage
from aggregator.readers.comparing import Comparing
from aggregator.storage import open_storage
from aggregator.stories.ahead import AheadReport, CompareAhead
from aggregator.stories.comparing import Compare
from aggregator.stories.embed import Embedder
from tests.databases import file_storage, memory_storage
from tests.fakes import NOON, FrozenClock, HashedWords
from tests.integration.test_comparing import FANS, FIRE, body, three_reports
from tests.integration.test_reading import Paper

DAY = timedelta(days=1)
WINDOW = 4 * DAY


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


def ahead(paper: Paper, *, most: int = 12, embedder: Embedder | None = None) -> CompareAhead:
    compare = Compare(storage=paper.storage, embedder=embedder or paper.embedder)
    return CompareAhead(
        storage=paper.storage, clock=paper.clock, compare=compare, window=WINDOW, most=most, seconds=10
    )


def told_by(paper: Paper, name: str, outlets: Sequence[str]) -> StoryId:
    """Store a story that is its own: every sentence names it."""
    fire, fans = (f"{one.removesuffix('.')} at {name}." for one in (FIRE, FANS))
    return paper.story(
        *(paper.article(o, f"{name} burns: {o}", body(fire, fans, desk=f"{o} {name}")) for o in outlets)
    )


def compared(paper: Paper, *stories: StoryId) -> list[bool]:
    with paper.storage.reading() as work:
        return [work.comparisons.get(one) is not None for one in stories]


def grown(paper: Paper, story: StoryId, outlet: str) -> str:
    """Add an article to a story, and return the only sentence that no other article has."""
    new = f"A driver from {outlet} ran back twice to knock on windows."
    late = paper.article(outlet, f"Driver ran back, says {outlet}", f"{FIRE} {new}")
    with paper.storage.writing() as work:
        members = frozenset([*work.stories.members([story])[story], late])
        work.stories.apply(StoryChanges(members={story: members}), now=NOON)
    paper.embedder.encoded.clear()
    return new


def test_page_of_a_story_compared_ahead_asks_the_model_nothing(paper: Paper) -> None:
    story = three_reports(paper)
    ahead(paper)()
    paper.embedder.encoded.clear()
    compare = Compare(storage=paper.storage, embedder=paper.embedder)
    page = Comparing(storage=paper.storage, clock=paper.clock, compare=compare)(story)
    assert isinstance(page, ComparePage)
    assert ([row.outlets for row in page.rows][:1], paper.embedder.encoded) == ([3], [])


def test_only_what_three_outlets_tell_is_compared_ahead_and_once(paper: Paper) -> None:
    three, two = three_reports(paper), told_by(paper, "Quay", ["lantern", "gull"])
    job = ahead(paper)
    assert [job().compared, job().compared] == [1, 0]
    assert compared(paper, three, two) == [True, False]


def test_story_that_grew_is_compared_anew_with_the_sentences_that_are_new(paper: Paper) -> None:
    story = three_reports(paper)
    job = ahead(paper)
    job()
    new = grown(paper, story, "kettle")
    assert job().compared == 1
    assert paper.embedder.encoded == ["Driver ran back, says kettle", new]


def test_best_stories_come_first_and_no_more_than_so_many(paper: Paper) -> None:
    small = told_by(paper, "Quay", ["lantern", "gull", "signal"])
    large = told_by(paper, "Mill", ["lantern", "gull", "signal", "kettle"])
    assert ahead(paper, most=1)().compared == 1
    assert compared(paper, large, small) == [True, False]


def test_no_story_is_begun_when_the_time_is_up(paper: Paper) -> None:
    @dataclass
    class Slow(HashedWords):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            paper.clock.advance(seconds=6)
            return super().encode(texts)

    for name in ("Quay", "Mill", "Yard"):
        told_by(paper, name, ["lantern", "gull", "signal"])
    assert ahead(paper, embedder=Slow())().compared == 2


def test_nobody_waits_for_the_database_while_the_model_works(tmp_path: Path) -> None:
    storage = file_storage(tmp_path / "b.db", patience=0.1)
    other = open_storage(f"sqlite:///{tmp_path / 'b.db'}", patience=0.1)

    @dataclass
    class Working(HashedWords):
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            with other.writing() as work:
                work.leases.claim("meanwhile", owner="a", now=NOON, until=NOON)
            return super().encode(texts)

    paper = Paper(storage=storage)
    three_reports(paper)
    assert ahead(paper, embedder=Working())().compared == 1
    storage.close()
    other.close()


def test_sweep_leaves_what_a_living_story_needs_and_takes_what_is_idle(paper: Paper) -> None:
    story = three_reports(paper)
    stray = np.ones((2, paper.embedder.dim), dtype=np.float32)
    with paper.storage.writing() as work:
        work.comparisons.put_vectors(paper.embedder.model_id, ["a" * 64, "b" * 64], stray)
        work.comparisons.put_vectors("another-model", ["c" * 64], stray[:1])
    assert ahead(paper)() == AheadReport(compared=1, vectors=3, comparisons=0)
    new = grown(paper, story, "kettle")
    Compare(storage=paper.storage, embedder=paper.embedder)(story)
    assert paper.embedder.encoded == ["Driver ran back, says kettle", new]


def test_sweep_takes_vectors_of_old_stories_and_leaves_their_comparison_readable(paper: Paper) -> None:
    story = three_reports(paper)
    ahead(paper)()
    with paper.storage.reading() as work:
        before = work.comparisons.get(story)
    paper.clock.advance(days=12)
    report = ahead(paper)()
    assert (report.vectors > 0, report.comparisons) == (True, 0)
    paper.embedder.encoded.clear()
    assert Compare(storage=paper.storage, embedder=paper.embedder)(story) == before
    assert paper.embedder.encoded == []


def test_comparisons_of_merged_and_of_long_ended_stories_are_swept_away(paper: Paper) -> None:
    living, merged = three_reports(paper), told_by(paper, "Mill", ["lantern", "gull", "signal"])
    with paper.storage.writing() as work:
        work.comparisons.put(merged, Comparison(of="before"))
    paper.merge(merged, living)
    assert ahead(paper)().comparisons == 1
    paper.clock.advance(days=61)
    assert ahead(paper)().comparisons == 1
    assert compared(paper, living, merged) == [False, False]


def test_sweep_comes_once_in_six_hours_whoever_does_it(paper: Paper) -> None:
    def swept(clock: FrozenClock) -> int:
        with paper.storage.writing() as work:
            work.comparisons.put_vectors("old-model", ["d" * 64], np.ones((1, 2), dtype=np.float32))
        paper.clock = clock
        return ahead(paper)().vectors

    hours = [NOON + timedelta(hours=hour) for hour in (0, 1, 5, 7)]
    assert [swept(FrozenClock(at=at)) for at in hours] == [1, 0, 0, 1]


def test_sweep_goes_through_more_vectors_than_one_transaction_looks_at(
    paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.stories.ahead.CHUNK", 2)
    keys = [f"{number:064x}" for number in range(7)]
    with paper.storage.writing() as work:
        work.comparisons.put_vectors("old-model", keys, np.ones((7, 2), dtype=np.float32))
    assert ahead(paper)().vectors == 7
