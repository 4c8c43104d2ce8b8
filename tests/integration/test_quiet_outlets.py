"""Quiet outlets do not drown under loud ones, and a story without new facts does not come back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from aggregator.domain.rank import QUIET
from aggregator.domain.readers import PERSONAL
from aggregator.readers.lens import Lens, Show
from aggregator.readers.marks import Marks
from aggregator.readers.reading import Reading
from aggregator.stories.faces import MEASURED
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_build import Desk

HOUR = timedelta(hours=1)
NEW = NOON - timedelta(minutes=1)
FLOOD = round(QUIET * MEASURED / timedelta(days=1)) + 1
"""Articles within the days that are counted, just too many for a quiet outlet."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(storage=storage)
    storage.close()


def reading(desk: Desk) -> Reading:
    window, model = timedelta(days=3), desk.embedder.model_id
    return Reading(storage=desk.storage, clock=desk.clock, window=window, model=model)


def shown(desk: Desk, show: Show = Show.ALL) -> list[str]:
    front = reading(desk).front_page(lens=Lens(reader=PERSONAL, show=show))
    return [card.headline for card in front.cards]


def flood(desk: Desk, articles: int = FLOOD) -> None:
    """Store many articles of one outlet, each on a matter of its own, all newer than what others report."""
    for number in range(articles):
        word = f"{'abcdefghij'[number % 10] * 4}{'klmnopqrst'[number // 10] * 4}"
        desk.store("courier", f"{word} one {word}x", f"{word} two {word}y {word}z.", published_at=NEW)


def test_quiet_outlets_stand_above_the_flood_of_a_loud_one(desk: Desk) -> None:
    flood(desk)
    desk.store("lantern", "Otters return to the canal", "Otters swim again.", published_at=NOON - 5 * HOUR)
    desk.store("herald", "Tram line nine opens", "The tram runs at last.", published_at=NOON - 6 * HOUR)
    desk.run()

    assert shown(desk)[:2] == ["Otters return to the canal", "Tram line nine opens"]
    first = reading(desk).front_page().cards[0]
    assert [part.why for part in first.parts if part.name == "reach"] == [
        "it publishes little, at most 10 articles a day, and so counts twice"
    ]


def test_outlet_is_quiet_up_to_ten_articles_a_day(desk: Desk) -> None:
    flood(desk, FLOOD - 1)
    desk.run()
    cards = reading(desk).front_page().cards
    assert {"reach" in {part.name for part in card.parts} for card in cards} == {True}

    desk.store("courier", "One more than that", "Nobody counts on it.", published_at=NEW)
    desk.run()
    cards = reading(desk).front_page().cards
    assert {"reach" in {part.name for part in card.parts} for card in cards} == {False}


def test_story_of_yesterday_does_not_come_back_with_copies(desk: Desk) -> None:
    text = "The council voted on Monday to keep the old swimming hall open for three more years, by 14 to 9."
    desk.store("lantern", "Swimming hall stays open", text, published_at=NOON - 24 * HOUR)
    desk.run()
    (story,) = reading(desk).front_page().cards
    Marks(storage=desk.storage, clock=desk.clock).read(PERSONAL, [story.id])
    desk.clock.advance(minutes=5)

    desk.store("herald", "Swimming hall stays open", text, published_at=NOON)
    desk.store("courier", "Otters return to the canal", "Otters swim again.", published_at=NOON - HOUR)
    desk.run()

    assert shown(desk) == ["Otters return to the canal", "Swimming hall stays open"]
    (_, again) = reading(desk).front_page().cards
    assert (again.id, again.article_count, again.origin_count) == (story.id, 2, 1)
    assert shown(desk, Show.UNREAD) == ["Otters return to the canal"]
