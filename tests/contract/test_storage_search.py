"""Search: a person's words, whatever they type."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.search import Query
from aggregator.domain.stories import Opened, StoryChanges
from aggregator.storage import Storage
from aggregator.storage.schema import stories
from aggregator.storage.vectors import VectorMark
from tests.contract.conftest import Newsroom
from tests.databases import memory_storage
from tests.factories import make_draft
from tests.fakes import NOON


def fill(storage: Storage, newsroom: Newsroom, *drafts: ArticleDraft) -> tuple[ArticleId, ...]:
    with storage.writing() as work:
        return work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)


def search(storage: Storage, words: str, limit: int = 10) -> tuple[ArticleId, ...]:
    return asked(storage, limit, words=tuple(words.split()))


def asked(storage: Storage, limit: int = 10, **fields: Any) -> tuple[ArticleId, ...]:
    with storage.reading() as work:
        return work.search.by_words(Query(**fields), limit=limit)


def test_every_word_must_be_in_title_or_text(storage: Storage, newsroom: Newsroom) -> None:
    bridge, ferry = fill(
        storage,
        newsroom,
        make_draft("Bridge closed", "Ferries run late."),
        make_draft("Ferries run", "The harbour is busy."),
    )
    assert search(storage, "bridge late") == (bridge,)
    assert search(storage, "harbour") == (ferry,)
    assert search(storage, "bridge harbour") == ()
    assert set(search(storage, "FERRIES")) == {bridge, ferry}


def test_the_best_match_comes_first_and_the_list_is_cut(storage: Storage, newsroom: Newsroom) -> None:
    weak, strong = fill(
        storage,
        newsroom,
        make_draft("Weather", "Rain, wind, and far down the page a bridge over calm water."),
        make_draft("Bridge", "Bridge."),
    )
    assert search(storage, "bridge") == (strong, weak)
    assert search(storage, "bridge", limit=1) == (strong,)


def test_accents_do_not_matter(storage: Storage, newsroom: Newsroom) -> None:
    keys = fill(storage, newsroom, make_draft("Élection à Nîmes", "Résultat."))
    assert search(storage, "election nimes") == keys
    assert search(storage, "ÉLECTION") == keys


def test_a_changed_article_is_found_by_its_new_words_only(storage: Storage, newsroom: Newsroom) -> None:
    (key,) = fill(storage, newsroom, make_draft("Bridge closed", "It is shut."))
    with storage.writing() as work:
        changed = make_draft("Bridge open", "It is free.")
        work.articles.change(key, changed, feed_id=newsroom.feed, now=NOON)
    assert (search(storage, "closed"), search(storage, "shut")) == ((), ())
    assert search(storage, "open free") == (key,)
    assert storage.check() == ()


@pytest.mark.parametrize(
    "query", ["", "   ", '"', '""', "*", "🎈", "()", "-", "^", "'", ":", "\0", "…", "+ -"]
)
def test_a_query_without_a_word_finds_nothing(storage: Storage, newsroom: Newsroom, query: str) -> None:
    fill(storage, newsroom, make_draft())
    assert search(storage, query) == ()


@pytest.mark.parametrize(
    "query",
    [
        'bridge"',
        '"bridge',
        "bridge*",
        "bridge 🎈",
        "(bridge",
        "-bridge",
        "^bridge",
        "bridge\0closed",
        "bridge, closed!",
        "harbour-bridge",
    ],
)
def test_signs_around_words_are_only_signs(storage: Storage, newsroom: Newsroom, query: str) -> None:
    keys = fill(storage, newsroom, make_draft("Harbour bridge closed"))
    assert search(storage, query) == keys


@pytest.mark.parametrize("query", ["title:bridge", "NEAR(bridge closed)", "bridge OR ferry", "bridge NOT x"])
def test_the_commands_of_the_search_engine_are_only_words(
    storage: Storage, newsroom: Newsroom, query: str
) -> None:
    fill(storage, newsroom, make_draft("Harbour bridge closed"))
    assert search(storage, query) == ()


def test_a_phrase_must_stand_as_it_is(storage: Storage, newsroom: Newsroom) -> None:
    kept, _ = fill(storage, newsroom, make_draft("The bridge closed"), make_draft("Closed: the bridge"))
    assert asked(storage, phrases=("bridge closed",)) == (kept,)
    assert asked(storage, phrases=("the “bridge”, closed",), words=("bridge",)) == (kept,)


def test_an_unwanted_word_keeps_an_article_out(storage: Storage, newsroom: Newsroom) -> None:
    kept, _ = fill(storage, newsroom, make_draft("Bridge closed"), make_draft("Bridge of cards"))
    assert asked(storage, words=("bridge",), without=("cards", "ferry")) == (kept,)
    assert asked(storage, words=("bridge",), without=("…",)) != ()


def test_filters_narrow_what_the_words_find(storage: Storage, newsroom: Newsroom) -> None:
    english, german = fill(
        storage,
        newsroom,
        make_draft("Orsholm bridge", published_at=NOON - timedelta(days=2)),
        make_draft("Orsholm Brücke", lang="de", published_at=NOON - timedelta(days=1)),
    )
    day = NOON - timedelta(days=1)
    words = {"words": ("orsholm",)}
    assert asked(storage, **words, langs=frozenset({"de"})) == (german,)
    assert asked(storage, **words, after=day) == (german,)
    assert asked(storage, **words, before=day) == (english,)
    assert len(asked(storage, **words, outlets=frozenset({newsroom.outlet}))) == 2
    assert asked(storage, **words, outlets=frozenset({OutletId(99)})) == ()


def test_filters_alone_find_the_newest_first(storage: Storage, newsroom: Newsroom) -> None:
    keys = fill(
        storage, newsroom, *(make_draft(f"Day {n}", published_at=NOON - timedelta(days=n)) for n in (3, 1, 2))
    )
    query = Query(outlets=frozenset({newsroom.outlet}), without=("3",))
    with storage.reading() as work:
        assert work.search.newest(query, limit=9) == (keys[1], keys[2])
        assert work.search.newest(query, limit=1) == (keys[1],)
        assert sorted(work.search.allowed(query)) == sorted(keys)


def test_a_topic_is_that_of_the_story(storage: Storage, newsroom: Newsroom) -> None:
    one, _ = keys = fill(storage, newsroom, make_draft("Bridge closed"), make_draft("Bridge of cards"))
    with storage.writing() as work:
        changes = StoryChanges(opened=tuple(Opened(members=frozenset({key})) for key in keys))
        story, _ = work.stories.apply(changes, now=NOON)
        work.stories.connection.execute(stories.update().where(stories.c.id == story).values(topic="science"))
    assert asked(storage, words=("bridge",), topics=frozenset({"science", "sport"})) == (one,)
    assert asked(storage, words=("bridge",), topics=frozenset({"sport"})) == ()


def test_what_is_near_must_hold_phrases_and_nothing_unwanted(storage: Storage, newsroom: Newsroom) -> None:
    one, two, three = fill(
        storage,
        newsroom,
        make_draft("Harbour bridge closed"),
        make_draft("Harbour bridge of cards"),
        make_draft("Bridge in the harbour"),
    )
    with storage.reading() as work:
        assert work.search.holding((three, two, one), Query(words=("anything",))) == (three, two, one)
        wanted = Query(phrases=("harbour bridge",), without=("cards",))
        assert work.search.holding((three, two, one), wanted) == (one,)


def test_vectors_are_read_once_as_they_come(storage: Storage, newsroom: Newsroom) -> None:
    def new(mark: VectorMark) -> tuple[list[int], VectorMark]:
        with storage.reading() as work:
            found = [one for ids, _ in work.vectors.after("m", mark) for one in ids]
            return found, work.vectors.mark()

    def put(*drafts: ArticleDraft) -> None:
        with storage.writing() as work:
            hashes = [draft.content_hash for draft in drafts]
            work.vectors.put("m", hashes, np.eye(len(hashes), 4, dtype=np.float32))

    bridge, ferry = make_draft("Bridge closed"), make_draft("Ferries run")
    first, second = fill(storage, newsroom, bridge, ferry)
    assert new(VectorMark())[0] == []
    put(ferry)
    found, mark = new(VectorMark())
    assert found == [second]
    assert new(mark) == ([], mark)
    put(bridge)
    again = fill(storage, newsroom, make_draft("Ferries run", url="https://lantern.example/again"))
    found, mark = new(mark)
    assert sorted(found) == sorted([first, *again])
    edited = make_draft("Bridge open")
    with storage.writing() as work:
        work.articles.change(first, edited, feed_id=newsroom.feed, now=NOON)
    put(edited)
    assert new(mark)[0] == [first]


def test_any_text_at_all_is_a_safe_query() -> None:
    storage = memory_storage()

    @given(st.text())
    def is_safe(query: str) -> None:
        assert asked(storage, words=(query,), phrases=(query,), without=(query,)) == ()

    is_safe()
    storage.close()


def test_of_too_many_matches_those_stored_last_are_ranked(storage: Storage, newsroom: Newsroom) -> None:
    texts = ["otter otter otter", "An otter was seen near the mill.", "At the mill, an otter and a hare."]
    added = fill(
        storage, newsroom, *(make_draft(f"Report {number}", text) for number, text in enumerate(texts))
    )
    with storage.reading() as work:
        otter = Query(words=("otter",))
        found = [work.search.by_words(otter, limit=5, ranked=ranked) for ranked in (5, 2)]
        limited = work.search.by_words(otter, limit=1, ranked=2)

    assert found[0][0] == added[0]
    assert (set(found[0]), set(found[1])) == (set(added), set(added[1:]))
    assert limited == found[1][:1]
