"""The front pages of earlier days, over a real database whose stories the test lays out itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aggregator.domain.days import DayReports
from aggregator.domain.errors import CursorUnknown
from aggregator.domain.ids import OutletId, StoryId
from aggregator.domain.rank import QUIET
from aggregator.domain.readers import PERSONAL
from aggregator.readers.days import DayPage, Days, DayState, midnight, placed
from aggregator.readers.lens import Lens, Show
from aggregator.readers.marks import Marks
from aggregator.readers.reading import CARDS, TOP
from aggregator.readers.sections import BEST
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_reading import Paper
from tests.integration.test_sections import TOPICS

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
LENS = Lens(reader=PERSONAL)


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage, topics=TOPICS)
    storage.close()


def day(paper: Paper, asked: date = YESTERDAY, **how: Any) -> DayPage:
    days = Days(storage=paper.storage, clock=paper.clock, topics=paper.topics)
    found = days(asked, **{"zone": UTC} | how)
    assert found is not None
    return found


def headlines(page: DayPage) -> list[str]:
    return [card.headline for card in page.cards]


def test_day_holds_what_is_dated_between_its_midnights_in_the_readers_zone(paper: Paper) -> None:
    late, early = (datetime(2026, 3, 13, hour, 30, tzinfo=UTC) for hour in (23, 22))
    for title, at in (("Late", late), ("Early", early)):
        paper.story(paper.article(title=title, text=f"{title}. More.", published_at=at))

    assert headlines(day(paper, date(2026, 3, 13))) == ["Late", "Early"]
    oslo = ZoneInfo("Europe/Oslo")
    assert headlines(day(paper, date(2026, 3, 13), zone=oslo)) == ["Early"]
    assert headlines(day(paper, date(2026, 3, 14), zone=oslo)) == ["Late"]


def test_days_of_the_change_to_summer_time_have_23_hours() -> None:
    oslo = ZoneInfo("Europe/Oslo")
    start, end = midnight(date(2026, 3, 29), oslo), midnight(date(2026, 3, 30), oslo)
    assert end - start == timedelta(hours=23)


def test_only_the_reports_of_the_day_give_a_story_its_place(paper: Paper) -> None:
    then = NOON - timedelta(days=1)
    big = [
        paper.article(outlet, "Ferry strike ends", f"{outlet} on the ferries.", published_at=at)
        for outlet, at in (("lantern", then), ("herald", NOON), ("courier", NOON))
    ]
    paper.story(*big)
    paper.story(
        *(
            paper.article(o, "Otters are back", f"{o} on otters.", published_at=then)
            for o in ("lantern", "herald")
        )
    )

    assert headlines(day(paper)) == ["Otters are back", "Ferry strike ends"]
    (first, second) = day(paper).cards
    assert [p.why for p in first.parts if p.name == "voices"] == ["2 outlets reported it in their own words"]
    assert second.article_count == 3


def test_newness_of_a_day_is_told_against_its_end(paper: Paper) -> None:
    paper.told("Bridge closed", hours_ago=24)
    (card,) = day(paper).cards
    assert [p.value for p in card.parts if p.name == "newness"] == [-1.0]
    assert card.score == sum(part.value for part in card.parts)


def test_story_that_only_was_copied_that_day_stays_on_the_day_of_its_report(paper: Paper) -> None:
    two_days = NOON - timedelta(days=2)
    one = paper.article("lantern", published_at=two_days)
    copy = paper.article("herald", "Bridge shut", published_at=NOON - timedelta(days=1))
    paper.fold(copies={one: one, copy: one}, discusses={})
    paper.story(one, copy)

    page = day(paper)
    assert (page.state, page.cards) == (DayState.COPIES, ())
    assert headlines(day(paper, YESTERDAY - timedelta(days=1))) == ["Bridge closed"]


def test_day_has_sections_as_the_front_page_has(paper: Paper) -> None:
    sport = [paper.told(f"Match {n}", hours_ago=13 + n / 10, topic="sport") for n in range(8)]
    other = paper.told("Otter", hours_ago=20)
    page = day(paper)

    assert page.top == TOP
    assert [card.id for card in page.cards[:TOP]] == sport[:TOP]
    assert [(s.topic.name, [c.id for c in s.cards]) for s in page.sections] == [
        ("sport", sport[TOP : TOP + BEST]),
        ("other", [other]),
    ]
    assert [(line.name, line.stories) for line in page.topics] == [("sport", 8), ("other", 1), ("all", 9)]
    assert [card.id for card in day(paper, topic="other").cards] == [other]


def test_paging_by_place_skips_and_repeats_nothing(paper: Paper) -> None:
    told = [paper.told(f"Story {n}", hours_ago=13 + (n % 7) / 10) for n in range(CARDS + 5)]
    first = day(paper, topic="all")
    second = day(paper, topic="all", after=first.cursor)

    seen = [card.id for card in (*first.cards, *second.cards)]
    assert sorted(seen) == sorted(told)
    assert (len(first.cards), second.cursor) == (CARDS, None)
    assert day(paper, topic="all", after="-999.0~1").state is DayState.END


def test_unknown_topic_is_none_and_unknown_cursor_is_refused(paper: Paper) -> None:
    days = Days(storage=paper.storage, clock=paper.clock, topics=paper.topics)
    assert days(YESTERDAY, zone=UTC, topic="astrology") is None
    with pytest.raises(CursorUnknown):
        days(YESTERDAY, zone=UTC, after="yesterday")


@pytest.mark.parametrize(
    ("asked", "state", "earlier", "later"),
    [
        (date(9999, 12, 31), DayState.FUTURE, TODAY, None),
        (TODAY + timedelta(days=1), DayState.FUTURE, TODAY, None),
        (TODAY, DayState.STORIES, YESTERDAY, None),
        (YESTERDAY, DayState.EMPTY, TODAY - timedelta(days=4), TODAY),
        (TODAY - timedelta(days=4), DayState.STORIES, None, TODAY - timedelta(days=3)),
        (TODAY - timedelta(days=5), DayState.BEFORE, None, TODAY - timedelta(days=4)),
        (date(1, 1, 1), DayState.BEFORE, None, TODAY - timedelta(days=4)),
    ],
)
def test_page_without_stories_says_why_and_leads_to_the_nearest_days(
    paper: Paper, asked: date, state: DayState, earlier: date | None, later: date | None
) -> None:
    paper.told("Old", hours_ago=96)
    paper.told("New", hours_ago=1)
    page = day(paper, asked)
    assert (page.state, page.earlier, page.later) == (state, earlier, later)


def test_archive_without_articles_says_so(paper: Paper) -> None:
    assert day(paper).state is DayState.NOTHING


def test_rules_and_reading_of_the_reader_hold_on_a_day_too(paper: Paper) -> None:
    otter, bridge = paper.told("Otter found", hours_ago=20), paper.told("Bridge closed", hours_ago=21)
    marks = Marks(storage=paper.storage, clock=paper.clock)
    marks.mute(PERSONAL, "word", "otter")
    page = day(paper, lens=LENS)
    assert ([c.id for c in page.cards], [h.id for h in page.hidden]) == ([bridge], [otter])

    marks.read(PERSONAL, [bridge])
    unread = day(paper, lens=Lens(reader=PERSONAL, show=Show.UNREAD))
    assert (unread.state, unread.cards, [h.id for h in unread.hidden]) == (DayState.CLEAR, (), [otter])


def test_quiet_outlets_do_not_drown_under_a_loud_one() -> None:
    loud = [
        DayReports(
            story=StoryId(n), topic=None, outlet=OutletId(1), reports=1, last_at=NOON + timedelta(minutes=n)
        )
        for n in range(1, QUIET + 30)
    ]
    quiet = DayReports(story=StoryId(500), topic=None, outlet=OutletId(2), reports=1, last_at=NOON)

    best = placed([*loud, quiet])[0]

    assert best.story == quiet.story
    assert [part.name for part in best.parts] == ["voices", "reach", "depth", "newness"]
