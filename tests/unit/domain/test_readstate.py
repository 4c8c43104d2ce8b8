"""What a story is to a reader: unread, read or updated, whatever comes in and wherever articles go."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.ids import ArticleId
from aggregator.domain.readers import ReadMark
from aggregator.domain.readstate import (
    Reading,
    ReadState,
    present,
    read_state,
    reports_among,
    seen_as_of,
    with_facts,
)
from aggregator.domain.stories import Folding
from tests.fakes import NOON

Marks = dict[ArticleId, ReadMark]
HOUR = timedelta(hours=1)


def ids(*numbers: int) -> list[ArticleId]:
    return [ArticleId(number) for number in numbers]


def fold(origins: dict[int, int], discusses: Iterable[int] = ()) -> Folding:
    return Folding(
        origin_of={ArticleId(one): ArticleId(other) for one, other in origins.items()},
        discusses={ArticleId(one): ArticleId(1) for one in discusses},
    )


def with_story(articles: Collection[int]) -> Marks:
    return {ArticleId(one): ReadMark(is_read=True, with_story=True, at=NOON) for one in articles}


def alone(article: int, *, is_read: bool) -> Marks:
    return {ArticleId(article): ReadMark(is_read=is_read, at=NOON)}


def state(members: Iterable[int], marks: Marks, folding: Folding | None = None) -> tuple[Reading, int]:
    found = read_state(ids(*members), folding or fold({}), marks)
    return found.reading, found.new_reports


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[ArticleId], Folding]:
    """A story of up to eight articles, some of which copy an earlier one."""
    size = draw(st.integers(1, 8))
    origins: dict[int, int] = {}
    for number in range(1, size + 1):
        own = [one for one in range(1, number) if origins[one] == one]
        origins[number] = draw(st.sampled_from([number, *own]))
    return ids(*range(1, size + 1)), fold(origins)


def test_story_that_nobody_opened_is_unread_however_it_grows() -> None:
    assert state([1, 2, 3], {}) == (Reading.UNREAD, 0)


def test_new_reports_set_updated_with_their_number() -> None:
    found = read_state(ids(1, 2, 3, 4), fold({4: 3}), with_story([1]))

    assert found == ReadState(
        reading=Reading.UPDATED, read=frozenset(ids(1)), new=frozenset(ids(2, 3, 4)), new_reports=2
    )


@pytest.mark.parametrize(
    ("facts", "reading"), [(0, Reading.READ), (1, Reading.UPDATED), (3, Reading.UPDATED)]
)
def test_new_reports_without_a_new_fact_leave_a_story_read(facts: int, reading: Reading) -> None:
    updated = read_state(ids(1, 2), fold({}), with_story([1]))

    assert with_facts(updated, facts) == replace(updated, reading=reading, new_facts=facts)


def test_article_read_by_itself_leaves_its_story_unread() -> None:
    assert state([1, 2], alone(2, is_read=True)) == (Reading.UNREAD, 0)


def test_story_whose_every_report_was_read_by_itself_is_read() -> None:
    assert state([1, 2], alone(1, is_read=True) | alone(2, is_read=True)) == (Reading.READ, 0)


def test_copy_of_a_report_that_was_read_elsewhere_is_read() -> None:
    assert state([9], alone(1, is_read=True), fold({9: 1})) == (Reading.READ, 0)


def test_article_taken_back_makes_its_story_unread_and_only_that_article() -> None:
    found = read_state(ids(1, 2), fold({}), with_story([1, 2]) | alone(2, is_read=False))

    assert (found.reading, found.read) == (Reading.UNREAD, frozenset(ids(1)))


def test_discussion_is_no_new_report() -> None:
    assert state([1, 2], with_story([1]), fold({}, discusses=[2])) == (Reading.READ, 0)


def test_story_of_nothing_but_discussions_can_be_read() -> None:
    assert state([2], with_story([2]), fold({}, discusses=[2])) == (Reading.READ, 0)


def test_read_story_that_swallows_an_unread_one_is_updated_by_its_reports() -> None:
    assert state([1, 2, 7, 8], with_story([1, 2])) == (Reading.UPDATED, 2)


@given(stories())
def test_reading_a_story_marks_all_that_is_there(story: tuple[list[ArticleId], Folding]) -> None:
    members, folding = story

    found = read_state(members, folding, with_story(members))

    assert (found.reading, found.read) == (Reading.READ, frozenset(members))


@given(stories(), st.data())
def test_copies_that_come_later_inherit_read(
    story: tuple[list[ArticleId], Folding], data: st.DataObject
) -> None:
    members, folding = story
    copied = data.draw(st.lists(st.sampled_from(members), min_size=1, max_size=4))
    later = {100 + place: int(folding.origin_of[one]) for place, one in enumerate(copied)}
    grown = Folding(origin_of={**folding.origin_of, **fold(later).origin_of})

    found = read_state([*members, *ids(*later)], grown, with_story(members))

    assert (found.reading, found.read) == (Reading.READ, frozenset([*members, *ids(*later)]))


@given(stories(), st.integers(1, 5))
def test_new_reports_never_make_a_read_story_plainly_unread(
    story: tuple[list[ArticleId], Folding], number: int
) -> None:
    members, folding = story
    later = ids(*range(100, 100 + number))

    found = read_state([*members, *later], folding, with_story(members))

    assert (found.reading, found.new_reports, found.new) == (Reading.UPDATED, number, frozenset(later))


@given(stories(), st.data())
def test_both_halves_of_a_read_story_that_splits_are_read_and_then_updated(
    story: tuple[list[ArticleId], Folding], data: st.DataObject
) -> None:
    members, folding = story
    half = data.draw(st.sets(st.sampled_from(members), min_size=1))
    marks = with_story(members)
    for part in (half, set(members) - half):
        if part:
            assert read_state(part, folding, marks).reading is Reading.READ
            grown = read_state([*part, ArticleId(100)], folding, marks)
            assert (grown.reading, grown.new_reports) == (Reading.UPDATED, 1)


@given(stories())
def test_taking_one_article_back_and_reading_it_again_changes_nothing(
    story: tuple[list[ArticleId], Folding],
) -> None:
    members, folding = story
    marks = with_story(members)
    for one in members:
        back = read_state(members, folding, marks | alone(one, is_read=False))
        assert (back.reading, back.read) == (Reading.UNREAD, frozenset(members) - {one})
        again = read_state(members, folding, marks | alone(one, is_read=True))
        assert again == read_state(members, folding, marks)


@given(st.dictionaries(st.integers(1, 50).map(ArticleId), st.integers(0, 9), min_size=1), st.integers(0, 9))
def test_only_what_had_joined_when_the_page_was_made_is_marked(
    hours: dict[ArticleId, int], made: int
) -> None:
    joined = {article: NOON + hour * HOUR for article, hour in hours.items()}
    seen = {article: at for article, at in joined.items() if at <= NOON + made * HOUR}
    as_of = seen_as_of([seen])

    assert present(joined, as_of or NOON - HOUR) == seen.keys()


def test_page_without_stories_has_nothing_to_be_bound_by() -> None:
    assert seen_as_of([]) is None


def test_copies_are_one_report_and_discussions_none() -> None:
    assert reports_among(ids(1, 2, 3, 4), fold({2: 1}, discusses=[4])) == 2
