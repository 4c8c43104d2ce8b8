"""Topics and themes from a build to the pages' answers, and from a correction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.domain.errors import CursorUnknown
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Merged, StoryChanges
from aggregator.domain.topics import Theme, Topic
from aggregator.readers.reading import TOP
from aggregator.readers.sections import BEST
from aggregator.readers.views import TopicLine
from aggregator.stories.correct import Correct
from aggregator.stories.matters import renew_themes
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_build import Desk
from tests.integration.test_reading import Paper

TOPICS = (
    Topic(name="sport", shown="Sport", examples=("Goal",), sections=frozenset(("sport",))),
    Topic(name="trade", shown="Trade", examples=("Shares",)),
)


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage, topics=TOPICS)
    storage.close()


def test_front_page_without_topics_is_one_list(paper: Paper) -> None:
    paper.told("Bridge closed")
    page = paper.reading.front_page()
    assert (page.sections, page.topics, page.top) == ((), (), 0)


def test_sections_hold_the_best_stories_that_do_not_stand_above(paper: Paper) -> None:
    sport = [paper.told(f"Match {n}", hours_ago=n + 1, topic="sport") for n in range(8)]
    other = [paper.told(f"Otter {n}", hours_ago=20 + n) for n in range(2)]
    page = paper.reading.front_page()
    assert page.top == TOP
    assert [card.id for card in page.cards] == sport[:TOP]
    assert [(s.topic.name, [card.id for card in s.cards]) for s in page.sections] == [
        ("sport", sport[TOP : TOP + BEST]),
        ("other", other),
    ]
    assert page.topics == (
        TopicLine(name="sport", shown="Sport", stories=8),
        TopicLine(name="other", shown="Other stories", stories=2),
        TopicLine(name="all", shown="All stories", stories=10),
    )
    shown = (*page.cards, *(card for section in page.sections for card in section.cards))
    assert {card.topic for card in shown} == {"sport", None}


def test_later_pages_have_no_sections(paper: Paper) -> None:
    for n in range(3):
        paper.told(f"Match {n}", topic="sport")
    first = paper.reading.front_page(limit=2)
    assert paper.reading.front_page(after=first.cursor).sections == ()


def test_topic_is_paged_without_gaps_and_only_holds_its_own(paper: Paper) -> None:
    sport = [paper.told(f"Match {n}", hours_ago=n + 1, topic="sport") for n in range(5)]
    trade = paper.told("Shares fall", topic="trade")
    gone = paper.told("From a file of before", topic="gossip")
    seen, after = [], None
    while True:
        page = paper.reading.topic("sport", after=after, limit=2)
        assert page is not None
        seen += [card.id for card in page.cards]
        after = page.cursor
        if after is None:
            break
    assert seen == sport
    answers = {name: paper.reading.topic(name) for name in ("trade", "other", "all")}
    assert {name: [card.id for card in page.cards] for name, page in answers.items() if page} == {
        "trade": [trade],
        "other": [gone],
        "all": [gone, trade, *sport],
    }
    assert paper.reading.topic("gossip") is None
    with pytest.raises(CursorUnknown):
        paper.reading.topic("sport", after="x")


def test_story_page_names_topic_and_theme_and_shows_no_story_twice(paper: Paper) -> None:
    words = "harbour bridge orsholm cracks ferries"
    one, near, far, merged = (
        paper.told(f"{words} {name}", topic="trade") for name in ("piers", "girders", "rivets", "bolts")
    )
    theme = Theme(words=("bridge", "Orsholm"), stories=frozenset((one, near, merged)))
    with paper.storage.writing() as work:
        work.themes.replace([theme])
        work.stories.apply(StoryChanges(merged=(Merged(story=merged, into=far),)), now=NOON)
    page = paper.page(one)
    assert page.topic == TopicLine(name="trade", shown="Trade", stories=3)
    assert page.theme is not None
    assert (page.theme.words, [card.id for card in page.theme.others]) == (("bridge", "Orsholm"), [near])
    assert [card.id for card in page.related] == [far]
    assert paper.page(far).theme is None


@dataclass
class Signposts:
    """An embedder of two directions: texts with "goal" point one way, all others the other way."""

    model_id: str = "signposts"
    dim: int = 2
    asked: int = 0

    def encode(self, texts: Any) -> np.ndarray:
        self.asked += len(texts)
        return np.array([[1, 0] if "goal" in text.lower() else [0, 1] for text in texts], dtype=np.float32)


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(storage=storage, embedder=Signposts())  # type: ignore[arg-type]
    storage.close()


def topic_of(desk: Desk, article: ArticleId) -> str | None:
    return desk.story_of(article).face.topic


def test_build_gives_stories_their_topics_and_embeds_the_examples_once(desk: Desk) -> None:
    match = desk.store("lantern", "Late goal in Isvik", "It was the third.")
    bank = desk.store("herald", "Bank buys bank", "Both are glad.", published_at=NOON - timedelta(hours=30))
    assert desk.build(topics=TOPICS)() is not None
    assert (topic_of(desk, match), topic_of(desk, bank)) == ("sport", "trade")
    asked = desk.embedder.asked  # type: ignore[attr-defined]
    assert desk.build(topics=TOPICS)() is not None
    assert desk.embedder.asked == asked  # type: ignore[attr-defined]


def test_stories_of_before_get_their_topic_with_the_next_build(desk: Desk) -> None:
    match = desk.store("lantern", "Late goal in Isvik", "It was the third.")
    desk.run()
    assert topic_of(desk, match) is None
    assert desk.build(topics=TOPICS)() is not None
    assert topic_of(desk, match) == "sport"
    assert desk.build(topics=(TOPICS[1],))() is not None
    assert topic_of(desk, match) is None


def test_corrected_stories_have_their_topic_at_once(desk: Desk, tmp_path: Path) -> None:
    match = desk.store("lantern", "Late goal in Isvik", "It was the third.")
    bank = desk.store("herald", "Bank buys bank", "Both are glad.", published_at=NOON - timedelta(hours=30))
    assert desk.build(topics=TOPICS)() is not None
    correct = Correct(
        storage=desk.storage,
        clock=desk.clock,
        model="signposts",
        pairs=tmp_path / "pairs.jsonl",
        topics=TOPICS,
    )
    (one, other) = desk.homes(match, bank)
    correct.merge(one, other)
    assert desk.homes(match, bank) == [other, other]
    assert topic_of(desk, match) == "trade"  # as like the one as the other, it keeps what it had
    correct.split(desk.homes(match)[0], [bank])
    assert (topic_of(desk, match), topic_of(desk, bank)) == ("sport", "trade")


def two_sagas(paper: Paper) -> tuple[list[StoryId], dict[ArticleId, np.ndarray]]:
    """Store two sagas of three stories with two reports each, as far apart as two directions."""
    homes, vectors = [], {}
    for saga, words in enumerate(("fever in Isvik", "budget of Nordhelm")):
        for turn, what in enumerate(("news of the", "fears about the", "end of the")):
            row = np.zeros(8, dtype=np.float32)
            row[saga], row[2 + 3 * saga + turn] = 0.9, np.sqrt(0.19)
            reports = [
                paper.article(outlet, f"{outlet}: {what} {words}", f"{what} {outlet} {words}")
                for outlet in ("lantern", "herald")
            ]
            vectors |= dict.fromkeys(reports, row)
            homes.append(paper.story(*reports))
    return homes, vectors


def test_themes_of_the_window_are_shown_on_their_stories_and_keep_their_number(paper: Paper) -> None:
    homes, vectors = two_sagas(paper)
    for _ in range(2):
        with paper.storage.reading() as work:
            articles = {a.id: a for a in work.articles.get_many(vectors)}
            before = work.themes.all()
        renew_themes(paper.storage, since=NOON - timedelta(days=4), articles=articles, vectors=vectors)
    with paper.storage.reading() as work:
        assert work.themes.all() == before
    theme = paper.page(homes[0]).theme
    assert theme is not None
    assert {"fever", "Isvik"} <= set(theme.words)
    assert sorted(card.id for card in theme.others) == homes[1:3]
    assert paper.page(homes[5]).theme != theme


def test_lone_reports_are_in_no_theme(paper: Paper) -> None:
    vectors = {}
    for number in range(8):
        one = paper.article(title=f"Fever in Isvik {number}", text=f"Fever, day {number}.")
        paper.story(one)
        vectors[one] = np.eye(2, dtype=np.float32)[number % 2]
    with paper.storage.reading() as work:
        articles = {a.id: a for a in work.articles.get_many(vectors)}
    renew_themes(paper.storage, since=NOON - timedelta(days=4), articles=articles, vectors=vectors)
    with paper.storage.reading() as work:
        assert work.themes.all() == ()
