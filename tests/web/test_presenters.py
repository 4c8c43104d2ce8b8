from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.domain.stories import StoryEvent
from tests.fakes import NOON
from tests.web.fake_reading import make_card, make_copy
from web import presenters

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"seconds": 0}, "just now"),
        ({"seconds": 44}, "just now"),
        ({"seconds": -44}, "just now"),
        ({"seconds": 45}, "a minute ago"),
        ({"minutes": 59, "seconds": 59}, "59 minutes ago"),
        ({"hours": 1}, "an hour ago"),
        ({"hours": 23, "minutes": 59}, "23 hours ago"),
        ({"days": 1}, "a day ago"),
        ({"days": 13}, "13 days ago"),
        ({"days": 14}, "2 weeks ago"),
        ({"days": 59}, "8 weeks ago"),
        ({"days": 60}, "2 months ago"),
        ({"days": 365}, "a year ago"),
        ({"days": 800}, "2 years ago"),
        ({"minutes": -5}, "in 5 minutes"),
        ({"minutes": -17, "seconds": -1}, "in 18 minutes"),
        ({"minutes": -59, "seconds": -1}, "in an hour"),
        ({"days": -3}, "in 3 days"),
    ],
)
def test_time_is_told_relative_to_now_in_both_directions(span: dict[str, float], words: str) -> None:
    assert presenters.relative(NOON - timedelta(**span), NOON) == words


def test_absolute_time_leaves_out_what_today_makes_plain() -> None:
    said = [
        presenters.absolute(at, NOON, OSLO)
        for at in (NOON, NOON - timedelta(hours=14), NOON - timedelta(days=365))
    ]

    assert said == ["13:00", "Fri 13 Mar, 23:00", "14 Mar 2025, 13:00"]


def test_full_time_names_day_and_zone_and_follows_daylight_saving() -> None:
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    assert presenters.full_time(NOON, OSLO) == "Saturday 14 March 2026, 13:00 CET"
    assert presenters.full_time(summer, OSLO) == "Thursday 2 July 2026, 00:30 CEST"


def test_zone_without_a_name_is_told_by_its_offset() -> None:
    assert presenters.zone_label(NOON, ZoneInfo("America/Sao_Paulo")) == "UTC-0300"


def test_machine_time_is_utc_to_the_second() -> None:
    assert presenters.iso(NOON.astimezone(OSLO)) == "2026-03-14T12:00:00Z"


def test_counts_have_right_plurals_and_separators() -> None:
    said = [presenters.count(number, "story", "stories") for number in (0, 1, 2, 1204)]

    assert said == ["0 stories", "1 story", "2 stories", "1,204 stories"]


def test_size_of_a_story_tells_articles_outlets_and_independent_reports() -> None:
    wide = make_card(article_count=14, outlet_count=9, origin_count=4)
    wire = make_card(article_count=2, outlet_count=2, origin_count=1)

    assert presenters.size_line(wide) == "14 articles · 9 outlets · 4 independent reports"
    assert presenters.size_line(wire) == "2 articles · 2 outlets · 1 independent report"
    assert presenters.size_line(make_card()) == "1 article"


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "at the same time"),
        (0.4, "24 min later"),
        (1, "1 h later"),
        (26.2, "26 h later"),
        (73, "3 days later"),
        (-2, "2 h earlier"),
    ],
)
def test_lag_is_told_in_its_own_unit(hours: float, words: str) -> None:
    assert presenters.later(hours) == words


def test_folds_are_summed_up_in_a_line() -> None:
    repost = make_copy(is_repost=True, hours_later=1.0)
    copies = [make_copy(number, outlet=number) for number in (2, 3, 3)]

    assert presenters.reposts_line([repost]) == "reposted 1 h later by the same outlet"
    assert presenters.reposts_line([repost, repost]) == "reposted 2 times by the same outlet"
    assert presenters.copies_line(copies) == "same text at 2 other outlets"
    assert presenters.copies_line(copies[:1]) == "same text at 1 other outlet"


def test_history_is_told_in_words_even_for_kinds_not_known() -> None:
    known = StoryEvent(at=NOON, kind="opened", detail="3 articles")
    unknown = StoryEvent(at=NOON, kind="split-off", detail="")

    assert presenters.event_line(known) == "Story opened: 3 articles"
    assert presenters.event_line(unknown) == "Split off"


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Short.</p>", "less than a minute to read"),
        ("<p>" + "word " * 240 + "</p>", "about 1 minute to read"),
        ("<p>" + "word " * 1000 + "</p>", "about 4 minutes to read"),
        ("<p>" + "新" * 780 + "</p>", "about 3 minutes to read"),
    ],
)
def test_reading_time_counts_words_or_characters(html: str, words: str) -> None:
    assert presenters.reading_time(html) == words


def test_text_in_another_language_says_so() -> None:
    assert presenters.foreign("de-AT") == ' lang="de-AT" dir="auto"'
    assert presenters.language("de-AT") == "German"
    assert presenters.language("xx") == "xx"


@pytest.mark.parametrize("lang", ["en", "en-GB"])
def test_own_language_is_not_marked(lang: str) -> None:
    assert (presenters.foreign(lang), presenters.language(lang)) == ("", "")


@pytest.mark.parametrize("lang", [None, "", 'de" onclick="x', "not a tag"])
def test_text_without_a_language_is_laid_out_by_its_letters(lang: str | None) -> None:
    assert (presenters.foreign(lang), presenters.language(lang)) == (' dir="auto"', "")


def test_link_to_another_site_gives_nothing_away() -> None:
    said = presenters.external('https://a.example/?q="1"&b=2')

    assert (
        said == 'href="https://a.example/?q=&#34;1&#34;&amp;b=2" rel="noopener noreferrer" class="external"'
    )


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "//a.example", "/local", "", "ftp://a.example", "http://["],
)
def test_address_that_is_no_web_page_is_no_link(link: str) -> None:
    assert presenters.external(link) == ""


def test_address_is_shown_without_its_scheme() -> None:
    assert presenters.bare_url("https://www.a.example/feed/") == "a.example/feed"
