from datetime import timedelta

import pytest

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from aggregator.stories.copies import fold
from tests.factories import make_article
from tests.fakes import NOON

REPORT = (
    "Engineers closed the harbour bridge on Tuesday after a routine survey found cracks in two of its main"
    " girders, the port authority said. Ferries will carry commuters until the steel has been examined, which"
    " may take three weeks. The bridge opened in 1931 and carries forty thousand vehicles on a working day."
    " Shopkeepers on the northern quay asked the council for relief from rates while the road stays shut."
)
OTHER = (
    "Voters in the hill districts go to the polls on Sunday to choose a new assembly, the first since the"
    " valley was granted its own budget. Four parties are standing and none is expected to win outright."
    " Polling stations open at seven and results should be known before midnight, the electoral office said."
)
WALL = (
    "We value your privacy. We and our partners store and access information on a device, such as cookies,"
    " and process personal data to show you advertisements that you may like. Accept to continue reading."
)


def later(number: int, title: str, text: str, **fields: object) -> Article:
    """Return an article that came `number` hours after the first."""
    return make_article(number, title, text, at=NOON + timedelta(hours=number), **fields)  # type: ignore[arg-type]


def origins(*articles: Article) -> dict[int, int]:
    return dict(fold(articles, {}).origin_of)


def test_repost_in_same_outlet_is_folded() -> None:
    first = later(1, "Why the harbour bridge is shut", REPORT)
    again = later(2, "Harbour bridge: why is it shut?", REPORT)
    assert fold([again, first], {}) == Folding(origin_of={1: 1, 2: 1}, discusses={})


def test_ten_outlets_with_one_agency_text_have_one_origin() -> None:
    articles = [later(n, f"Bridge closed ({n})", f"{REPORT} (Agency)", outlet=n) for n in range(1, 11)]
    assert origins(*articles) == dict.fromkeys(range(1, 11), 1)


def test_copy_with_a_local_sentence_added_is_folded() -> None:
    extended = REPORT + " The mayor of Orsholm will speak at noon."
    assert origins(later(1, "Bridge", REPORT), later(2, "Bridge", extended, outlet=2)) == {1: 1, 2: 1}


def test_own_words_on_one_event_stay_apart() -> None:
    own = (
        "Cracked steel has shut the only road across Orsholm harbour. Inspectors who climbed the span this"
        " week saw fissures long enough to put a hand in, and the port ordered every car off within the hour."
    )
    assert origins(later(1, "Bridge", REPORT), later(2, "Bridge", own, outlet=2)) == {1: 1, 2: 2}


def test_roundup_that_quotes_a_brief_in_full_is_no_copy() -> None:
    roundup = f"{REPORT} {OTHER} {OTHER[::-1]} {REPORT[::-1]}"
    assert origins(later(1, "Bridge", REPORT), later(2, "The day", roundup, outlet=2)) == {1: 1, 2: 2}


def test_cookie_wall_shared_by_ten_articles_makes_no_copies() -> None:
    articles = [later(n, f"Headline number {n}", WALL) for n in range(1, 11)]
    assert origins(*articles) == {n: n for n in range(1, 11)}


def test_two_articles_behind_a_wall_with_unlike_headlines_are_not_folded() -> None:
    assert origins(later(1, "Bridge shut", WALL), later(2, "Voters choose", WALL)) == {1: 1, 2: 2}


def test_tail_that_an_outlet_adds_to_everything_is_not_evidence() -> None:
    texts = [REPORT[:160], OTHER[:160], REPORT[170:330], OTHER[170:330]]
    articles = [
        later(n, f"Piece {n}", f"{text} {WALL} {WALL[::-1]}") for n, text in enumerate(texts, start=1)
    ]
    assert origins(*articles) == {n: n for n in range(1, 5)}


