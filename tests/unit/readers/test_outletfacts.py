"""What an outlet's weeks say of it, and how outlets overlap: counted from values alone."""

from datetime import UTC, date, datetime, timedelta

from aggregator.domain.coverage import OutletArticle, Teller, Telling
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.readers.outletfacts import Carried, Facts, Lag, Share, facts_of
from aggregator.readers.overlap import Suggestion, matrix, suggestions
from tests.fakes import NOON
from web import outletwords

US, THEM, OTHERS = OutletId(1), OutletId(2), OutletId(3)
SINCE = NOON - timedelta(days=2)


def own(number: int, story: int | None = 1, *, hours: float = 1, **fields: object) -> OutletArticle:
    values = {"topic": None, "credits": None, "copied_from": None, "edits": 0} | fields
    return OutletArticle(
        article=ArticleId(number),
        at=NOON - timedelta(hours=hours),
        story=None if story is None else StoryId(story),
        **values,  # type: ignore[arg-type]
    )


def telling(number: int, story: int, outlet: OutletId, hours: float, *, dated: bool = True) -> Telling:
    return Telling(
        article=ArticleId(number),
        story=StoryId(story),
        outlet=outlet,
        at=NOON - timedelta(hours=hours),
        dated=dated,
        origin=ArticleId(number),
    )


def facts(articles: list[OutletArticle], around: list[Telling]) -> Facts:
    return facts_of(US, articles, around, since=SINCE, until=NOON, zone=UTC)


def test_facts_count_topics_days_speed_and_what_others_have() -> None:
    articles = [
        own(1, 1, hours=1, topic="world", credits="Marble Wire"),
        own(2, 2, hours=2, topic="world", copied_from=THEM, edits=2),
        own(3, 3, hours=30, copied_from=US),
        own(4, None, hours=40),
    ]
    around = [
        telling(1, 1, US, 1),
        telling(10, 1, THEM, 3),
        telling(2, 2, US, 5),
        telling(11, 2, OTHERS, 4),
        telling(3, 3, US, 30),
    ]
    assert facts(articles, around) == Facts(
        articles=4,
        stories=3,
        topics=(("world", 2), (None, 1)),
        days=((date(2026, 3, 12), 1), (date(2026, 3, 13), 1), (date(2026, 3, 14), 2)),
        first=Share(part=1, whole=2),
        lag=Lag(median=timedelta(hours=2), stories=1),
        exclusive=Share(part=1, whole=3),
        carried=(Carried(articles=1, outlet=THEM), Carried(articles=1, credited="Marble Wire")),
        from_others=Share(part=2, whole=4),
        reposts=1,
        edited=Share(part=1, whole=4),
        shared=((THEM, Share(part=1, whole=3)), (OTHERS, Share(part=1, whole=3))),
    )


def test_a_story_without_dates_says_nothing_of_speed() -> None:
    around = [telling(1, 1, US, 1, dated=False), telling(10, 1, THEM, 3)]
    counted = facts([own(1)], around)
    assert (counted.first, counted.lag) == (Share(part=0, whole=0), None)


def test_small_samples_are_told_as_such() -> None:
    assert outletwords.share(Share(part=3, whole=7)) == "3 of 7 stories; too few to say"
    assert outletwords.share(Share(part=12, whole=40)) == "12 of 40 stories (30 %)"
    assert outletwords.lag(None) == "never behind another outlet"
    assert outletwords.lag(Lag(median=timedelta(minutes=50), stories=18)) == (
        "50 minutes (the middle one of 18 stories)"
    )
    assert outletwords.lag(Lag(median=timedelta(hours=2), stories=2)).endswith("; too few to say")


def test_volume_is_told_in_words_and_bars_are_as_high_as_the_fullest_day() -> None:
    days = facts([own(1), own(2, hours=30), own(3, hours=31)], [])
    assert outletwords.volume(days) == ("3 articles on 3 days; most, 2, on Friday 13 March; none on 1 day.")
    assert outletwords.bars(days.days) == ((59, 1), (0, 60), (30, 30))
    assert outletwords.volume(facts([], [])) == "No article in 3 days."


def tell(story: int, outlet: OutletId, hours: float, *, has_own: bool = True) -> Teller:
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hours)
    return Teller(story=StoryId(story), outlet=outlet, first_at=at, has_own=has_own)


def test_overlap_counts_stories_that_the_other_has_at_the_latest_two_hours_later() -> None:
    tellers = [
        tell(1, US, 0),
        tell(1, THEM, 2),
        tell(2, US, 5),
        tell(2, THEM, 2),
        tell(3, US, 0),
        tell(3, THEM, 2.1),
        tell(4, US, 0, has_own=False),
    ]
    found = matrix((US, THEM), tellers)
    assert found.stories == {US: 4, THEM: 3}
    assert found.told == {(US, THEM): 2, (THEM, US): 2}
    assert found.own == {(US, THEM): 0, (THEM, US): 0}
    assert found.alone == {US: 1, THEM: 0}
    assert found.share(US, THEM) == Share(part=2, whole=4)


def test_an_outlet_that_adds_little_is_suggested_once_and_a_small_one_never() -> None:
    tellers = [tell(story, outlet, 0) for story in range(60) for outlet in (US, THEM)]
    tellers += [tell(100 + story, US, 0) for story in range(40)]
    tellers += [tell(200 + story, THEM, 0) for story in range(4)]
    tellers += [tell(story, OTHERS, 0) for story in range(19)]
    assert suggestions(matrix((US, THEM, OTHERS), tellers)) == (
        Suggestion(outlet=THEM, beside=US, own=Share(part=4, whole=64), told=Share(part=60, whole=64)),
    )


def test_of_two_that_tell_the_same_the_one_with_fewer_stories_is_named() -> None:
    tellers = [tell(story, outlet, 0) for story in range(30) for outlet in (US, THEM)]
    tellers += [tell(90, US, 0)]
    assert [one.outlet for one in suggestions(matrix((US, THEM), tellers))] == [THEM]


def test_carrying_only_texts_of_others_is_nothing_of_ones_own() -> None:
    tellers = [tell(story, US, 1, has_own=False) for story in range(30)]
    tellers += [tell(story, THEM, 0) for story in range(28)]
    (one,) = suggestions(matrix((US, THEM), tellers))
    assert (one.outlet, one.own) == (US, Share(part=0, whole=30))
