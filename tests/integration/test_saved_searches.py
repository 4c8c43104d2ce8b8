"""Kept searches over a real database: named, ordered, bounded, and as sections of the front page."""

from collections.abc import Iterator
from datetime import UTC
from itertools import count

import pytest

from aggregator.domain.errors import SavedSearchRefused
from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.readers import PERSONAL
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.readers.finding import FindStories
from aggregator.readers.lens import Lens, Show
from aggregator.readers.marks import Marks
from aggregator.readers.savedsearches import LOOKED_AT, MOST, MOST_ON_FRONT, SavedSearches
from aggregator.readers.sections import BEST
from tests.databases import memory_storage
from tests.integration.test_reading import WINDOW, Paper

LENS = Lens(reader=PERSONAL)


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def saved(paper: Paper) -> SavedSearches:
    numbers = count(1)
    return SavedSearches(
        storage=paper.storage,
        clock=paper.clock,
        window=WINDOW,
        new_token=lambda: f"secret-{next(numbers)}",
    )


def names(saved: SavedSearches) -> list[str]:
    return [one.name for one in saved.of(PERSONAL)]


def section(saved: SavedSearches, query: str, lens: Lens = LENS) -> list[StoryId]:
    saved.show(PERSONAL, saved.save(PERSONAL, query), on_front=True)
    (found,) = saved.sections(lens, zone=UTC)
    return [card.id for card in found.cards]


def test_search_is_kept_under_its_words_or_a_name_behind_the_others(saved: SavedSearches) -> None:
    saved.save(PERSONAL, "harbour   bridge")
    saved.save(PERSONAL, "otter lang:en", "  Otters  abroad ")
    assert [(s.name, s.query, s.on_front, s.token) for s in saved.of(PERSONAL)] == [
        ("harbour bridge", "harbour bridge", False, "secret-1"),
        ("Otters abroad", "otter lang:en", False, "secret-2"),
    ]


@pytest.mark.parametrize(
    ("query", "name", "why"),
    [
        ("  ", "", "search for something first"),
        ("otter", "x" * 101, "a name may have 100 characters"),
        ("bridge", "Again", "it is kept already, as “The bridge”"),
    ],
)
def test_search_that_cannot_be_kept_is_refused(saved: SavedSearches, query: str, name: str, why: str) -> None:
    saved.save(PERSONAL, "bridge", "The bridge")
    with pytest.raises(SavedSearchRefused, match=why):
        saved.save(PERSONAL, query, name)
    assert names(saved) == ["The bridge"]


def test_fifty_searches_are_kept_and_no_more(saved: SavedSearches) -> None:
    for number in range(MOST):
        saved.save(PERSONAL, f"word{number}")
    with pytest.raises(SavedSearchRefused, match="no room for more"):
        saved.save(PERSONAL, "one more")
    assert len(saved.of(PERSONAL)) == MOST


def test_searches_move_among_each_other_and_stop_at_the_ends(saved: SavedSearches) -> None:
    one, _, three = (saved.save(PERSONAL, word) for word in ("one", "two", "three"))
    saved.move(PERSONAL, three, -1)
    assert names(saved) == ["one", "three", "two"]
    saved.move(PERSONAL, one, -1)
    saved.move(PERSONAL, one, 1)
    assert names(saved) == ["three", "one", "two"]


def test_search_is_renamed_deleted_and_given_another_address(saved: SavedSearches) -> None:
    one = saved.save(PERSONAL, "one")
    assert saved.rename(PERSONAL, one, "First")
    assert saved.renew(PERSONAL, one)
    assert saved.by_token("secret-1") is None
    found = saved.by_token("secret-2")
    assert found is not None
    assert found.name == "First"
    assert saved.remove(PERSONAL, one) == found
    assert saved.by_token("secret-2") is None


