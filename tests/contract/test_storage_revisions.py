"""What every page counts is counted once for each state of the database, and never out of date."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Opened, StoryChanges
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
