"""A search by what its reader did with the stories."""

from collections.abc import Iterator

import pytest

from aggregator.domain.readers import PERSONAL, Shelf
from aggregator.domain.readstate import Reading
from aggregator.readers.lens import Lens
from aggregator.readers.marks import Marks
from tests.databases import memory_storage
from tests.integration.test_marks import join
from tests.integration.test_reading import Paper
from tests.integration.test_search import Desk, Hashed

LENS = Lens(reader=PERSONAL)


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(Paper(storage=storage), Hashed(model_id="hashed"))
    storage.close()


@pytest.fixture
def marks(desk: Desk) -> Marks:
    return Marks(storage=desk.storage, clock=desk.paper.clock)


def found(desk: Desk, text: str) -> list[int]:
    return sorted(one.card.id for one in desk.search(text, lens=LENS).found)


def test_stories_are_found_by_how_they_stand_with_the_reader(desk: Desk, marks: Marks) -> None:
    read, unread, updated, saved, both = (
        desk.told(f"Bridge {word}") for word in ("red", "blue", "green", "black", "white")
    )
    marks.read(PERSONAL, [read, updated])
    join(desk.paper, updated, desk.paper.article("courier", "Bridge may open", "Repairs take weeks."))
    marks.keep(PERSONAL, saved, Shelf.SAVED, is_kept=True)
    marks.keep(PERSONAL, both, Shelf.SAVED, is_kept=True)
    marks.keep(PERSONAL, both, Shelf.FOLLOWED, is_kept=True)

    assert found(desk, "bridge is:read") == [read]
    assert found(desk, "bridge is:unread") == [unread, updated, saved, both]
    assert found(desk, "is:saved") == [saved, both]
    assert found(desk, "is:saved IS:followed") == [both]
    assert found(desk, "bridge is:followed") == [both]
    assert found(desk, "otter is:saved") == []
    assert found(desk, "is:unread") == [unread, updated, saved, both]


def test_merged_story_is_found_under_the_one_it_is_part_of(desk: Desk, marks: Marks) -> None:
    one, other = desk.told("Bridge red"), desk.told("Bridge blue")
    marks.keep(PERSONAL, one, Shelf.SAVED, is_kept=True)
    desk.paper.merge(one, other)
    assert found(desk, "is:saved") == [other]


def test_unknown_standing_is_told_and_searched_for(desk: Desk) -> None:
    page = desk.search("is:blue", lens=LENS)
    assert page.notes[0] == (
        "A story cannot be “blue” here; what is: knows are unread, read, saved, followed. "
        "It was searched for as words."
    )


def test_read_and_unread_at_once_is_told_to_find_nothing(desk: Desk) -> None:
    desk.told("Bridge red")
    page = desk.search("is:read is:unread", lens=LENS)
    assert page.found == ()
    assert "No story is both read and unread, so nothing can be found." in page.notes


def test_search_of_nobody_leaves_the_filter_out_and_says_so(desk: Desk) -> None:
    story = desk.told("Bridge red")
    page = desk.search("bridge is:saved")
    assert [one.card.id for one in page.found] == [story]
    assert page.notes == ("Nobody in particular searches here, so “is:” was left out.",)


def test_cards_of_a_search_tell_what_the_reader_did(desk: Desk, marks: Marks) -> None:
    story = desk.told("Bridge red")
    marks.read(PERSONAL, [story])
    (one,) = desk.search("bridge", lens=LENS).found
    assert one.card.mark is not None
    assert one.card.mark.state.reading is Reading.READ