def test_nobody_changes_the_search_of_somebody_else(saved: SavedSearches) -> None:
    one, other = saved.save(PERSONAL, "one"), ReaderId(2)
    assert not saved.rename(other, one, "Mine")
    assert not saved.move(other, one, 1)
    assert not saved.show(other, one, on_front=True)
    assert not saved.renew(other, one)
    assert saved.remove(other, one) is None
    assert [(s.name, s.on_front, s.token) for s in saved.of(PERSONAL)] == [("one", False, "secret-1")]


def test_section_shows_the_newest_stories_that_hold_the_words(paper: Paper, saved: SavedSearches) -> None:
    told = [paper.told(f"Bridge {n}", hours_ago=n + 1) for n in range(BEST + 1)]
    paper.told("Otter seen")
    paper.told("Bridge of old", hours_ago=49)
    assert section(saved, "bridge") == told[:BEST]


def test_section_looks_at_the_latest_articles_only(paper: Paper, saved: SavedSearches) -> None:
    one = paper.told("Bridge and otter", hours_ago=0.5)
    for number in range(LOOKED_AT):
        paper.told(f"Bridge {number}", hours_ago=2)
    assert one not in section(saved, "bridge")
    saved.remove(PERSONAL, saved.of(PERSONAL)[0].id)
    assert section(saved, "bridge otter") == [one]


def test_section_follows_filters_rules_and_reading(paper: Paper, saved: SavedSearches) -> None:
    marks = Marks(storage=paper.storage, clock=paper.clock)
    read, unread, muted = (paper.told(f"Bridge {word}") for word in ("open", "shut", "otter"))
    marks.read(PERSONAL, [read])
    marks.mute(PERSONAL, "word", "otter")

    assert section(saved, "bridge is:unread") == [unread]
    (found,) = saved.sections(Lens(reader=PERSONAL, show=Show.UNREAD), zone=UTC)
    assert ([c.id for c in found.cards], [h.id for h in found.hidden]) == ([unread], [muted])


def test_front_page_has_room_for_six_searches(saved: SavedSearches) -> None:
    numbers = [saved.save(PERSONAL, f"word{number}") for number in range(MOST_ON_FRONT + 1)]
    for number in numbers[:-1]:
        saved.show(PERSONAL, number, on_front=True)
    with pytest.raises(SavedSearchRefused, match="the front page has 6"):
        saved.show(PERSONAL, numbers[-1], on_front=True)
    saved.show(PERSONAL, numbers[0], on_front=False)
    assert saved.show(PERSONAL, numbers[-1], on_front=True)
    assert [one.search.id for one in saved.sections(LENS, zone=UTC)] == numbers[1:]


def found_by(paper: Paper, *numbers: int, reader: ReaderId = PERSONAL) -> frozenset[StoryId]:
    with paper.storage.reading() as work:
        some = [SavedSearchId(one) for one in numbers]
        return FindStories()(work, reader, some, zone=UTC, now=paper.clock.now())


def test_stories_of_several_searches_are_found_together_by_their_words(
    paper: Paper, saved: SavedSearches
) -> None:
    bridge, otter, _ = (paper.told(title) for title in ("Bridge shut", "Otter seen", "Ferry late"))
    one, other = saved.save(PERSONAL, "bridge"), saved.save(PERSONAL, "otter")

    assert found_by(paper, one, other) == {bridge, otter}


def test_search_that_is_gone_or_of_another_reader_finds_nothing(paper: Paper, saved: SavedSearches) -> None:
    paper.told("Bridge shut")
    mine, gone = saved.save(PERSONAL, "bridge"), saved.save(PERSONAL, "shut")
    saved.remove(PERSONAL, gone)

    assert [found_by(paper, gone), found_by(paper, mine, reader=ReaderId(2))] == [frozenset()] * 2


def test_search_for_what_is_unread_asks_for_its_reader(paper: Paper, saved: SavedSearches) -> None:
    read, unread = paper.told("Bridge open"), paper.told("Bridge shut")
    Marks(storage=paper.storage, clock=paper.clock).read(PERSONAL, [read])

    assert found_by(paper, saved.save(PERSONAL, "bridge is:unread")) == {unread}
