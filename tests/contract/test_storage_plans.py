"""Every query finds its rows by an index: none reads a whole table that grows with the news."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from aggregator.domain.articles import FullText
from aggregator.domain.comments import Comment
from aggregator.domain.comparing import Comparison
from aggregator.domain.digests import AddressState, Sent
from aggregator.domain.feeds import FeedState, Sighting, WantedText
from aggregator.domain.ids import (
    AddressId,
    ArticleId,
    BulkReadId,
    CommentId,
    CorrectionId,
    FeedId,
    MuteId,
    OutletId,
    PostId,
    ReaderId,
    ScheduleId,
    StoryId,
)
from aggregator.domain.labels import OwnLabel
from aggregator.domain.people import Unfollowed
from aggregator.domain.readers import BulkRead, Mute, MuteKind, ReadMark, StoryRead
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.search import Query, Standing
from aggregator.domain.stories import (
    CorrectionAction,
    Folding,
    Gist,
    Link,
    LinkKind,
    Merged,
    Opened,
    Relation,
    StoryChanges,
)
from aggregator.storage import Storage, UnitOfWork
from aggregator.storage.vectors import VectorMark
from tests.contract.conftest import Newsroom
from tests.contract.test_storage_digests import make_edition, make_post, make_schedule
from tests.contract.test_storage_feeds import make_outcome
from tests.contract.test_storage_people import ADA, INVITATION, SESSION, TOKEN
from tests.contract.test_storage_stories import make_face
from tests.factories import make_draft
from tests.fakes import NOON

LATER = NOON + timedelta(minutes=5)
ONE, TWO, THREE = ArticleId(1), ArticleId(2), ArticleId(3)
OUTLET, FEED, STORY = OutletId(1), FeedId(1), StoryId(1)
READER = ReaderId(1)
DIGEST = ScheduleId(1)
BULK = BulkRead(id=BulkReadId(0), at=NOON, marks={ONE: None}, stories={STORY: None})
RULE = Mute(id=MuteId(0), kind=MuteKind.WORD, value="otter", scope="", created_at=NOON)
REMARK = Comment(id=CommentId(1), story=STORY, author=READER, text="Who pays?", at=NOON)
WANTED = WantedText(article=ONE, feed=FEED, link="https://lantern.example/1")
LABEL = OwnLabel(domain="lantern.example", axis="slant", value="dry")
DRAFTS = [make_draft("A"), make_draft("B", guid="tag:b")]

CALLS: dict[str, Callable[[UnitOfWork], Any]] = {
    "outlets.ensure": lambda work: work.outlets.ensure("new.example", name="New"),
    "outlets.get": lambda work: work.outlets.get(OUTLET),
    "feeds.get": lambda work: work.feeds.get(FEED),
    "feeds.by_url": lambda work: work.feeds.by_url("https://lantern.example/front.xml"),
    "feeds.claim_due": lambda work: work.feeds.claim_due(owner="a", now=NOON, until=LATER, limit=5),
    "feeds.claim": lambda work: work.feeds.claim([FEED], owner="a", now=NOON, until=LATER),
    "feeds.record": lambda work: work.feeds.record(FEED, make_outcome(moved_to="u9"), owner="a"),
    "feeds.release": lambda work: work.feeds.release([FEED], owner="a"),
    "feeds.change": lambda work: work.feeds.change([FEED], state=FeedState.PAUSED.value),
    "feed_wishes.muted": lambda work: work.feed_wishes.muted(),
    "feed_wishes.mute": lambda work: work.feed_wishes.mute([FEED], muted=True),
    "feed_wishes.due": lambda work: work.feed_wishes.due(now=NOON, most_tries=3, limit=5),
    "feed_wishes.fetched": lambda work: work.feed_wishes.fetched(WANTED),
    "feed_wishes.failed": lambda work: work.feed_wishes.failed(WANTED, "No.", next_at=NOON),
    "polls.add": lambda work: work.polls.add(FEED, at=NOON, failure=None, new=1),
    "search.newest": lambda work: work.search.newest(Query(after=NOON), limit=5),
    "search.allowed": lambda work: work.search.allowed(Query(langs=frozenset({"en"}))),
    "search.allowed topic": lambda work: work.search.allowed(Query(topics=frozenset({"science"}))),
    "search.allowed kept": lambda work: work.search.allowed(
        Query(reader=READER, standings=frozenset({Standing.SAVED, Standing.FOLLOWED}))
    ),
    "search.allowed read": lambda work: work.search.allowed(
        Query(reader=READER, standings=frozenset({Standing.READ}))
    ),
    "search.latest_by_words": lambda work: work.search.latest_by_words(Query(words=("bridge",)), limit=5),
    "search.holding": lambda work: work.search.holding((ONE,), Query(phrases=("bridge",))),
    "search.by_words": lambda work: work.search.by_words(Query(words=("bridge",), after=NOON), limit=5),
    "days.reports": lambda work: work.days.reports(since=NOON, until=LATER),
    "days.last_before": lambda work: work.days.last_before(NOON),
    "days.first_after": lambda work: work.days.first_after(NOON),
    "days.loud": lambda work: work.days.loud(since=NOON, until=LATER, most=3),
    "search.by_any": lambda work: work.search.by_any(["bridge", "harbour"], limit=5),
    "removals.remove": lambda work: work.removals.remove([work.feeds.get(FEED)], now=NOON),
    "vectors.after": lambda work: list(work.vectors.after("m", VectorMark(1, 1))),
    "vectors.mark": lambda work: work.vectors.mark(),
    "feeds.next_due": lambda work: work.feeds.next_due(),
    "feeds.remove": lambda work: work.feeds.remove(FEED),
    "articles.fingerprints": lambda work: work.articles.fingerprints(OUTLET, DRAFTS),
    "articles.add": lambda work: work.articles.add(DRAFTS, outlet_id=OUTLET, feed_id=FEED, now=NOON),
    "articles.change": lambda work: work.articles.change(ONE, DRAFTS[1], feed_id=FEED, now=NOON),
    "articles.sight": lambda work: work.articles.sight(
        [Sighting(article_id=ONE, guid="g")], feed_id=FEED, now=NOON
    ),
    "articles.window": lambda work: work.articles.window(since=NOON, until=LATER),
    "articles.get_many": lambda work: work.articles.get_many([ONE, TWO]),
    "articles.get": lambda work: work.articles.get(ONE),
    "articles.versions": lambda work: work.articles.versions(ONE),
    "articles.heads": lambda work: work.articles.heads([ONE, TWO], length=9),
    "articles.titles": lambda work: work.articles.titles([ONE, TWO]),
    "articles.version_counts": lambda work: work.articles.version_counts([ONE, TWO]),
    "articles.feeds_of": lambda work: work.articles.feeds_of([ONE, TWO]),
    "articles.of_outlet": lambda work: work.articles.of_outlet(OUTLET, before=(NOON, ONE), limit=5),
    "articles.by_urls": lambda work: work.articles.by_urls(["u1", "u2"]),
    "articles.store_folding": lambda work: work.articles.store_folding(
        Folding(origin_of={TWO: ONE}), among=[ONE, TWO]
    ),
    "articles.folding": lambda work: work.articles.folding([ONE, TWO]),
    "corrections.add": lambda work: work.corrections.add(
        CorrectionAction.MERGE,
        detail="",
        by="",
        links=[Link(kind=LinkKind.MUST, one=ONE, other=TWO)],
        moved={ONE: (STORY, STORY)},
        now=NOON,
    ),
    "corrections.undo": lambda work: work.corrections.undo(CorrectionId(1), now=NOON),
    "corrections.get": lambda work: work.corrections.get(CorrectionId(1)),
    "corrections.naming": lambda work: work.corrections.naming([ONE, TWO]),
    "relations.of": lambda work: work.relations.of([ONE, TWO]),
    "relations.replace": lambda work: work.relations.replace(
        [Relation(article=ONE, nearest=TWO, score=0.5, parts={})], among=[ONE, TWO]
    ),
    "full_texts.get": lambda work: work.full_texts.get(ONE),
    "full_texts.put": lambda work: work.full_texts.put(ONE, FullText(html="", fetched_at=NOON)),
    "gists.get": lambda work: work.gists.get(STORY),
    "gists.states": lambda work: work.gists.states([STORY]),
    "gists.hashes": lambda work: work.gists.hashes([ONE, TWO]),
    "gists.put": lambda work: work.gists.put({STORY: Gist(of="a")}),
    "comparisons.get": lambda work: work.comparisons.get(STORY),
    "comparisons.each": lambda work: list(work.comparisons.each([STORY])),
    "comparisons.put": lambda work: work.comparisons.put(STORY, Comparison(of="a")),
    "comparisons.vectors": lambda work: work.comparisons.vectors("m", ["a", "b"]),
    "comparisons.put_vectors": lambda work: work.comparisons.put_vectors("m", ["a"], np.ones((1, 3))),
    "comparisons.states": lambda work: work.comparisons.states([STORY]),
    "comparisons.vector_keys": lambda work: work.comparisons.vector_keys(after=("a", "m"), limit=5),
    "comparisons.drop_vectors": lambda work: work.comparisons.drop_vectors([("a", "m")]),
    "comparisons.large": lambda work: work.comparisons.large(since=NOON, fewest=5),
    "comparisons.voices": lambda work: work.comparisons.voices([STORY]),
    "gists.drop": lambda work: work.gists.drop([STORY]),
    "stories.reopen": lambda work: work.stories.reopen([STORY]),
    "stories.revive": lambda work: work.stories.revive([STORY]),
    "stories.record": lambda work: work.stories.record([STORY], "corrected", "", now=NOON),
    "vectors.missing": lambda work: work.vectors.missing("m", since=NOON, limit=5),
    "vectors.put": lambda work: work.vectors.put("m", ["a"], np.ones((1, 2), dtype=np.float32)),
    "vectors.of_versions": lambda work: list(work.vectors.of_versions("m", [ONE, TWO])),
    "vectors.load": lambda work: work.vectors.load("m", ["a", "b"]),
    "stories.tracked": lambda work: work.stories.tracked(),
    "stories.apply": lambda work: work.stories.apply(
        StoryChanges(
            opened=(Opened(members=frozenset([THREE]), split_from=STORY, follows=ONE),),
            members={STORY: frozenset([ONE, TWO])},
            merged=(Merged(story=StoryId(2), into=STORY),),
            retired=(StoryId(3),),
        ),
        now=NOON,
    ),
    "stories.set_faces": lambda work: work.stories.set_faces({STORY: make_face(ONE)}),
    "stories.get": lambda work: work.stories.get(STORY),
    "stories.follows": lambda work: work.stories.follows(STORY),
    "stories.followed_by": lambda work: work.stories.followed_by(STORY),
    "stories.resolve": lambda work: work.stories.resolve(STORY),
    "stories.ranked": lambda work: work.stories.ranked(since=NOON, after=(1.0, STORY), limit=5),
    "stories.ranked first": lambda work: work.stories.ranked(since=NOON, limit=5),
    "stories.ranked topic": lambda work: work.stories.ranked(
        since=NOON, after=(1.0, STORY), limit=5, topic="sport"
    ),
    "stories.ranked topic first": lambda work: work.stories.ranked(since=NOON, limit=5, topic="sport"),
    "stories.ranked other": lambda work: work.stories.ranked(
        since=NOON, after=(1.0, STORY), limit=5, besides=["sport", "world"]
    ),
    "stories.topic_counts": lambda work: work.stories.topic_counts(since=NOON),
    "stories.get_many": lambda work: work.stories.get_many([STORY]),
    "revisions.of_each": lambda work: work.revisions.of_each("pages", most=5),
    "revisions.each": lambda work: work.revisions.each("pages", [STORY], dict.fromkeys, most=5),
    "stories.revision": lambda work: work.stories.revision(),
    "stories.leads": lambda work: work.stories.leads(since=NOON, limit=5),
    "story_members.of": lambda work: work.story_members.of([STORY]),
    "stories.members": lambda work: work.stories.members([STORY]),
    "stories.story_of": lambda work: work.stories.story_of([ONE, TWO]),
    "stories.events": lambda work: work.stories.events(STORY),
    "stories.count_ungrouped": lambda work: work.stories.count_ungrouped(since=NOON),
    "stories.outlets": lambda work: work.stories.outlets([STORY]),
    "stories.joined": lambda work: work.stories.joined([STORY]),
    "readers.get": lambda work: work.readers.get(READER),
    "read_marks.of": lambda work: work.read_marks.of(READER, [ONE, TWO]),
    "read_marks.marked": lambda work: work.read_marks.marked(READER, [STORY], [ONE]),
    "attention.of": lambda work: work.attention.of(READER, [STORY]),
    "read_marks.put": lambda work: work.read_marks.put(
        READER, {ONE: ReadMark(is_read=True, with_story=False, at=NOON)}
    ),
    "read_marks.remove": lambda work: work.read_marks.remove(READER, [ONE]),
    "story_reads.of": lambda work: work.story_reads.of(READER, [STORY]),
    "story_reads.put": lambda work: work.story_reads.put(
        READER, {STORY: StoryRead(at=NOON, reports=1, articles=1)}
    ),
    "story_reads.remove": lambda work: work.story_reads.remove(READER, [STORY]),
    "bulk_reads.add": lambda work: work.bulk_reads.add(READER, BULK),
    "bulk_reads.take": lambda work: work.bulk_reads.take(READER, BulkReadId(1)),
    "bulk_reads.forget": lambda work: work.bulk_reads.forget(READER, before=NOON),
    "saved.add": lambda work: work.saved.add(READER, STORY, now=NOON),
    "saved.remove": lambda work: work.saved.remove(READER, STORY),
    "saved.page": lambda work: work.saved.page(READER, before=(NOON, STORY), limit=5),
    "followed.add": lambda work: work.followed.add(READER, STORY, now=NOON),
    "followed.remove": lambda work: work.followed.remove(READER, STORY),
    "followed.page": lambda work: work.followed.page(READER, before=(NOON, STORY), limit=5),
    "mutes.of": lambda work: work.mutes.of(READER),
    "mutes.add": lambda work: work.mutes.add(READER, RULE),
    "mutes.remove": lambda work: work.mutes.remove(READER, MuteId(1)),
    "readers.add": lambda work: work.readers.add(ADA),
    "readers.put": lambda work: work.readers.put(ADA),
    "readers.remove": lambda work: work.readers.remove(READER),
    "sessions.add": lambda work: work.sessions.add("a", SESSION),
    "sessions.by_token": lambda work: work.sessions.by_token("a"),
    "sessions.of": lambda work: work.sessions.of(READER),
    "sessions.renew": lambda work: work.sessions.renew(SESSION.id, seen_at=NOON, expires_at=NOON),
    "sessions.remove": lambda work: work.sessions.remove(READER, SESSION.id),
    "sessions.remove_all": lambda work: work.sessions.remove_all(READER, but=SESSION.id),
    "sessions.forget": lambda work: work.sessions.forget(before=NOON),
    "invitations.add": lambda work: work.invitations.add("a", INVITATION),
    "invitations.by_token": lambda work: work.invitations.by_token("a"),
    "invitations.open": lambda work: work.invitations.open(now=NOON),
    "invitations.remove": lambda work: work.invitations.remove(INVITATION.id),
    "invitations.forget": lambda work: work.invitations.forget(before=NOON),
    "api_tokens.add": lambda work: work.api_tokens.add("a", TOKEN),
    "api_tokens.by_token": lambda work: work.api_tokens.by_token("a"),
    "api_tokens.of": lambda work: work.api_tokens.of(READER),
    "api_tokens.used": lambda work: work.api_tokens.used(TOKEN.id, at=NOON),
    "api_tokens.remove": lambda work: work.api_tokens.remove(READER, TOKEN.id),
    "follows.of": lambda work: work.follows.of(READER),
    "follows.put": lambda work: work.follows.put(READER, Unfollowed(folders=frozenset({"Sport"}))),
    "follows.followed": lambda work: work.follows.followed([STORY], Unfollowed(outlets=frozenset({"1"}))),
    "follows.followed folders": lambda work: work.follows.followed(
        [STORY], Unfollowed(folders=frozenset({"Sport"}))
    ),
    "comments.of_story": lambda work: work.comments.of_story(STORY),
    "comments.get": lambda work: work.comments.get(REMARK.id),
    "comments.by_author": lambda work: work.comments.by_author(READER, since=NOON),
    "comments.replies": lambda work: work.comments.replies(REMARK.id),
    "comments.add": lambda work: work.comments.add(REMARK),
    "comments.change": lambda work: work.comments.change(REMARK),
    "comments.remove": lambda work: work.comments.remove(REMARK.id),
    "saved_searches.of": lambda work: work.saved_searches.of(READER),
    "saved_searches.by_token": lambda work: work.saved_searches.by_token("secret"),
    "saved_searches.add": lambda work: work.saved_searches.add(
        READER, name="Otters", query="otter", token="secret", now=NOON
    ),
    "saved_searches.change": lambda work: work.saved_searches.change(READER, SavedSearchId(1), name="Otter"),
    "saved_searches.arrange": lambda work: work.saved_searches.arrange(READER, [SavedSearchId(1)]),
    "saved_searches.remove": lambda work: work.saved_searches.remove(READER, SavedSearchId(1)),
    "themes.of_story": lambda work: work.themes.of_story(STORY),
    "gists.get_many": lambda work: work.gists.get_many([STORY]),
    "digest_schedules.add": lambda work: work.digest_schedules.add(
        make_schedule(secret="b", address=AddressId(1)), now=NOON
    ),
    "digest_schedules.change": lambda work: work.digest_schedules.change(make_schedule(id=DIGEST), now=NOON),
    "digest_schedules.remove": lambda work: work.digest_schedules.remove(READER, DIGEST),
    "digest_schedules.get": lambda work: work.digest_schedules.get(DIGEST),
    "digest_schedules.by_secret": lambda work: work.digest_schedules.by_secret("a"),
    "digest_schedules.of": lambda work: work.digest_schedules.of(READER),
    "digest_schedules.claim_due": lambda work: work.digest_schedules.claim_due(
        owner="a", now=NOON, until=LATER, limit=5
    ),
    "digest_schedules.is_ours": lambda work: work.digest_schedules.is_ours(
        make_schedule(id=DIGEST), owner="a"
    ),
    "digest_schedules.advance": lambda work: work.digest_schedules.advance(DIGEST, next_at=LATER, now=NOON),
    "digest_schedules.ahead": lambda work: work.digest_schedules.ahead(now=NOON),
    "digest_addresses.add": lambda work: work.digest_addresses.add(
        READER, "ulla@x.example", AddressState.WAITING, now=NOON
    ),
    "digest_addresses.get": lambda work: work.digest_addresses.get(AddressId(1)),
    "digest_addresses.of": lambda work: work.digest_addresses.of(READER),
    "digest_addresses.refused": lambda work: work.digest_addresses.refused(),
    "digest_addresses.set_state": lambda work: work.digest_addresses.set_state(
        AddressId(1), AddressState.REFUSED
    ),
    "digest_addresses.remove": lambda work: work.digest_addresses.remove(READER, AddressId(1)),
    "digest_editions.add": lambda work: work.digest_editions.add(make_edition(DIGEST)),
    "digest_editions.latest_as_of": lambda work: work.digest_editions.latest_as_of(DIGEST),
    "digest_editions.by_secret": lambda work: work.digest_editions.by_secret("e"),
    "digest_editions.made": lambda work: work.digest_editions.made(DIGEST, limit=5),
    "digest_editions.log": lambda work: work.digest_editions.log(READER, limit=5),
    "digest_editions.unjoin": lambda work: work.digest_editions.unjoin(DIGEST, since=NOON),
    "digest_editions.forget_content": lambda work: work.digest_editions.forget_content(before=NOON),
    "digest_posts.add": lambda work: work.digest_posts.add([make_post(AddressId(1))]),
    "digest_posts.claim_due": lambda work: work.digest_posts.claim_due(
        owner="a", now=NOON, until=LATER, limit=5
    ),
    "digest_posts.hold": lambda work: work.digest_posts.hold(PostId(1), owner="a", until=LATER),
    "digest_posts.record": lambda work: work.digest_posts.record(make_post(AddressId(1), id=PostId(1))),
    "digest_posts.release": lambda work: work.digest_posts.release([PostId(1)], owner="a"),
    "digest_posts.call_back": lambda work: work.digest_posts.call_back(DIGEST),
    "digest_posts.troubled": lambda work: work.digest_posts.troubled(limit=5),
    "digest_ledger.of": lambda work: work.digest_ledger.of(READER),
    "digest_ledger.put": lambda work: work.digest_ledger.put(READER, {STORY: Sent(at=NOON, headline="")}),
    "digest_ledger.forget": lambda work: work.digest_ledger.forget(before=NOON),
    "outlet_labels.put": lambda work: work.outlet_labels.put([LABEL], now=NOON),
    "outlet_labels.remove": lambda work: work.outlet_labels.remove("lantern.example", "slant"),
    "coverage.of_outlet": lambda work: work.coverage.of_outlet(OUTLET, since=NOON, until=LATER, limit=5),
    "coverage.around": lambda work: work.coverage.around([STORY]),
    "coverage.tellers": lambda work: work.coverage.tellers([OUTLET], since=NOON, until=LATER),
    "coverage.busiest": lambda work: work.coverage.busiest(since=NOON, limit=5),
    "coverage.polls": lambda work: work.coverage.polls([OUTLET], since=NOON),
    "leases.claim": lambda work: work.leases.claim("build", owner="a", now=NOON, until=LATER),
    "leases.release": lambda work: work.leases.release("build", owner="a"),
}


@pytest.fixture
def full(storage: Storage, newsroom: Newsroom) -> Storage:
    """A database in which every call of `CALLS` has something to do."""
    with storage.writing() as work:
        ids = work.articles.add(
            [make_draft(f"Article {number}") for number in range(3)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        opened = tuple(Opened(members=frozenset([key])) for key in ids)
        work.stories.apply(StoryChanges(opened=opened), now=NOON)
        address = work.digest_addresses.add(READER, "marta@x.example", AddressState.CONFIRMED, now=NOON)
        work.digest_schedules.add(make_schedule(address=address), now=NOON)
    return storage


def plans(storage: Storage, call: Callable[[UnitOfWork], Any]) -> list[str]:
    """Return the steps by which SQLite runs every statement of a call."""
    asked: list[tuple[str, Any]] = []

    def remember(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        asked.append((statement, values[0] if many else values))

    event.listen(storage.engine, "before_cursor_execute", remember)
    with storage.writing() as work:
        call(work)
    event.remove(storage.engine, "before_cursor_execute", remember)
    with storage.engine.connect() as connection:
        return [
            row[3]
            for statement, values in asked
            if re.match(r"SELECT|INSERT|UPDATE|DELETE", statement)
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)
        ]


@pytest.mark.parametrize("name", CALLS)
def test_no_query_reads_a_whole_table(full: Storage, name: str) -> None:
    steps = plans(full, CALLS[name])
    scans = [step for step in steps if step.startswith("SCAN")]
    allowed = {
        "search.by_any": ["SCAN article_search VIRTUAL TABLE INDEX 32:rM2"],
        "search.by_words": [
            "SCAN article_search VIRTUAL TABLE INDEX 0:M2>",
            "SCAN article_search VIRTUAL TABLE INDEX 192:M2",
            "SCAN anon_1",
        ],
        "search.latest_by_words": ["SCAN article_search VIRTUAL TABLE INDEX 192:M2"],
        "search.holding": ["SCAN article_search VIRTUAL TABLE INDEX 0:=M2"],
        "feed_wishes.muted": ["SCAN feed_wishes"],
        "feed_wishes.due": ["SCAN feed_wishes"],
        "removals.remove": ["SCAN feed_wishes"],
        # Few rows, and for each a look into an index that holds the answer.
        "coverage.busiest": ["SCAN outlets USING COVERING INDEX sqlite_autoindex_outlets_1"],
        "stories.ranked first": ["SCAN stories USING INDEX ix_stories_score_id"],
        "stories.leads": ["SCAN stories USING INDEX ix_stories_score_id", "SCAN anon_2"],
        "stories.story_of": ["SCAN anon_1 VIRTUAL TABLE INDEX 1:"],
        # What was found of these stories, a row or none each.
        "attention.of": ["SCAN done"],
    }
    assert [scan for scan in scans if scan != "SCAN CONSTANT ROW"] == allowed.get(name, [])


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("articles.window", "SEARCH articles USING INDEX ix_articles_at_id (at>? AND at<?)"),
        (
            "feeds.claim_due",
            "SEARCH feeds USING INDEX ix_feeds_state_next_poll_at (state=? AND next_poll_at<?)",
        ),
        ("stories.ranked", "SEARCH stories USING INDEX ix_stories_score_id (score<?)"),
        (
            "stories.ranked topic",
            "SEARCH stories USING INDEX ix_stories_topic_score_id (topic=? AND score<?)",
        ),
        ("stories.ranked topic first", "SEARCH stories USING INDEX ix_stories_topic_score_id (topic=?)"),
        (
            "articles.of_outlet",
            "SEARCH articles USING INDEX ix_articles_outlet_id_at_id (outlet_id=? AND at<?)",
        ),
        (
            "coverage.of_outlet",
            "SEARCH articles USING INDEX ix_articles_outlet_id_at_id (outlet_id=? AND at>? AND at<?)",
        ),
    ],
)
def test_pages_and_ticks_read_in_the_order_of_an_index(full: Storage, name: str, step: str) -> None:
    steps = plans(full, CALLS[name])
    assert step in steps
    assert not [other for other in steps if "TEMP B-TREE" in other]


def test_new_vectors_are_read_and_not_those_of_before(full: Storage) -> None:
    steps = plans(full, CALLS["vectors.after"])

    assert [step for step in steps if step.startswith("SEARCH vectors")] == [
        "SEARCH vectors USING INDEX ix_vectors_model (model=? AND rowid>?)",
        "SEARCH vectors USING INDEX sqlite_autoindex_vectors_1 (content_hash=?)",
    ]
    assert "SEARCH articles USING INTEGER PRIMARY KEY (rowid>?)" in steps


@pytest.mark.parametrize("name", ["days.reports", "days.loud", "days.last_before", "days.first_after"])
def test_days_read_only_what_is_dated_within_them(full: Storage, name: str) -> None:
    dated = [step for step in plans(full, CALLS[name]) if re.match(r"(SEARCH|SCAN) articles", step)]
    assert len(dated) == 1
    assert re.fullmatch(r"SEARCH articles USING (COVERING )?INDEX ix_articles_at_id \(at.*\)", dated[0])


def test_every_repository_method_is_planned() -> None:
    whole = {
        "outlet_labels.all",
        "outlets.apply_facts",
        "outlets.all",
        "outlets.article_counts",
        "feeds.all",
        "feeds.add",
    }
    whole |= {"feeds.failing", "feeds.tally", "feeds.names"}
    whole |= {
        "feeds.hasten",
        "feed_wishes.all",
        "feed_wishes.want_full_texts",
        "feeds.article_counts",
        "removals.restore",
        "polls.history",
        "polls.unheard",
        "comparisons.drop_old",
        "comparisons.read_since",
        "articles.count",
        "vectors.models",
    }
    whole |= {"readers.all", "leases.held"}
    whole |= {"corrections.live", "corrections.log", "themes.all", "themes.replace"}
    methods = {
        f"{noun}.{method}"
        for noun, kind in UnitOfWork.__annotations__.items()
        for method in vars(kind)
        if not method.startswith("_") and method not in ("connection", "table")
    }
    assert methods == {name.split()[0] for name in CALLS} | whole
