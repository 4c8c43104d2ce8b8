"""A search from the words typed to the stories shown, over a real database."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from aggregator.domain.errors import ModelUnusable
from aggregator.domain.ids import StoryId
from aggregator.executor import Executor
from aggregator.readers.found import SearchPage
from aggregator.readers.meaning import COLD, MOST_WAITING, Meaning
from aggregator.readers.search import SHOWN, Search, fused
from aggregator.storage import Storage
from aggregator.stories.embed import encode_articles
from tests.databases import memory_storage
from tests.fakes import HashedWords, InlineExecutor
from tests.integration.test_reading import HOUR, Paper


@dataclass
class Never:
    """An executor whose calls never end: a model that is still loading."""

    asked: int = 0

    def submit(self, call: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.asked += 1
        return Future()


class Broken(HashedWords):
    def encode(self, texts: Any) -> np.ndarray:
        raise ModelUnusable("broken", "its weights are gone")


@dataclass
class Desk:
    """A paper, and the search over it."""

    paper: Paper
    embedder: HashedWords = field(default_factory=HashedWords)
    executor: Executor = field(default_factory=InlineExecutor)

    def __post_init__(self) -> None:
        meaning = Meaning(storage=self.storage, embedder=self.embedder, executor=self.executor)
        self.search = Search(storage=self.storage, clock=self.paper.clock, meaning=meaning)

    @property
    def storage(self) -> Storage:
        return self.paper.storage

    def told(self, title: str, text: str = "", **fields: Any) -> StoryId:
        """Store a story of one article, embedded as a build does it."""
        story = self.paper.story(self.paper.article(title=title, text=text or f"{title}.", **fields))
        with self.storage.writing() as work:
            article = work.articles.get_many(work.stories.members([story])[story])
            matrix = encode_articles(HashedWords(), article)
            work.vectors.put("hashed", [article[0].content_hash], matrix)
        return story


class Hashed(HashedWords):
    """Named otherwise than the paper's own, whose vectors are those of no build."""

    model_id = "hashed"


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(Paper(storage=storage), Hashed(model_id="hashed"))
    storage.close()


def stories(page: SearchPage) -> list[StoryId]:
    return [one.card.id for one in page.found]


def test_each_story_is_found_once_with_its_best_sentence(desk: Desk) -> None:
    paper = desk.paper
    articles = [
        paper.article("lantern", "Bridge closed", "Traffic stands. The bridge in Orsholm is shut."),
        paper.article("herald", "Crossing shut", "Orsholm waits for its bridge: Orsholm’s bridge is shut."),
    ]
    story = paper.story(*articles)
    desk.told("Bridge players meet")
    (one,) = desk.search("ORSHOLM “bridge in”").found
    assert (one.card.id, one.article_id, one.outlet, one.by_words) == (
        story,
        articles[0],
        "The Lantern",
        True,
    )
    assert [(piece.text, piece.is_match) for piece in one.passage] == [
        ("The ", False), ("bridge in", True), (" ", False), ("Orsholm", True), (" is shut.", False)
    ]  # fmt: skip


def test_what_is_near_in_meaning_comes_after_what_holds_all_words(desk: Desk) -> None:
    both = desk.told("Harbour bridge closed today")
    near = desk.told("Harbour bridge reopens")
    desk.told("Otter seen")
    page = desk.search("harbour bridge closed")
    assert [(one.card.id, one.by_words) for one in page.found] == [(both, True), (near, False)]
    assert page.notes == ()


def test_new_and_edited_articles_are_found_by_meaning_without_reading_all_again(desk: Desk) -> None:
    first = desk.told("Harbour bridge reopens")
    assert stories(desk.search("harbour bridge closed")) == [first]
    second = desk.told("Harbour bridge repaired")
    assert set(stories(desk.search("harbour bridge closed"))) == {first, second}


def test_phrases_and_unwanted_words_hold_for_what_is_near_too(desk: Desk) -> None:
    kept = desk.told("Harbour bridge reopens")
    desk.told("Harbour bridge of cards")
    desk.told("Bridge of the harbour")
    assert stories(desk.search('closed "harbour bridge" -cards')) == [kept]