def test_short_texts_are_the_same_only_when_title_and_text_are_equal() -> None:
    one = later(1, "Bridge shut", "Crews found cracks.")
    equal = later(2, "Bridge SHUT", "Crews found cracks", outlet=2)
    other = later(3, "Bridge still shut", "Crews found cracks.", outlet=3)
    assert origins(one, equal, other) == {1: 1, 2: 1, 3: 3}


def test_daily_feature_with_equal_words_is_not_a_repost_of_yesterdays() -> None:
    line = "The best pictures from around the world."
    articles = [later(hours, "Photos of the day", line) for hours in (1, 49)]
    assert origins(*articles) == {1: 1, 49: 49}


def test_title_of_a_series_without_text_proves_nothing() -> None:
    assert origins(later(1, "Morning briefing", ""), later(2, "Morning briefing", "")) == {1: 1, 2: 2}


def test_undated_article_is_never_the_origin_of_a_dated_one() -> None:
    undated = make_article(1, "Bridge", REPORT, at=NOON - timedelta(days=9), dated=False)
    assert origins(undated, later(2, "Bridge", REPORT, outlet=2)) == {1: 2, 2: 2}


def test_articles_attach_to_the_origin_and_not_along_a_chain() -> None:
    words = [f"word{number}" for number in range(140)]
    first, second, third = (" ".join(words[start : start + 100]) for start in (0, 12, 24))
    found = origins(later(1, "A", first), later(2, "A", second, outlet=2), later(3, "A", third, outlet=3))
    assert found == {1: 1, 2: 1, 3: 3}


def test_order_of_the_articles_does_not_matter() -> None:
    articles = [later(n, "Bridge", REPORT if n % 2 else OTHER, outlet=n) for n in range(1, 9)]
    assert fold(articles, {}) == fold(articles[::-1], {})


def test_entry_that_links_to_another_outlets_article_discusses_it() -> None:
    source = later(1, "Bridge shut", REPORT, outlet=1, url="https://lantern.example/bridge")
    entry = later(2, "Bridge shut (lantern.example)", REPORT, outlet=2, url="https://lantern.example/bridge")
    domains = {OutletId(1): "lantern.example", OutletId(2): "links.example"}
    assert fold([source, entry], domains) == Folding(origin_of={1: 1, 2: 2}, discusses={2: 1})


def test_outlet_is_found_by_its_domain_under_any_host() -> None:
    url = "https://news.lantern.example/bridge"
    source, entry = later(1, "Bridge", REPORT, url=url), later(2, "Talk", "", outlet=2, url=url)
    assert fold([source, entry], {OutletId(1): "lantern.example"}).discusses == {2: 1}


def test_one_address_for_every_post_is_discussed_by_nobody() -> None:
    url = "https://lantern.example/latest"
    posts = [later(1, "Bridge", REPORT, url=url), later(2, "Vote", OTHER, url=url)]
    entry = later(3, "Talk", "", outlet=2, url=url)
    assert fold([*posts, entry], {OutletId(1): "lantern.example"}).discusses == {}


@pytest.mark.parametrize("count", [0, 1])
def test_few_articles_fold_to_themselves(count: int) -> None:
    articles = [later(1, "Bridge", REPORT)][:count]
    assert fold(articles, {}).origin_of == {ArticleId(n + 1): n + 1 for n in range(count)}


def test_outlet_that_publishes_elsewhere_is_at_home_where_most_of_it_lies() -> None:
    elsewhere = "https://pages.example/lantern"
    source = later(1, "Bridge", REPORT, url=f"{elsewhere}/bridge")
    other = later(2, "Vote", OTHER, url=f"{elsewhere}/vote")
    entries = [
        later(3, "Talk", "", outlet=2, url=source.url),
        later(4, "Chat", "", outlet=2, url="https://pages.example/gull/boats"),
    ]
    domains = {OutletId(1): "lantern.example", OutletId(2): "links.example"}
    assert fold([source, other, *entries], domains).discusses == {3: 1}
