"""What a person types becomes a query, and nothing that can be typed makes it fail."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.search import Query, has_token
from aggregator.domain.topics import Topic
from aggregator.readers.query import FILTERS, Known, parse_query
from tests.fakes import NOON

OSLO = ZoneInfo("Europe/Oslo")
OUTLETS = tuple(
    Outlet(id=OutletId(number), name=name, domain=domain)
    for number, (name, domain) in enumerate(
        [
            ("The Orsholm Lantern", "lantern.example"),
            ("Élan Sport", "elan.example"),
            ("Élan", "news.example"),
        ],
        1,
    )
)
TOPICS = (Topic(name="science", shown="Science & Health", examples=()),)
KNOWN = Known(outlets=OUTLETS, topics=TOPICS, zone=OSLO, now=NOON)


def parsed(text: str, **fields: Any) -> None:
    """Compare what a text becomes with the only fields that it should fill."""
    assert parse_query(text, KNOWN) == Query(**fields)


def test_words_phrases_and_unwanted_words_are_told_apart() -> None:
    parsed(
        'harbour "bridge  closed" -cards -"ferry boat" co-op 12:30',
        words=("harbour", "co-op", "12:30"),
        phrases=("bridge closed",),
        without=("cards", "ferry boat"),
    )


def test_printed_quotation_marks_do_as_well_and_an_open_one_ends_with_the_text() -> None:
    parsed("“bridge closed” „so“", phrases=("bridge closed", "so"))
    parsed('a "bridge closed', words=("a",), phrases=("bridge closed",))


def test_words_count_once_and_signs_do_not() -> None:
    parsed('bridge bridge - "" "…" -… & "bridge"', words=("bridge",), phrases=("bridge",))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("lantern", {1}),
        ("LANTERN.example", {1}),
        ('"the orsholm lantern"', {1}),
        ("orsholm", {1}),
        ("elan", {2, 3}),
        ('"elan sport"', {2}),
    ],
)
def test_an_outlet_is_named_by_name_domain_or_the_beginning_of_a_word(value: str, found: set[int]) -> None:
    parsed(f"outlet:{value}", outlets=frozenset(map(OutletId, found)))


def test_an_address_and_a_time_are_no_filters() -> None:
    parsed("https://lantern.example/x", words=("https://lantern.example/x",))


def test_topics_and_languages_are_filters_and_any_of_several_will_do() -> None:
    parsed('topic:science topic:"science & health"', topics=frozenset({"science"}))
    parsed("lang:de LANG:en-GB", langs=frozenset({"de", "en"}))


@pytest.mark.parametrize(
    ("value", "start"),
    [
        ("2026-03-14", datetime(2026, 3, 13, 23, tzinfo=UTC)),
        ("2026-7-1", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-03", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2026", datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("today", datetime(2026, 3, 13, 23, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 3, 12, 23, tzinfo=UTC)),
    ],
)
def test_a_date_is_where_it_begins_in_the_readers_zone(value: str, start: datetime) -> None:
    parsed(f"after:{value}", after=start)
    parsed(f"before:{value}", before=start)


def test_of_several_dates_the_narrowest_count() -> None:
    parsed(
        "after:2025 after:2026 before:2028 before:2027",
        after=datetime(2025, 12, 31, 23, tzinfo=UTC),
        before=datetime(2026, 12, 31, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "words", "note"),
    [
        ("outlet:nobody x", ("nobody", "x"), "No outlet is called “nobody”. It was searched for as words."),
        (
            "topic:golf",
            ("golf",),
            "There is no topic “golf”; the topics are science. It was searched for as words.",
        ),
        (
            "lang:german!",
            ("german!",),
            "“german!” is not the code of a language, such as en or de. It was searched for as words.",
        ),
        (
            "after:2026-02-30",
            ("2026-02-30",),
            "“2026-02-30” is no date; write 2026-03-14, 2026-03, 2026, today or yesterday. "
            "It was searched for as words.",
        ),
        (
            "site:x",
            ("site", "x"),
            "“site:x” is no filter; it was searched for as words. "
            "The filters are outlet:, topic:, lang:, is:, before:, after:.",
        ),
        (
            "outlet: x",
            ("outlet:", "x"),
            "“outlet:” needs a value right behind the colon; it was taken for a word.",
        ),
    ],
)
def test_what_is_no_filter_is_told_and_searched_for(text: str, words: tuple[str, ...], note: str) -> None:
    parsed(text, words=words, notes=(note,))


def test_a_filter_cannot_be_turned_round() -> None:
    note = "A filter cannot be turned round with a minus; “-outlet:lantern” was taken for words."
    parsed("bridge -outlet:lantern", words=("bridge",), without=("outlet lantern",), notes=(note,))


def test_dates_that_leave_no_time_are_told() -> None:
    assert parse_query("after:2026 before:2025", KNOWN).notes == (
        "No time is after the one date and before the other, so nothing can be found.",
    )


PIECES = st.one_of(
    st.text(),
    st.sampled_from(["-", '"', ":", " ", "“", "\0", "9999", "0000-00-00", "-outlet:", "today", "\ud800"]),
    st.sampled_from([f"{name}:" for name in FILTERS]),
    st.dates().map(lambda day: f"before:{day} after:{day}"),
)
ZONES = st.sampled_from([None, UTC, OSLO, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/Los_Angeles")])


@given(st.lists(PIECES).map("".join), ZONES)
def test_no_text_makes_it_fail_and_every_part_of_a_query_can_be_searched(
    text: str, zone: ZoneInfo | None
) -> None:
    query = parse_query(text, Known(outlets=OUTLETS, topics=TOPICS, zone=zone, now=NOON))
    assert all(map(has_token, (*query.words, *query.phrases, *query.without)))
    assert query.is_empty or query.text or query.is_narrowed
    for moment in (query.after, query.before):
        assert moment is None or moment.tzinfo is UTC


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), unique=True))
def test_plain_words_stay_what_they_are(words: list[str]) -> None:
    parsed(" ".join(words), words=tuple(words))
