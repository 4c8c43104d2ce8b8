"""A reader's marks over a real database: read, updated, undone, kept and muted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.domain.errors import MuteRefused, UndoUnknown
from aggregator.domain.ids import ArticleId, ReaderId, StoryId
from aggregator.domain.readers import PERSONAL, Shelf
from aggregator.domain.readstate import Reading
from aggregator.domain.stories import StoryChanges
from aggregator.readers.lens import Lens, Show
from aggregator.readers.marks import Marks
from aggregator.readers.views import StoryCard, StoryMark
from tests.databases import memory_storage
from tests.integration.test_reading import Paper

LENS = Lens(reader=PERSONAL)
UNREAD = Lens(reader=PERSONAL, show=Show.UNREAD)


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def marks(paper: Paper) -> Marks:
    return Marks(storage=paper.storage, clock=paper.clock)


def card(paper: Paper, story: StoryId) -> StoryCard:
    found = paper.reading.story(story, lens=LENS)
    assert not isinstance(found, int)
    assert found is not None
    return found.card


def mark(paper: Paper, story: StoryId) -> StoryMark:
    found = card(paper, story).mark
    assert found is not None
    return found


def stands(paper: Paper, story: StoryId) -> tuple[Reading, int]:
    state = mark(paper, story).state
    return state.reading, state.new_reports


def join(paper: Paper, story: StoryId, *articles: ArticleId) -> None:
    """Let articles come to a story a minute later."""
    paper.clock.advance(minutes=1)
    with paper.storage.writing() as work:
        members = work.stories.members([story])[story]
        changes = StoryChanges(members={story: frozenset({*members, *articles})})
        work.stories.apply(changes, now=paper.clock.now())


def as_of(paper: Paper, story: StoryId) -> datetime:
    found = mark(paper, story).as_of
    assert found is not None
    return found


def shown(paper: Paper, lens: Lens, **asked: int) -> list[str]:
    return [one.headline for one in paper.reading.front_page(lens=lens, **asked).cards]


def test_story_is_read_then_updated_by_new_reports_and_not_by_copies(paper: Paper, marks: Marks) -> None:
    one = paper.article("lantern")
    story = paper.story(one)
    assert stands(paper, story) == (Reading.UNREAD, 0)
    marks.read(PERSONAL, [story], as_of=as_of(paper, story))
    assert stands(paper, story) == (Reading.READ, 0)

    copy = paper.article("herald", "Bridge shut")
    paper.fold(copies={one: one, copy: one}, discusses={})
    join(paper, story, copy)
    assert stands(paper, story) == (Reading.READ, 0)

    join(paper, story, paper.article("courier", "Bridge may open in May", "Repairs will take weeks."))
    assert stands(paper, story) == (Reading.UPDATED, 1)
    read = mark(paper, story).since
    assert read is not None
    assert (read.reports, read.articles) == (1, 1)


def test_story_is_updated_by_new_facts_alone_and_counts_each_once(paper: Paper, marks: Marks) -> None:
    story = paper.story(paper.article("lantern", "Bridge closed", "A crack of 12 metres was found."))
    marks.read(PERSONAL, [story], as_of=as_of(paper, story))

    join(
        paper, story, paper.article("herald", "Bridge is closed", "A crack was found in it, 12 metres long.")
    )
    assert (stands(paper, story), mark(paper, story).state.new_facts) == ((Reading.UPDATED, 1), 1)

    marks.read(PERSONAL, [story], as_of=as_of(paper, story))
    join(paper, story, paper.article("courier", "Crack found, bridge closed", "The crack is 12 metres long."))
    assert (stands(paper, story), mark(paper, story).state.new_facts) == ((Reading.READ, 1), 0)
    assert shown(paper, UNREAD) == []

    join(paper, story, paper.article("gull", "Bridge closed: 30 000 cars a day", "It is 12 metres."))
    join(
        paper, story, paper.article("wire", "Bridge closed", "About 30,000 cars must go round, and 4 buses.")
    )
    assert (stands(paper, story), mark(paper, story).state.new_facts) == ((Reading.UPDATED, 3), 2)


def test_what_joins_after_the_page_was_made_stays_unread(paper: Paper, marks: Marks) -> None:
    story = paper.story(paper.article("lantern"))
    seen = as_of(paper, story)
    join(paper, story, paper.article("courier", "Bridge may open in May", "Repairs will take weeks."))

    marks.read(PERSONAL, [story], as_of=seen)

    assert stands(paper, story) == (Reading.UPDATED, 1)


def test_undo_puts_back_what_was_and_leaves_what_another_tab_marked(paper: Paper, marks: Marks) -> None:
    first, second, third = (paper.told(f"Story {number}") for number in range(3))
    marks.read(PERSONAL, [first])
    paper.clock.advance(minutes=1)
    bulk = marks.read(PERSONAL, [first, second, third])
    assert bulk is not None
    paper.clock.advance(minutes=1)
    marks.read(PERSONAL, [third])

    marks.undo(PERSONAL, bulk)

    readings = [stands(paper, story)[0] for story in (first, second, third)]
    assert readings == [Reading.READ, Reading.UNREAD, Reading.READ]
    with pytest.raises(UndoUnknown):
        marks.undo(PERSONAL, bulk)


def test_nobody_undoes_what_another_reader_marked(paper: Paper, marks: Marks) -> None:
    bulk = marks.read(PERSONAL, [paper.told("Story")])
    assert bulk is not None
    with pytest.raises(UndoUnknown):
        marks.undo(ReaderId(2), bulk)


def test_reading_the_lead_reads_the_story_and_another_article_only_itself(paper: Paper, marks: Marks) -> None:
    lead = paper.article("lantern")
    other = paper.article("courier", "Bridge may open in May", "Repairs will take weeks.")
    story = paper.story(lead, other)
    face_lead = card(paper, story).lead_id
    (second,) = {lead, other} - {face_lead}

    marks.article(PERSONAL, second, is_read=True)
    assert stands(paper, story)[0] is Reading.UNREAD
    marks.article(PERSONAL, face_lead, is_read=True)
    assert stands(paper, story)[0] is Reading.READ
    marks.article(PERSONAL, second, is_read=False)
    assert stands(paper, story)[0] is Reading.UNREAD
    marks.article(PERSONAL, 999, is_read=True)


def test_story_taken_back_is_unread_and_not_updated(paper: Paper, marks: Marks) -> None:
    story = paper.told("Story")
    marks.read(PERSONAL, [story])
    marks.unread(PERSONAL, story)
    assert stands(paper, story) == (Reading.UNREAD, 0)
    assert mark(paper, story).since is None


def test_saved_and_read_story_that_merges_stays_saved_and_is_updated(paper: Paper, marks: Marks) -> None:
    old = paper.told("Old story")
    new = paper.told("New story")
    marks.read(PERSONAL, [old])
    marks.keep(PERSONAL, old, Shelf.SAVED, is_kept=True)
    paper.merge(old, new)

    assert paper.reading.story(old, lens=LENS) == new
    assert stands(paper, new) == (Reading.UPDATED, 1)
    assert mark(paper, new).is_saved
    assert [one.id for one in paper.reading.kept(Shelf.SAVED, lens=LENS).cards] == [new]
    marks.keep(PERSONAL, old, Shelf.SAVED, is_kept=False)
    assert not mark(paper, new).is_saved


def test_kept_stories_are_paged_the_latest_first(paper: Paper, marks: Marks) -> None:
    for number in range(3):
        marks.keep(PERSONAL, paper.told(f"Story {number}"), Shelf.FOLLOWED, is_kept=True)
        paper.clock.advance(minutes=1)

    first = paper.reading.kept(Shelf.FOLLOWED, lens=LENS, limit=2)
    second = paper.reading.kept(Shelf.FOLLOWED, lens=LENS, limit=2, after=first.cursor)

    assert [one.headline for one in (*first.cards, *second.cards)] == ["Story 2", "Story 1", "Story 0"]
    assert second.cursor is None


def test_paging_the_unread_while_marking_read_skips_nothing(paper: Paper, marks: Marks) -> None:
    for number in range(7):
        paper.told(f"Story {number}", hours_ago=number + 1)
    walked: list[str] = []
    after = None
    while True:
        page = paper.reading.front_page(lens=UNREAD, after=after, limit=2)
        walked += [one.headline for one in page.cards]
        marks.read(PERSONAL, [one.id for one in page.cards])
        after = page.cursor
        if after is None:
            break

    assert walked == [f"Story {number}" for number in range(7)]
    assert shown(paper, UNREAD) == []


def test_muted_stories_are_left_out_and_told_with_the_reason(paper: Paper, marks: Marks) -> None:
    paper.told("Cup final drawn", topic="sport")
    paper.told("Harbour bridge closed", hours_ago=2)
    paper.told("World cup of coffee", hours_ago=3)
    paper.told("Rates rise", hours_ago=4, outlet="herald")
    marks.mute(PERSONAL, "word", " cup ", scope="sport")
    marks.mute(PERSONAL, "outlet", str(paper.outlet("herald")))

    page = paper.reading.front_page(lens=LENS)

    assert [one.headline for one in page.cards] == ["Harbour bridge closed", "World cup of coffee"]
    assert [(one.headline, one.why) for one in page.hidden] == [
        ("Cup final drawn", "“cup”, in sport"),
        ("Rates rise", "only The Herald reports it"),
    ]
    assert paper.reading.front_page().cards[0].headline == "Cup final drawn"
    newest = marks.mutes(PERSONAL)[0]
    assert newest.mute.id is not None
    marks.unmute(PERSONAL, newest.mute.id)
    assert "Rates rise" in shown(paper, LENS)


def test_hidden_story_is_told_on_one_page_only(paper: Paper, marks: Marks) -> None:
    for number, title in enumerate(["One", "Cup one", "Two", "Cup two", "Three"]):
        paper.told(title, hours_ago=number + 1)
    marks.mute(PERSONAL, "word", "cup")

    first = paper.reading.front_page(lens=LENS, limit=2)
    second = paper.reading.front_page(lens=LENS, limit=2, after=first.cursor)

    assert [one.headline for one in first.hidden] == ["Cup one"]
    assert [one.headline for one in second.hidden] == ["Cup two"]


@pytest.mark.parametrize(
    ("kind", "value"), [("word", "  "), ("word", "!"), ("colour", "red"), ("word", "x" * 101)]
)
def test_rule_without_anything_to_hide_is_refused(marks: Marks, kind: str, value: str) -> None:
    with pytest.raises(MuteRefused):
        marks.mute(PERSONAL, kind, value)


def test_numbers_of_nothing_are_passed_over(paper: Paper, marks: Marks) -> None:
    assert marks.read(PERSONAL, [404]) is None
    marks.unread(PERSONAL, 404)
    marks.keep(PERSONAL, 404, Shelf.SAVED, is_kept=True)
    assert paper.reading.kept(Shelf.SAVED, lens=LENS).cards == ()


def test_readers_do_not_see_each_others_marks(paper: Paper, marks: Marks) -> None:
    story = paper.told("Story")
    marks.read(PERSONAL, [story])
    found = paper.reading.front_page(lens=replace(LENS, reader=ReaderId(2))).cards[0].mark
    assert found is not None
    assert found.state.reading is Reading.UNREAD
