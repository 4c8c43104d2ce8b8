"""Search: a person's words, whatever they type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.ids import ArticleId
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.databases import memory_storage
from tests.factories import make_draft
from tests.fakes import NOON


def fill(storage: Storage, newsroom: Newsroom, *drafts: ArticleDraft) -> tuple[ArticleId, ...]:
    with storage.writing() as work:
        return work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)


def search(storage: Storage, query: str, limit: int = 10) -> tuple[ArticleId, ...]:
    with storage.reading() as work:
        return work.articles.search(query, limit=limit)


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
        'harbour "bridge closed"',
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


def test_any_text_at_all_is_a_safe_query() -> None:
    storage = memory_storage()

    @given(st.text())
    def is_safe(query: str) -> None:
        assert search(storage, query) == ()

    is_safe()
    storage.close()
