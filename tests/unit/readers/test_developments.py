"""When a story took a turn: told from what the articles hold, and nothing where there was none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from aggregator.readers.course import Development
from aggregator.readers.developments import counts, developments
from tests.factories import make_article
from tests.fakes import NOON

OUTLETS = {
    OutletId(n): Outlet(id=OutletId(n), domain=f"outlet{n}.example", name=f"Outlet {n}") for n in range(1, 30)
}
HOUR = timedelta(hours=1)


def later(number: int, hours: float, title: str = "Boat sinks", **fields: object) -> Article:
    return make_article(number, title, "So.", at=NOON + hours * HOUR, **{"outlet": number} | fields)


def turns(
    articles: Sequence[Article],
    folding: Folding | None = None,
    titles: dict[ArticleId, tuple[tuple[datetime, str], ...]] | None = None,
) -> list[tuple[str, int, tuple[str, ...]]]:
    found = developments(articles, folding or Folding(), OUTLETS, titles or {})
    return [(one.kind.value, one.article, one.values) for one in found]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Nine people were killed, 12 injured", {"dead": 9, "injured": 12}),
        ("Death toll rises to 1,204", {"dead": 1204}),
        ("9 dead, then 12 people have died; 3 missing", {"dead": 12, "missing": 3}),
        ("The toll has risen to seven, with 140 people hurt", {"dead": 7, "injured": 140}),
        ("A wave, killing at least two people", {"dead": 2}),
        ("Road toll to be scrapped after 19 years", {}),
        ("Nobody died in 2024", {}),
        ("A dozen arrests", {}),
    ],
)
def test_people_are_counted(text: str, numbers: dict[str, int]) -> None:
    assert counts(text) == numbers


def test_first_and_last_change_of_a_number_are_told_with_their_articles() -> None:
    articles = [later(n, n, f"{dead} dead as boat sinks") for n, dead in enumerate((9, 9, 12, 14, 13, 20), 1)]

    assert turns(articles) == [
        ("first", 1, ()),
        ("count", 3, ("9 dead", "12 dead")),
        ("count", 6, ("14 dead", "20 dead")),
    ]


def test_number_that_counts_something_else_is_no_change() -> None:
    assert turns([later(1, 0, "2 dead as boat sinks"), later(2, 1, "40,000 dead in a year of boats")]) == []


def test_copies_change_no_number() -> None:
    articles = [later(1, 0, "9 dead"), later(2, 1, "9 dead"), later(3, 2, "12 dead")]

    assert turns(articles, Folding(origin_of={ArticleId(3): ArticleId(1)})) == []


def test_silence_of_a_day_is_told_by_the_report_that_ends_it() -> None:
    found = developments([later(1, 0), later(2, 1), later(3, 27)], Folding(), OUTLETS, {})

    assert [(one.kind.value, one.article, one.span) for one in found] == [
        ("first", 1, timedelta()),
        ("again", 3, 26 * HOUR),
    ]


def test_burst_is_told_where_most_came_at_once() -> None:
    articles = [later(1, 0), *(later(n, 10 + n / 100) for n in range(2, 8)), later(8, 20)]

    assert turns(articles) == [("first", 1, ()), ("burst", 2, ())]
    burst = developments(articles, Folding(), OUTLETS, {})[1]
    assert (burst.articles, burst.span) == (6, timedelta(minutes=50))


def test_headline_changed_after_a_while_is_told_and_a_typo_at_once_is_not() -> None:
    articles = [later(1, 0, "Boat sunk by wave"), later(2, 1)]
    early = {ArticleId(1): ((NOON, "Boot sinks"), (NOON + HOUR / 4, "Boat sunk by wave"))}
    late = {ArticleId(1): ((NOON, "Boat sinks"), (NOON + 2 * HOUR, "Boat sunk by wave"))}

    assert turns(articles, titles=early) == []
    assert turns(articles, titles=late)[1:] == [("headline", 1, ("Boat sinks", "Boat sunk by wave"))]


def test_five_lines_are_the_most_in_the_order_of_time() -> None:
    articles = [later(n, n, f"{8 + n} dead") for n in range(1, 8)]
    titles = {one.id: ((one.at, "Boat"), (one.at + 9 * HOUR, one.title)) for one in articles}

    found: tuple[Development, ...] = developments(articles, Folding(), OUTLETS, titles)

    assert len(found) == 5
    assert [one.at for one in found] == sorted(one.at for one in found)


def test_undated_articles_and_lone_ones_tell_nothing() -> None:
    assert turns([later(1, 0, "9 dead"), later(2, 5, "12 dead", dated=False)]) == []
    assert turns([later(1, 0, "9 dead")]) == []
