"""What every page counts is counted once for each state of the database, and never out of date."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from aggregator.domain.articles import OutletFacts
from aggregator.domain.feeds import Failure
from aggregator.domain.ids import ArticleId, CorrectionId, FeedId, StoryId
from aggregator.domain.people import Unfollowed
from aggregator.domain.readers import PERSONAL
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
from tests.contract.test_storage_feeds import make_outcome
from tests.contract.test_storage_plans import RULE
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


def poll(work: UnitOfWork, feed: FeedId, **told: Any) -> None:
    work.feeds.claim([feed], owner="a", now=NOON, until=NOON + timedelta(minutes=1))
    assert work.feeds.record(feed, make_outcome(**told), owner="a")


SMALL: dict[str, tuple[Callable[[UnitOfWork], object], Callable[[UnitOfWork], object], object, object]] = {
    "who reads": (
        lambda work: getattr(work.readers.get(PERSONAL), "theme", None),
        lambda work: work.readers.put(replace(work.readers.all()[0], theme="dark")),
        "",
        "dark",
    ),
    "rules": (
        lambda work: [rule.value for rule in work.mutes.of(PERSONAL)],
        lambda work: work.mutes.add(PERSONAL, RULE),
        [],
        ["otter"],
    ),
    "what is not followed": (
        lambda work: work.follows.of(PERSONAL),
        lambda work: work.follows.put(PERSONAL, Unfollowed(outlets=frozenset({"1"}))),
        Unfollowed(),
        Unfollowed(outlets=frozenset({"1"})),
    ),
    "kept searches": (
        lambda work: [one.query for one in work.saved_searches.of(PERSONAL)],
        lambda work: work.saved_searches.add(PERSONAL, name="Quay", query="quay", token="t", now=NOON),
        [],
        ["quay"],
    ),
    "how many feeds were polled": (
        lambda work: work.feeds.tally(),
        lambda work: poll(work, FeedId(1)),
        (1, 0),
        (1, 1),
    ),
    "which feeds fail": (
        lambda work: [feed.failures for feed in work.feeds.failing()],
        lambda work: poll(work, FeedId(1), failure=Failure.TIMEOUT, failures=1),
        [],
        [1],
    ),
    "what feeds are called": (
        lambda work: list(work.feeds.names().values()),
        lambda work: work.feeds.change([FeedId(1)], title="Morning"),
        ["The Orsholm Lantern"],
        ["Morning"],
    ),
    "which feeds are muted": (
        lambda work: list(work.feed_wishes.muted()),
        lambda work: work.feed_wishes.mute([FeedId(1)], muted=True),
        [],
        [FeedId(1)],
    ),
    "who publishes": (
        lambda work: [outlet.domain for outlet in work.outlets.all()],
        lambda work: work.outlets.ensure("gull.example", name="A Gull"),
        ["lantern.example"],
        ["gull.example", "lantern.example"],
    ),
}


@pytest.mark.parametrize("what", SMALL)
def test_short_questions_of_every_page_are_asked_once_and_after_a_change_anew(
    storage: Storage, newsroom: Newsroom, what: str
) -> None:
    assert newsroom.feed == FeedId(1)
    ask, change, before, after = SMALL[what]
    told: list[object] = []
    asked: list[str] = []
    event.listen(storage.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    for times in range(3):
        with storage.reading() as work:
            told.append(ask(work))
        if times == 0:
            asked.clear()
    statements = [one for one in asked if not re.match("BEGIN|PRAGMA|SELECT revisions", one)]

    with storage.writing() as work:
        change(work)
    with storage.reading() as work:
        changed = ask(work)

    assert (told, statements, changed) == ([before] * 3, [], after)


def test_poll_that_tells_nothing_new_of_its_feed_leaves_the_answers(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        poll(work, newsroom.feed)
    asked: list[str] = []
    event.listen(storage.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    with storage.writing() as work:
        poll(work, newsroom.feed)
        work.feeds.hasten(now=NOON, polled_before=NOON)

    assert not [one for one in asked if "INSERT INTO revisions" in one]
