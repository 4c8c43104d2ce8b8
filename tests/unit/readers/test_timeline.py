"""Who was first, how much later the others came, and when most came."""

from datetime import timedelta

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from aggregator.readers.timeline import coverage, timeline
from tests.factories import make_article
from tests.fakes import NOON

OUTLETS = {
    OutletId(n): Outlet(id=OutletId(n), domain=f"outlet{n}.example", name=f"Outlet {n}") for n in range(1, 6)
}


def later(number: int, hours: float, **fields: object) -> Article:
    return make_article(number, at=NOON + timedelta(hours=hours), **{"outlet": number} | fields)


def test_outlets_stand_in_the_order_of_their_first_reports_with_their_lag() -> None:
    articles = [later(2, 1.5), later(1, 0), later(3, 2, outlet=1), later(4, 4)]

    found = timeline(articles, Folding(origin_of={ArticleId(4): ArticleId(1)}), OUTLETS)

    assert found is not None
    told = [(line.outlet, line.article, line.hours_later, line.is_copy) for line in found.outlets]
    assert told == [("Outlet 1", 1, 0.0, False), ("Outlet 2", 2, 1.5, False), ("Outlet 4", 4, 4.0, True)]


def test_undated_articles_are_counted_and_not_placed() -> None:
    found = timeline([later(1, 0), later(2, 1), later(3, -9, dated=False)], Folding(), OUTLETS)
    assert found is not None
    assert (len(found.outlets), found.undated) == (2, 1)


def test_discussions_report_nothing() -> None:
    folding = Folding(discusses={ArticleId(2): ArticleId(1)})
    assert timeline([later(1, 0), later(2, 1)], folding, OUTLETS) is None


def test_story_of_one_outlet_has_no_timeline() -> None:
    assert timeline([later(1, 0), later(2, 1, outlet=1)], Folding(), OUTLETS) is None


def test_coverage_counts_every_article_once_and_names_the_fullest_span() -> None:
    found = coverage([later(1, 0), later(2, 2.1), later(3, 2.2), later(4, 4)], bars=4)

    assert found is not None
    assert found.counts == (1, 0, 2, 1)
    assert (found.peak_at, found.peak_until) == (NOON + timedelta(hours=2), NOON + timedelta(hours=3))
    assert (found.first_at, found.last_at) == (NOON, NOON + timedelta(hours=4))


def test_too_few_articles_or_all_at_once_make_no_course() -> None:
    assert coverage([later(1, 0), later(2, 5)]) is None
    assert coverage([later(n, n / 10) for n in range(1, 5)]) is None
