"""Articles: one a canonical identity, with versions, and every feed that lists them."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from aggregator.domain.articles import Article, ArticleDraft, ArticleVersion, Fingerprint
from aggregator.domain.feeds import Sighting
from aggregator.domain.ids import ArticleId, FeedId
from aggregator.domain.stories import Folding
from aggregator.storage import Storage, StoredArticle, UnitOfWork
from tests.contract.conftest import Newsroom
from tests.factories import digest, make_article, make_draft, make_new_feed
from tests.fakes import NOON

HOUR = timedelta(hours=1)


def add(work: UnitOfWork, newsroom: Newsroom, *drafts: ArticleDraft, **fields: Any) -> tuple[ArticleId, ...]:
    values: dict[str, Any] = {"outlet_id": newsroom.outlet, "feed_id": newsroom.feed, "now": NOON}
    return work.articles.add(drafts, **values | fields)


def found(
    work: UnitOfWork, newsroom: Newsroom, *drafts: ArticleDraft, outlet: int | None = None
) -> list[ArticleId]:
    prints = work.articles.fingerprints(outlet or newsroom.outlet, drafts)
    return [one.article_id for one in prints]


def titles(articles: Sequence[Article]) -> list[str]:
    return [article.title for article in articles]


def test_a_draft_becomes_an_article_with_its_body(storage: Storage, newsroom: Newsroom) -> None:
    draft = make_draft(
        author="A. Reporter",
        provenance="Reuters",
        image_url="https://lantern.example/i.jpg",
        tags=("harbour", "traffic"),
    )
    with storage.writing() as work:
        (key,) = add(work, newsroom, draft)
        expected = make_article(
            key,
            outlet=newsroom.outlet,
            url=draft.url,
            link=draft.link,
            first_seen_at=NOON,
            author="A. Reporter",
            provenance="Reuters",
        )
        assert work.articles.get(key) == StoredArticle(
            article=expected,
            html="<p>The bridge is shut.</p>",
            image_url="https://lantern.example/i.jpg",
            tags=("harbour", "traffic"),
        )
        assert work.articles.get_many([key]) == (expected,)


def test_an_article_without_a_date_counts_from_when_it_was_first_seen(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        (key,) = add(work, newsroom, make_draft(published_at=None))
        (article,) = work.articles.get_many([key])
    assert (article.at, article.dated, article.first_seen_at) == (NOON, False, NOON)


def test_an_unknown_article_is_none(storage: Storage) -> None:
    with storage.reading() as work:
        assert work.articles.get(ArticleId(5)) is None


def test_ids_follow_the_order_of_the_drafts_and_a_known_identity_is_a_sighting(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        one, two = add(work, newsroom, make_draft("One"), make_draft("Two"))
        other = work.feeds.add(make_new_feed("u1"), newsroom.outlet, now=NOON)
        ids = add(
            work,
            newsroom,
            make_draft("Two", text="Another text."),
            make_draft("Three"),
            make_draft("Three"),
            make_draft("One"),
            feed_id=other,
        )
        assert ids == (two, ids[1], ids[1], one)
        assert work.articles.count() == 3
        assert [article.text for article in work.articles.get_many([two])] == ["The bridge is shut."]
        assert work.articles.feeds_of(ids) == {
            one: (newsroom.feed, other),
            two: (newsroom.feed, other),
            ids[1]: (other,),
        }


def test_nothing_to_add_is_nothing(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        assert add(work, newsroom) == ()


def test_one_identity_may_be_at_two_outlets(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        other = work.outlets.ensure("mirror.example", name="Mirror")
        (mine,) = add(work, newsroom, make_draft())
        (theirs,) = add(work, newsroom, make_draft(), outlet_id=other)
        assert mine != theirs
        assert found(work, newsroom, make_draft()) == [mine]
        assert found(work, newsroom, make_draft(), outlet=other) == [theirs]


def test_a_fingerprint_tells_all_that_recognises_an_article(storage: Storage, newsroom: Newsroom) -> None:
    draft = make_draft(guid="tag:1")
    with storage.writing() as work:
        (key,) = add(work, newsroom, draft)
        work.articles.sight([Sighting(article_id=key, guid="tag:0")], feed_id=newsroom.feed, now=NOON)
        work.articles.sight([Sighting(article_id=key, guid=None)], feed_id=newsroom.feed, now=NOON)
        assert work.articles.fingerprints(newsroom.outlet, [draft]) == (
            Fingerprint(
                article_id=key,
                identity=draft.identity,
                url=draft.url,
                guids=("tag:0", "tag:1"),
                title=draft.title,
                content_hash=draft.content_hash,
                text_hash=sha256(draft.text.encode()).hexdigest(),
                text=draft.text,
                html=draft.html,
            ),
        )


@pytest.mark.parametrize(
    "like",
    [
        {"identity": "https://lantern.example/a"},
        {"url": "https://lantern.example/a"},
        {"guid": "tag:a"},
        {"text": "Text of a."},
    ],
    ids=lambda like: next(iter(like)),
)
def test_one_thing_in_common_is_enough_to_be_found(
    storage: Storage, newsroom: Newsroom, like: dict[str, str]
) -> None:
    unlike = {"url": "https://x.example", "identity": "x", "guid": "tag:x", "text": "Text of x."}
    with storage.writing() as work:
        (key,) = add(
            work, newsroom, make_draft("A", "Text of a.", url="https://lantern.example/a", guid="tag:a")
        )
        add(work, newsroom, make_draft("B", "Text of b.", guid="tag:b"))
        assert found(work, newsroom, make_draft("X", **unlike | like)) == [key]
        assert found(work, newsroom, make_draft("X", **unlike)) == []


def test_articles_without_a_text_are_not_alike(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        add(work, newsroom, make_draft("A", ""))
        assert found(work, newsroom, make_draft("B", "")) == []


def test_a_fingerprint_remembers_the_hashes_of_earlier_versions(storage: Storage, newsroom: Newsroom) -> None:
    first, second = (
        make_draft("A", url="https://lantern.example/a"),
        make_draft("B", url="https://lantern.example/a"),
    )
    with storage.writing() as work:
        (key,) = add(work, newsroom, first)
        work.articles.change(key, second, feed_id=newsroom.feed, now=NOON)
        (known,) = work.articles.fingerprints(newsroom.outlet, [second])
    assert (known.content_hash, known.past_hashes) == (second.content_hash, (first.content_hash,))


def test_drafts_without_a_guid_are_not_alike(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        add(work, newsroom, make_draft("A", "Text of a.", guid=None))
        assert found(work, newsroom, make_draft("B", "Text of b.", guid=None)) == []
        assert found(work, newsroom, make_draft("B", "Text of b.", guid="")) == []


def test_a_new_title_keeps_the_old_state_as_a_version(storage: Storage, newsroom: Newsroom) -> None:
    first = make_draft("Bridge shut", "It is shut.", url="https://lantern.example/live")
    second = make_draft("Bridge open", "It is open.", url=first.url)
    third = make_draft("Bridge open again", "It is open.", url=first.url)
    with storage.writing() as work:
        (key,) = add(work, newsroom, first)
        work.articles.change(key, second, feed_id=newsroom.feed, now=NOON + HOUR)
        work.articles.change(key, third, feed_id=newsroom.feed, now=NOON + 2 * HOUR)
        assert work.articles.versions(key) == (
            ArticleVersion(
                title="Bridge open", summary="It is open.", text="It is open.", seen_at=NOON + HOUR
            ),
            ArticleVersion(title="Bridge shut", summary="It is shut.", text="It is shut.", seen_at=NOON),
        )
        assert work.articles.version_counts([key, ArticleId(9)]) == {key: 2, ArticleId(9): 0}
        assert work.articles.titles([key, ArticleId(9)]) == {
            key: (
                (NOON, "Bridge shut"),
                (NOON + HOUR, "Bridge open"),
                (NOON + 2 * HOUR, "Bridge open again"),
            )
        }
        assert work.articles.get_many([key]) == (
            make_article(
                key,
                "Bridge open again",
                "It is open.",
                outlet=newsroom.outlet,
                url=first.url,
                link=first.link,
                first_seen_at=NOON,
            ),
        )


def test_a_change_of_summary_or_markup_alone_makes_no_version(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        (key,) = add(work, newsroom, make_draft())
        changed = make_draft(summary="In short.", html="<div>The bridge is shut.</div>", author="B.")
        work.articles.change(key, changed, feed_id=newsroom.feed, now=NOON + HOUR)
        stored = work.articles.get(key)
        assert stored is not None
        assert (stored.article.summary, stored.html, stored.article.author) == (
            "In short.",
            "<div>The bridge is shut.</div>",
            "B.",
        )
        assert work.articles.versions(key) == ()


def test_a_changed_article_is_found_by_its_new_address_and_its_old_identity(
    storage: Storage, newsroom: Newsroom
) -> None:
    old, new = make_draft("A", "Text of a."), make_draft("B", "Text of b.", guid="tag:b")
    with storage.writing() as work:
        (key,) = add(work, newsroom, old)
        work.articles.change(key, new, feed_id=newsroom.feed, now=NOON)
        alike = {"text": "", "guid": None}
        assert found(work, newsroom, make_draft("B", **alike)) == [key]
        assert found(work, newsroom, make_draft("A", **alike)) == [key]
        assert found(work, newsroom, make_draft("C", text="", guid="tag:b")) == [key]


def test_a_date_that_comes_late_does_not_move_the_article(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        (key,) = add(work, newsroom, make_draft(published_at=None))
        for hours in (5, 1):
            later = make_draft(published_at=NOON - hours * HOUR)
            work.articles.change(key, later, feed_id=newsroom.feed, now=NOON + HOUR)
        (article,) = work.articles.get_many([key])
    assert (article.at, article.dated) == (NOON, False)


def test_an_article_that_is_not_there_cannot_change(storage: Storage, newsroom: Newsroom) -> None:
    with pytest.raises(LookupError, match="no article 7"), storage.writing() as work:
        work.articles.change(ArticleId(7), make_draft(), feed_id=newsroom.feed, now=NOON)


def test_sightings_add_feeds_and_guids_and_may_repeat(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        other = work.feeds.add(make_new_feed("u1"), newsroom.outlet, now=NOON)
        (key,) = add(work, newsroom, make_draft(guid="tag:1"))
        seen = [Sighting(article_id=key, guid="tag:1"), Sighting(article_id=key, guid="tag:1#0")]
        for hours in (1, 2):
            work.articles.sight(seen, feed_id=other, now=NOON + hours * HOUR)
        work.articles.sight([], feed_id=other, now=NOON)
        assert work.articles.feeds_of([key]) == {key: (newsroom.feed, other)}
        (stored,) = work.articles.fingerprints(newsroom.outlet, [make_draft()])
    assert stored.guids == ("tag:1", "tag:1#0")


def test_the_window_holds_both_its_ends_in_order_of_time(storage: Storage, newsroom: Newsroom) -> None:
    drafts = [make_draft(f"{hours} h", published_at=NOON - hours * HOUR) for hours in (1, 3, 2, 4)]
    with storage.writing() as work:
        add(work, newsroom, *drafts)
        assert titles(work.articles.window(since=NOON - 3 * HOUR)) == ["3 h", "2 h", "1 h"]
        until = NOON - 2 * HOUR
        assert titles(work.articles.window(since=NOON - 3 * HOUR, until=until)) == ["3 h", "2 h"]
        assert work.articles.window(since=NOON) == ()


def test_articles_come_in_the_order_asked_for(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        one, two = add(work, newsroom, make_draft("One"), make_draft("Two"))
        assert titles(work.articles.get_many([two, ArticleId(99), one, two])) == ["Two", "One"]


def test_an_outlet_is_paged_without_gaps_when_times_are_equal(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        ids = add(work, newsroom, *(make_draft(f"Same {n}") for n in range(5)))
        (newest,) = add(work, newsroom, make_draft("Newest", published_at=NOON))
        pages: list[list[ArticleId]] = []
        before = None
        while page := work.articles.of_outlet(newsroom.outlet, before=before, limit=2):
            pages.append([article.id for article in page])
            before = (page[-1].at, page[-1].id)
    assert pages == [[newest, ids[4]], [ids[3], ids[2]], [ids[1], ids[0]]]


def test_articles_of_any_outlet_are_found_by_url(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        other = work.outlets.ensure("mirror.example", name="Mirror")
        (one,) = add(work, newsroom, make_draft("One"))
        (two,) = add(work, newsroom, make_draft("Two"), outlet_id=other)
        urls = [make_draft("Two").url, "https://nowhere.example", make_draft("One").url]
        assert [article.id for article in work.articles.by_urls(urls)] == [one, two]


def test_more_articles_than_one_list_holds(storage: Storage, newsroom: Newsroom) -> None:
    drafts = [make_draft(f"Item {n}", f"Text {n}.") for n in range(1203)]
    with storage.writing() as work:
        ids = add(work, newsroom, *drafts)
        assert len(set(ids)) == work.articles.count() == 1203
        assert [article.id for article in work.articles.get_many(ids)] == list(ids)
        assert found(work, newsroom, *drafts) == sorted(ids)
        assert set(work.articles.feeds_of(ids).values()) == {(newsroom.feed,)}


def test_folding_is_stored_for_exactly_the_articles_named(storage: Storage, newsroom: Newsroom) -> None:
    with storage.writing() as work:
        a, b, c, d = add(work, newsroom, *(make_draft(title) for title in "abcd"))
        first = Folding(origin_of={a: a, b: a, c: a, d: d}, discusses={d: a})
        work.articles.store_folding(first, among=[a, b, c, d])
        assert work.articles.folding([a, b, c, d]) == first
        work.articles.store_folding(Folding(origin_of={a: a, b: b}), among=[a, b])
        assert work.articles.folding([a, b, c, d, ArticleId(99)]) == Folding(
            origin_of={a: a, b: b, c: a, d: d}, discusses={d: a}
        )


def test_an_article_that_a_folding_does_not_name_is_its_own_origin(
    storage: Storage, newsroom: Newsroom
) -> None:
    with storage.writing() as work:
        a, b = add(work, newsroom, make_draft("a"), make_draft("b"))
        work.articles.store_folding(Folding(origin_of={b: a}, discusses={b: a}), among=[b])
        work.articles.store_folding(Folding(), among=[a, b])
        assert work.articles.folding([a, b]) == Folding(origin_of={a: a, b: b})


def test_a_text_with_every_kind_of_sign_comes_back_as_it_was(storage: Storage, newsroom: Newsroom) -> None:
    text = "Ørsted’s “naïve” 東京 🎈\n\n\x00\x1f O'Hare; DROP TABLE articles; -- %s :name ?"
    with storage.writing() as work:
        (key,) = add(work, newsroom, make_draft(text=text, content_hash=digest(text)))
        (article,) = work.articles.get_many([key])
    assert (article.text, article.content_hash) == (text, digest(text))


def test_an_article_of_a_feed_that_is_not_there_is_refused_whole(
    storage: Storage, newsroom: Newsroom
) -> None:
    with pytest.raises(IntegrityError), storage.writing() as work:
        add(work, newsroom, make_draft(), feed_id=FeedId(99))
    with storage.reading() as work:
        assert work.articles.count() == 0
