"""Corrections over real storage: at once on the page, and for good in every later build."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.domain.errors import (
    CorrectionRefused,
    CorrectionUnknown,
    DataFolderUnusable,
    StoryUnknown,
)
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import CorrectionAction, StoryState
from aggregator.evaluate import read_labelled
from aggregator.readers.reading import Reading
from aggregator.readers.views import StoryPage
from aggregator.stories.correct import Correct
from tests.databases import memory_storage
from tests.integration.test_build import ELECTION, REPORTS, WINDOW, Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(storage=storage)
    storage.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "own-pairs.jsonl"


@pytest.fixture
def correct(desk: Desk, file: Path) -> Correct:
    return Correct(storage=desk.storage, clock=desk.clock, model=desk.embedder.model_id, pairs=file)


@pytest.fixture
def bridge(desk: Desk) -> tuple[ArticleId, ...]:
    """Three reports that the grouping puts into one story, and a fourth article in its own."""
    members = desk.store_bridge()
    alone = desk.store("lantern", "Hill districts vote", ELECTION)
    desk.run()
    return (*members, alone)


def build_again(desk: Desk) -> None:
    """Build twice, with news in between, so that nothing holds by chance."""
    desk.run()
    desk.clock.advance(hours=1)
    desk.store("beacon", "Otter seen in canal", "An otter was seen in the canal below the old mill.")
    desk.run()


def test_article_taken_out_has_its_own_story_at_once_and_after_every_build(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    first, second, third, _ = bridge
    (home,) = {*desk.homes(first, second, third)}
    done = correct.split(home, [first], by="test")
    homes = desk.homes(first, second, third)
    assert homes[1:] == [home, home]
    assert homes[0] != home
    out, left = desk.story_of(first), desk.story_of(second)
    assert (out.split_from, out.face.article_count, left.face.article_count) == (home, 1, 2)
    assert (done.action, done.by, dict(done.moved)) == (
        CorrectionAction.SPLIT,
        "test",
        {first: (home, out.id)},
    )
    assert done.detail == f"“Harbour bridge in Orsholm closed, lantern learns” is not part of story {home}"
    build_again(desk)
    assert desk.homes(first, second, third) == homes


def test_stories_made_one_stay_one_and_the_other_number_leads_on(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    correct.merge(other, home)
    assert desk.homes(*bridge) == [home] * 4
    with desk.storage.reading() as work:
        led = work.stories.resolve(other)
        kinds = [event.kind for event in work.stories.events(home)]
    assert led is not None
    assert (led.id, led.face.article_count) == (home, 4)
    assert kinds == ["opened", "merged", "grown", "corrected"]
    build_again(desk)
    assert desk.homes(*bridge) == [home] * 4


def test_article_moved_stays_where_it_was_moved_to(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    correct.move(bridge[0], other)
    assert desk.homes(*bridge) == [other, home, home, other]
    build_again(desk)
    assert desk.homes(*bridge) == [other, home, home, other]


def test_lone_article_that_is_moved_leaves_its_number_leading_to_the_other(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    correct.move(bridge[3], home)
    assert desk.homes(*bridge) == [home] * 4
    assert desk.story_of(bridge[3]).face.article_count == 4
    with desk.storage.reading() as work:
        led = work.stories.resolve(other)
    assert led is not None
    assert led.id == home


def test_copies_go_where_their_text_goes_even_those_that_come_later(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    first, second, *_ = bridge
    text, title = REPORTS["lantern"], "Harbour bridge in Orsholm closed, lantern learns"
    copy = desk.store("beacon", title, text)
    desk.run()
    (home,) = {*desk.homes(first, second, copy)}
    correct.split(home, [copy])
    out = desk.homes(copy)[0]
    assert desk.homes(first, second, copy) == [out, home, out]
    late = desk.store("ledger", title, text)
    build_again(desk)
    assert desk.homes(first, second, copy, late) == [out, home, out, out]


def test_undone_split_brings_the_article_back(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    (home,) = {*desk.homes(*bridge[:3])}
    done = correct.split(home, [bridge[0]])
    desk.run()
    undone = correct.undo(done.id)
    assert undone.undone_at == desk.clock.now()
    assert desk.homes(*bridge[:3]) == [home] * 3
    build_again(desk)
    assert desk.homes(*bridge[:3]) == [home] * 3
    with desk.storage.reading() as work:
        details = [event.detail for event in work.stories.events(home) if event.kind == "corrected"]
    assert details == [done.detail, f"undone: {done.detail}"]


def test_undone_merge_parts_the_stories_again(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    done = correct.merge(home, other)
    correct.undo(done.id)
    assert desk.homes(*bridge[:3]) == [home] * 3
    out = desk.story_of(bridge[3])
    assert (out.id, out.state, out.merged_into) == (other, StoryState.OPEN, None)
    assert (out.face.headline, desk.story_of(bridge[0]).face.article_count) == ("Hill districts vote", 3)
    with desk.storage.reading() as work:
        found = work.stories.resolve(other)
    assert found is not None
    assert found.id == other
    before = desk.homes(*bridge)
    build_again(desk)
    assert desk.homes(*bridge) == before


def test_undone_move_goes_back_and_leaves_what_came_later_alone(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    early = correct.split(home, [bridge[0]])
    correct.move(bridge[0], other)
    correct.undo(early.id)
    assert desk.homes(*bridge) == [other, home, home, other]
    build_again(desk)
    assert desk.homes(*bridge) == [other, home, home, other]


def test_reader_who_changes_their_mind_is_heeded(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    (home,) = {*desk.homes(*bridge[:3])}
    correct.split(home, [bridge[0]])
    out = desk.homes(bridge[0])[0]
    correct.merge(out, home)
    build_again(desk)
    assert desk.homes(*bridge[:3]) == [home] * 3
    correct.split(home, [bridge[1]])
    build_again(desk)
    assert desk.homes(bridge[0], bridge[2]) == [home] * 2
    assert desk.homes(bridge[1]) != [home]


def test_closed_story_can_be_corrected_and_stays_closed(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    desk.clock.advance(hours=49)
    desk.run()
    correct.merge(home, other)
    assert desk.homes(*bridge) == [home] * 4
    assert desk.story_of(bridge[0]).state is StoryState.RETIRED


def test_closed_story_opens_again_when_it_takes_an_open_one_in(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home = desk.homes(bridge[0])[0]
    desk.clock.advance(hours=49)
    late = desk.store("beacon", "Otter seen in canal", "An otter was seen in the canal below the old mill.")
    desk.run()
    correct.merge(home, desk.homes(late)[0])
    assert (desk.story_of(late).id, desk.story_of(late).state) == (home, StoryState.OPEN)
    desk.run()
    assert desk.homes(late, *bridge[:3]) == [home] * 4


def test_what_was_corrected_becomes_a_labelled_file(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...], file: Path
) -> None:
    (home,) = {*desk.homes(*bridge[:3])}
    done = correct.split(home, [bridge[0]])
    corpus = read_labelled(file)
    out = desk.homes(bridge[0])[0]
    assert corpus.stories == (str(out), str(home), str(home))
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == [
        str(one) for one in bridge[:3]
    ]
    correct.merge(out, home)
    assert set(read_labelled(file).stories) == {str(home)}
    correct.undo(done.id)
    assert len(read_labelled(file).articles) == 3


def test_nothing_is_corrected_when_the_labelled_file_cannot_be_written(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...], file: Path
) -> None:
    before = desk.everything()
    file.parent.write_text("a file where the folder should be")
    with pytest.raises(DataFolderUnusable):
        correct.split(desk.homes(bridge[0])[0], [bridge[0]])
    assert (desk.everything(), correct.log()) == (before, ())


def test_log_tells_everything_the_newest_first(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    split, merge = correct.split(home, [bridge[0]]), correct.merge(home, other)
    undone = correct.undo(split.id)
    assert correct.log() == (merge, undone)
    assert correct.of_story(home) == (merge,)
    assert correct.of_story(999) == ()


def test_what_cannot_be_corrected_is_refused_with_a_reason(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    home, other = desk.homes(bridge[0], bridge[3])
    before = desk.everything()
    for act, reason in (
        (lambda: correct.merge(home, home), "are one story already"),
        (lambda: correct.split(other, [bridge[3]]), f"every article of story {other} would leave it"),
        (lambda: correct.split(home, [bridge[3]]), f"article {bridge[3]} is not in story {home}"),
        (lambda: correct.split(home, []), "no article was named"),
        (lambda: correct.move(bridge[0], home), f"article {bridge[0]} is in story {home} already"),
        (lambda: correct.move(999, home), "article 999 does not exist"),
    ):
        with pytest.raises(CorrectionRefused, match=reason):
            act()
    with pytest.raises(StoryUnknown):
        correct.merge(home, 999)
    done = correct.split(home, [bridge[0]])
    correct.undo(done.id)
    for number in (done.id, 999):
        with pytest.raises(CorrectionUnknown):
            correct.undo(number)
    assert len(before) == 3


def test_build_that_ran_while_a_reader_corrected_stores_nothing(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    (home,) = {*desk.homes(*bridge[:3])}

    def reader_corrects(step: str, _done: int, _total: int) -> None:
        if step == "group":
            correct.split(home, [bridge[0]])

    assert desk.build()(on_progress=reader_corrects) is None
    build_again(desk)
    assert desk.homes(bridge[1], bridge[2]) == [home] * 2
    assert desk.homes(bridge[0]) != [home]


def test_correction_binds_although_one_of_its_articles_is_too_old_for_the_window(
    desk: Desk, correct: Correct
) -> None:
    early = desk.store("lantern", "Hill districts vote", ELECTION)
    desk.clock.advance(hours=40)
    members = desk.store_bridge()
    desk.run()
    correct.merge(*desk.homes(early, members[0]))
    (home,) = {*desk.homes(early, *members)}
    desk.clock.advance(hours=9)
    desk.run()
    assert desk.homes(early, *members) == [home] * 4


def test_relations_of_members_are_stored_and_renewed(desk: Desk, bridge: tuple[ArticleId, ...]) -> None:
    with desk.storage.reading() as work:
        found = work.relations.of(bridge)
    assert set(found) == set(bridge[:3])
    assert {one.nearest for one in found.values()} <= set(bridge[:3])
    assert all(0 < one.score <= 1 and one.parts["cosine"] > 0 for one in found.values())
    desk.clock.advance(hours=1)
    desk.edit(bridge[2], "Otter seen in canal", "An otter was seen in the canal below the old mill.")
    desk.run()
    with desk.storage.reading() as work:
        assert set(work.relations.of(bridge)) == set(bridge[:2])


def test_relation_stays_when_its_articles_have_left_the_window(
    desk: Desk, bridge: tuple[ArticleId, ...]
) -> None:
    with desk.storage.reading() as work:
        before = work.relations.of(bridge)
    desk.clock.advance(hours=50)
    desk.run()
    with desk.storage.reading() as work:
        assert work.relations.of(bridge) == before


def test_page_of_a_story_tells_why_its_reports_are_together_until_one_is_taken_out(
    desk: Desk, correct: Correct, bridge: tuple[ArticleId, ...]
) -> None:
    reading = Reading(storage=desk.storage, clock=desk.clock, window=WINDOW, model=desk.embedder.model_id)
    (home,) = {*desk.homes(*bridge[:3])}
    page = reading.story(home)
    assert isinstance(page, StoryPage)
    whys = [line.why for line in page.reports if line.why]
    assert len(whys) == 3
    assert all("published at the same time" in why.words for why in whys)
    assert all("Orsholm" in why.shared for why in whys)
    assert any(why.is_weakest for why in whys)
    correct.split(home, [bridge[0]])
    page = reading.story(home)
    assert isinstance(page, StoryPage)
    assert bridge[0] not in {line.why.nearest for line in page.reports if line.why}
