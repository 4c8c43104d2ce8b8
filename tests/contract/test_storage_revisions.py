"""What every page counts is counted once for each state of the database, and never out of date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from aggregator.domain.articles import OutletFacts
from aggregator.domain.ids import ArticleId, CorrectionId, FeedId, StoryId
from aggregator.domain.stories import (
    CorrectionAction,
    Folding,
    Gist,
    Link,
    LinkKind,
    Opened,
    Relation,
    StoryChanges,
)
from aggregator.domain.topics import Theme
from aggregator.storage import Storage, UnitOfWork
from tests.contract.conftest import Newsroom
from tests.contract.test_storage_stories import make_face
from tests.factories import make_draft
from tests.fakes import NOON

SINCE = NOON - timedelta(days=1)


@pytest.fixture
def keys(storage: Storage, newsroom: Newsroom) -> tuple[ArticleId, ...]:
    """Three articles, the first of which is a story."""
    with storage.writing() as work:
        added = work.articles.add(
            [make_draft(f"Article {number}") for number in range(3)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        open_story(work, added[0])
        return added


def open_story(work: UnitOfWork, article: ArticleId) -> None:
    (story,) = work.stories.apply(StoryChanges(opened=(Opened(members=frozenset([article])),)), now=NOON)
    work.stories.set_faces({story: make_face(article, topic="world")})


@contextmanager
def counting(storage: Storage) -> Iterator[list[str]]:
    """Take down the statements that count or read the window."""
    asked: list[str] = []

    def remember(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "last_at >=" in statement or "articles.at >=" in statement:
            asked.append(statement)

    event.listen(storage.engine, "before_cursor_execute", remember)
    yield asked
    event.remove(storage.engine, "before_cursor_execute", remember)


QUESTIONS: dict[str, Callable[[UnitOfWork], object]] = {
    "topics": lambda work: dict(work.stories.topic_counts(since=SINCE)),
    "leads": lambda work: len(work.stories.leads(since=SINCE, limit=5)),
    "ungrouped": lambda work: work.stories.count_ungrouped(since=SINCE),
}
BEFORE = {"topics": {"world": 1}, "leads": 1, "ungrouped": 2}
AFTER = {"topics": {"world": 2}, "leads": 2, "ungrouped": 1}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_state_is_asked_once_and_a_changed_one_anew(
    storage: Storage, keys: tuple[ArticleId, ...], question: str
) -> None:
    ask = QUESTIONS[question]
    with counting(storage) as asked:
        for _ in range(3):
            with storage.reading() as work:
                assert ask(work) == BEFORE[question]
        assert len(asked) == 1
        with storage.writing() as work:
            open_story(work, keys[1])
        with storage.reading() as work:
            assert ask(work) == AFTER[question]


def test_another_beginning_of_the_window_is_another_question(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    assert len(keys) == 3
    with storage.reading() as work:
        assert work.stories.topic_counts(since=SINCE) == {"world": 1}
        assert work.stories.topic_counts(since=NOON + timedelta(hours=1)) == {}


def test_new_articles_are_counted_among_those_without_a_story(
    storage: Storage, newsroom: Newsroom, keys: tuple[ArticleId, ...]
) -> None:
    with storage.reading() as work:
        assert work.stories.count_ungrouped(since=SINCE) == len(keys) - 1
    with storage.writing() as work:
        work.articles.add([make_draft("Late")], outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)
    with storage.reading() as work:
        assert work.stories.count_ungrouped(since=SINCE) == len(keys)


def test_what_was_undone_is_not_kept(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    def undone() -> None:
        with storage.writing() as work:
            open_story(work, keys[1])
            assert work.stories.topic_counts(since=SINCE) == {"world": 2}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    with storage.reading() as work:
        assert work.stories.topic_counts(since=SINCE) == {"world": 1}


def test_answers_about_single_stories_are_kept_until_one_changes(
    storage: Storage, keys: tuple[ArticleId, ...]
) -> None:
    story = StoryId(1)
    with storage.reading() as work:
        assert work.revisions.of_each("pages", most=5) == {}
        work.revisions.of_each("pages", most=5)[story] = "told"
    with storage.reading() as work:
        assert work.revisions.of_each("pages", most=5) == {story: "told"}
        assert work.revisions.of_each("pages", most=1) == {}
        work.revisions.of_each("pages", most=5)[story] = "told"
    with storage.writing() as work:
        assert work.revisions.of_each("pages", most=5) == {}
        open_story(work, keys[1])
    with storage.reading() as work:
        assert work.revisions.of_each("pages", most=5) == {}


def correct(work: UnitOfWork, keys: tuple[ArticleId, ...]) -> CorrectionId:
    return work.corrections.add(
        CorrectionAction.MERGE,
        detail="two became one",
        by="Ada",
        links=[Link(kind=LinkKind.MUST, one=keys[0], other=keys[1])],
        moved={},
        now=NOON,
    )


CHANGES: dict[str, Callable[[UnitOfWork, tuple[ArticleId, ...]], object]] = {
    "an article is edited": lambda work, keys: work.articles.change(
        keys[0], make_draft("Article 0", text="Other."), feed_id=FeedId(1), now=NOON
    ),
    "an article is a copy": lambda work, keys: work.articles.store_folding(
        Folding(origin_of={keys[1]: keys[0]}), among=keys
    ),
    "a gist is picked": lambda work, keys: work.gists.put({StoryId(1): Gist(of="x", summary=(), quotes=())}),
    "a gist goes": lambda work, keys: work.gists.drop([StoryId(1)]),
    "a relation is found": lambda work, keys: work.relations.replace(
        [Relation(article=keys[1], nearest=keys[0], score=0.9, parts={})], among=keys
    ),
    "a theme is found": lambda work, keys: work.themes.replace(
        [Theme(words=("quay",), stories=frozenset({StoryId(1)}))]
    ),
    "a correction is made": lambda work, keys: correct(work, keys),
    "a correction is undone": lambda work, keys: work.corrections.undo(correct(work, keys), now=NOON),
    "an outlet comes": lambda work, keys: work.outlets.ensure("gull.example", name="The Gull"),
    "an outlet is named": lambda work, keys: work.outlets.apply_facts(
        [OutletFacts(domain="lantern.example", name="Lantern")]
    ),
    "a face changes": lambda work, keys: work.stories.set_faces({StoryId(1): make_face(keys[0])}),
    "a story grows": lambda work, keys: work.stories.apply(
        StoryChanges(members={StoryId(1): frozenset(keys[:2])}), now=NOON
    ),
    "a story is reopened": lambda work, keys: work.stories.reopen([StoryId(1)]),
    "a story is revived": lambda work, keys: work.stories.revive([StoryId(1)]),
    "a line of history is added": lambda work, keys: work.stories.record([StoryId(1)], "x", "y", now=NOON),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_a_page_tells_counts_as_a_change_of_stories(
    storage: Storage, keys: tuple[ArticleId, ...], what: str
) -> None:
    with storage.writing() as work:
        before = work.stories.revision()
        CHANGES[what](work, keys)
        assert work.stories.revision() > before


def test_what_changes_nothing_leaves_the_answers(storage: Storage, keys: tuple[ArticleId, ...]) -> None:
    with storage.writing() as work:
        before = work.stories.revision()
        work.stories.apply(StoryChanges(), now=NOON)
        work.stories.set_faces({})
        work.articles.store_folding(Folding(), among=keys)
        work.relations.replace([], among=keys)
        work.gists.drop([])
        work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
        assert work.stories.revision() == before
