"""What a digest holds: filters, order, and what counts as new in a story that was sent before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.digests.make import ledger
from aggregator.digests.select import FOLLOWED, Selection, Taste, Told, select, update
from aggregator.domain.digests import Filters, Sent
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.readers import Mute, MuteKind, ReadMark
from aggregator.domain.topics import Topic
from tests.factories import make_article
from tests.fakes import NOON
from tests.unit.digests.items import make_digest, make_told

HOUR = timedelta(hours=1)
TOPICS = (Topic(name="world", shown="World", examples=()), Topic(name="sport", shown="Sport", examples=()))
CRASH = make_article(1, "Train crash near Tolm: 9 dead", "Nine people died when a train left the rails.")


def make_taste(**fields: Any) -> Taste:
    values: dict[str, Any] = {
        "filters": Filters(),
        "most": 20,
        "since": NOON - HOUR,
        "first_since": NOON - timedelta(days=1),
    }
    return Taste(**values | fields)


def chosen(selection: Selection) -> list[tuple[str, list[int]]]:
    return [(section.shown, [item.id for item in section.items]) for section in selection.sections]


def after_sending(told: Told) -> Sent:
    """Return the ledger of a reader who was sent this story."""
    return ledger(make_digest(told), {told.story.id: told}, make_taste(), now=NOON)[told.story.id]


def test_sections_follow_the_order_of_topics_and_followed_stories_come_first() -> None:
    pool = [
        make_told(1, topic=None),
        make_told(2, topic="sport"),
        make_told(3),
        make_told(4, topic="sport"),
        make_told(5),
    ]
    found = select(pool, make_taste(followed={StoryId(4)}), TOPICS)
    assert chosen(found) == [(FOLLOWED, [4]), ("World", [3, 5]), ("Sport", [2]), ("Other stories", [1])]


def test_stories_beyond_the_length_are_counted_and_followed_ones_never_are() -> None:
    found = select([make_told(n) for n in range(1, 6)], make_taste(most=2, followed={StoryId(5)}), TOPICS)
    assert (chosen(found), found.more) == ([(FOLLOWED, [5]), ("World", [1])], 3)


def test_only_what_the_searches_find_comes_and_nothing_where_they_find_nothing() -> None:
    pool = [make_told(n) for n in range(1, 4)]
    found = [
        [item.id for item in select(pool, make_taste(found=some, followed={StoryId(3)}), TOPICS).items]
        for some in (None, frozenset({StoryId(2)}), frozenset())
    ]
    assert found == [[3, 1, 2], [2], []]


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (Filters(), [1, 2, 3]),
        (Filters(topics=frozenset({"sport"})), [2]),
        (Filters(topics=frozenset({"other"})), [3]),
        (Filters(folders=frozenset({"Islands"})), [3]),
        (Filters(outlets=frozenset({OutletId(2)})), [1]),
        (Filters(reports=2), [1]),
    ],
)
def test_filters_let_through_what_they_name(filters: Filters, passing: list[int]) -> None:
    pool = [
        make_told(1, make_article(1), make_article(2, outlet=2)),
        make_told(2, make_article(3), topic="sport"),
        make_told(3, make_article(4), topic=None, folders=frozenset({"Islands"})),
    ]
    found = select(pool, make_taste(filters=filters), TOPICS)
    assert sorted(item.id for item in found.items) == passing


def test_muted_stories_are_left_out_and_not_counted() -> None:
    rule = Mute(kind=MuteKind.WORD, value="otter", created_at=NOON)
    pool = [make_told(1, make_article(1, "Otter seen in canal")), make_told(2)]
    found = select(pool, make_taste(mutes=[rule]), TOPICS)
    assert (chosen(found), found.more) == ([("World", [2])], 0)


def test_what_was_read_is_left_out_when_asked_for() -> None:
    marks = {ArticleId(1): ReadMark(is_read=True, at=NOON)}
    pool = [make_told(1, make_article(1)), make_told(2, make_article(2))]
    unread = make_taste(filters=Filters(unread_only=True), marks=marks)
    assert chosen(select(pool, unread, TOPICS)) == [("World", [2])]
    assert len(select(pool, make_taste(marks=marks), TOPICS).items) == 2


def test_story_that_was_beyond_the_length_needs_a_new_report_to_come_back() -> None:
    old = make_told(1, joined={1: NOON - 2 * HOUR})
    assert select([old], make_taste(), TOPICS).items == ()


def test_first_edition_goes_by_the_time_of_the_reports_for_everything_has_just_joined() -> None:
    old = make_told(1, make_article(1, at=NOON - timedelta(days=3)))
    new = make_told(2, make_article(2, at=NOON - HOUR))
    assert chosen(select([old, new], make_taste(since=None), TOPICS)) == [("World", [2])]


def test_story_without_new_facts_does_not_come_back() -> None:
    told = make_told(1, CRASH)
    assert update(told, after_sending(told)) is None


def test_copy_that_arrives_changes_nothing() -> None:
    before = make_told(1, CRASH)
    copy = replace(
        CRASH, id=ArticleId(2), outlet_id=OutletId(2), title="Dosht: 11 dead in crash, say agencies"
    )
    after = make_told(1, CRASH, copy, copies={2: 1}, joined={2: NOON + HOUR})
    assert update(after, after_sending(before)) is None
    assert after.arrived_at == NOON


def test_independent_report_that_says_the_same_changes_nothing() -> None:
    other = make_article(2, "Nine dead as train crashes near Tolm", "Nine people have died.", outlet=2)
    after = make_told(1, CRASH, other)
    assert update(after, after_sending(make_told(1, CRASH))) is None


def test_new_toll_in_a_new_report_is_an_update_that_quotes_it() -> None:
    later = make_article(
        2, "Tolm crash: police", "The toll rose to 14, police say. Nine died at once.", outlet=2
    )
    found = update(make_told(1, CRASH, later), after_sending(make_told(1, CRASH)))
    assert found is not None
    assert found.update == "1 more independent report"
    assert [(one.text, one.outlet) for one in found.said] == [
        ("The toll rose to 14, police say.", "Dosht Times")
    ]


def test_new_toll_in_an_edited_report_is_an_update_too() -> None:
    edited = replace(CRASH, title="Train crash near Tolm: 12 dead")
    found = update(make_told(1, edited), after_sending(make_told(1, CRASH)))
    assert found is not None
    assert (found.update, found.said[0].text) == ("new numbers in a report", "Train crash near Tolm: 12 dead")


def test_headline_that_says_something_else_is_an_update_once_another_report_has_come() -> None:
    other = make_article(2, "Minister of transport resigns over signals", "She left at once.", outlet=2)
    retold = make_told(1, CRASH, other, headline=other.title)
    found = update(retold, after_sending(make_told(1, CRASH)))
    assert found is not None
    assert found.update == "the headline was “Train crash near Tolm: 9 dead”; 1 more independent report"
    assert update(make_told(1, CRASH, headline=other.title), after_sending(make_told(1, CRASH))) is None


def test_story_sent_again_is_measured_against_all_that_was_sent() -> None:
    later = make_article(2, "Tolm crash", "The toll rose to 14.", outlet=2)
    both = make_told(1, CRASH, later)
    taste = make_taste(sent={StoryId(1): after_sending(make_told(1, CRASH))})
    sent = ledger(make_digest(both), {StoryId(1): both}, taste, now=NOON)[StoryId(1)]
    assert update(both, sent) is None
    assert sent.numbers == {"9", "14"}


def test_story_that_the_reader_wants_no_more_of_stays_out_whatever_is_new() -> None:
    sent = replace(after_sending(make_told(1, CRASH)), is_muted=True, numbers=frozenset())
    taste = make_taste(sent={StoryId(1): sent})
    assert select([make_told(1, CRASH)], taste, TOPICS).items == ()


def test_dropping_the_last_stories_counts_them_as_more() -> None:
    whole = make_digest(make_told(1), make_told(2), make_told(3)).selection
    assert chosen(whole.without_last(2)) == [("World", [1])]
    assert whole.without_last(2).more == 4


def test_extracts_are_the_sentences_of_the_gist_that_still_stand_in_their_articles() -> None:
    one = make_told(
        1, CRASH, gist=((1, "Nine people died when a train left the rails."), (1, "Edited away."))
    )
    assert [(extract.text, extract.outlet) for extract in one.item.extracts] == [
        ("Nine people died when a train left the rails.", "The Orsholm Lantern")
    ]