def test_filters_hold_for_words_and_meaning(desk: Desk) -> None:
    desk.told("Harbour bridge closed", outlet="herald")
    desk.told("Harbour bridge reopens", outlet="herald")
    wanted = desk.told("Harbour bridge repaired", outlet="lantern")
    assert stories(desk.search("harbour bridge closed outlet:lantern")) == [wanted]
    assert stories(desk.search("outlet:lantern")) == [wanted]


def test_dates_are_days_of_the_readers_zone(desk: Desk) -> None:
    at = desk.paper.clock.now()
    old = desk.told("Old bridge", published_at=at - 30 * HOUR)
    new = desk.told("New bridge", published_at=at - HOUR)
    assert stories(desk.search("bridge before:today")) == [old]
    assert stories(desk.search("bridge after:today")) == [new]


def test_without_the_model_the_words_still_answer_and_the_page_says_so(desk: Desk) -> None:
    story = desk.told("Harbour bridge closed")
    broken = Desk(desk.paper, Broken())
    page = broken.search("bridge")
    assert stories(page) == [story]
    assert page.notes == (
        f"Only the words themselves were looked for. {ModelUnusable('broken', 'its weights are gone')}",
    )


def test_while_the_model_loads_the_words_answer_and_few_wait_for_it(desk: Desk) -> None:
    story = desk.told("Harbour bridge closed")
    loading = Never()
    slow = Desk(desk.paper, executor=loading)
    slow.search.meaning.nearest("warm", allowed=None, patience=0)
    for number in range(MOST_WAITING + 5):
        page = slow.search(f"bridge -{number}x harbour closed{' harbour' * number}")
        assert (stories(page), page.notes) == ([story], (COLD,))
    assert slow.search.meaning.nearest("more", allowed=None, patience=0) == COLD
    assert loading.asked <= MOST_WAITING


@pytest.mark.parametrize(
    "query", ["", "  ", '"', "AND", "-", "nosuchword", "-bridge", "outlet:lantern -bridge"]
)
def test_search_that_finds_nothing_is_empty(desk: Desk, query: str) -> None:
    desk.told("Bridge closed")
    assert desk.search(query).found == ()


def test_a_feed_has_the_newest_first_and_only_of_the_last_days(desk: Desk) -> None:
    at = desk.paper.clock.now()
    older = desk.told("Bridge bridge bridge", published_at=at - 9 * HOUR)
    newer = desk.told("A long report that also names a bridge", published_at=at - HOUR)
    ancient = desk.told("Bridge", published_at=at - 20 * 24 * HOUR)
    assert stories(desk.search.latest("bridge")) == [newer, older]
    assert stories(desk.search.latest("bridge after:2020")) == [newer, older, ancient]
    assert stories(desk.search.latest("-")) == []


def test_two_orders_are_fused_by_reciprocal_rank() -> None:
    one, two, three, four = map(StoryId, range(1, 5))
    assert fused([one, two, one, three], [three, two]) == [three, two, one]
    assert fused([], [four]) == [four]
    assert fused() == []


def test_results_go_on_from_page_to_page_until_all_were_shown(desk: Desk) -> None:
    told = [desk.told(f"Harbour bridge closed {number}") for number in range(SHOWN + 3)]

    first = desk.search("harbour bridge closed")
    second = desk.search("harbour bridge closed", start=first.more or 0)
    beyond = desk.search("harbour bridge closed", start=1000)

    assert (len(first.found), first.start, first.more) == (SHOWN, 0, SHOWN)
    assert (len(second.found), second.start, second.more) == (3, SHOWN, None)
    assert set(stories(first) + stories(second)) == set(told)
    assert (beyond.found, beyond.start, beyond.more) == ((), 1000, None)


def test_feed_of_a_search_has_more_than_one_page_of_it(desk: Desk) -> None:
    for number in range(SHOWN + 3):
        desk.told(f"Harbour bridge closed {number}")

    assert len(desk.search.latest("harbour bridge closed").found) == SHOWN + 3
