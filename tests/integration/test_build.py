"""A build from stored articles to stories: real storage, real steps, a hashed-words embedder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from aggregator.domain.articles import ArticleDraft
from aggregator.domain.errors import ModelUnusable
from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId
from aggregator.domain.stories import Gist, Merged, Opened, Story, StoryChanges, StoryState
from aggregator.storage import Storage
from aggregator.stories.build import LEASE, Build
from aggregator.stories.embed import encode_articles
from aggregator.stories.gists import renew_gists, renew_gists_by_turns
from aggregator.stories.group import GroupNumbers
from aggregator.stories.passage import passage
from aggregator.stories.summary import FEWEST
from tests.databases import memory_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, HashedWords
from tests.unit.stories.test_summary import TEXTS

WINDOW = timedelta(hours=48)
LEASE_FOR = timedelta(minutes=10)

BRIDGE = (
    "Engineers closed the harbour bridge in Orsholm after inspectors found cracks in two piers and ferries"
)
REPORTS = {
    "lantern": f"{BRIDGE} will carry commuters until the steel has been examined.",
    "herald": f"{BRIDGE} now cross every ten minutes from the northern quay.",
    "courier": f"{BRIDGE} were packed on the first morning of the closure.",
}
ELECTION = "Voters of the hill districts choose a new assembly on Sunday, the first with a budget of its own."


@dataclass
class Desk:
    """A storage with outlets, and the service under test over it."""

    storage: Storage
    clock: FrozenClock = field(default_factory=FrozenClock)
    embedder: HashedWords = field(default_factory=HashedWords)

    def store(self, outlet: str, title: str, text: str, **fields: Any) -> ArticleId:
        """Store an article as a poll of the outlet's only feed would, published now unless told."""
        fields.setdefault("url", f"https://{outlet}.example/{title.lower().replace(' ', '-')}")
        fields.setdefault("published_at", self.clock.now())
        with self.storage.writing() as work:
            home = work.outlets.ensure(f"{outlet}.example", name=outlet.title())
            address = f"https://{outlet}.example/front.xml"
            known = work.feeds.by_url(address)
            feed = known.id if known else work.feeds.add(make_new_feed(address), home, now=NOON)
            return self._add(work.articles.add, home, feed, make_draft(title, text, **fields))

    def _add(self, add: Any, home: OutletId, feed: FeedId, draft: ArticleDraft) -> ArticleId:
        (one,) = add([draft], outlet_id=home, feed_id=feed, now=self.clock.now())
        return ArticleId(one)

    def store_bridge(self) -> tuple[ArticleId, ...]:
        """Store three outlets' own reports of one event."""
        return tuple(
            self.store(
                outlet,
                f"Harbour bridge in Orsholm closed, {outlet} learns",
                text,
                url=f"https://{outlet}.example/bridge",
            )
            for outlet, text in REPORTS.items()
        )

    def edit(self, article: ArticleId, title: str, text: str) -> None:
        with self.storage.writing() as work:
            stored = work.articles.get(article)
            assert stored is not None
            (feed,) = work.articles.feeds_of([article])[article]
            draft = make_draft(title, text, url=stored.article.url)
            work.articles.change(article, draft, feed_id=feed, now=self.clock.now())

    def build(self, **fields: Any) -> Build:
        values: dict[str, Any] = {
            "storage": self.storage,
            "embedder": self.embedder,
            "clock": self.clock,
            "owner": "test",
            "window": WINDOW,
            "lease_for": LEASE_FOR,
        }
        return Build(**values | fields)

    def run(self) -> None:
        assert self.build()() is not None

    def story_of(self, article: ArticleId) -> Story:
        with self.storage.reading() as work:
            found = work.stories.get(work.stories.story_of([article])[article])
        assert found is not None
        return found

    def homes(self, *articles: ArticleId) -> list[StoryId]:
        with self.storage.reading() as work:
            homes = work.stories.story_of(articles)
        return [homes[one] for one in articles]

    def everything(self) -> list[object]:
        """Return all that readers can see of the stories, with their history."""
        with self.storage.reading() as work:
            stories = work.stories.ranked(since=NOON - timedelta(days=99), limit=99)
            ids = [story.id for story in stories]
            return [stories, work.stories.members(ids), [work.stories.events(one) for one in ids]]


@pytest.fixture
def desk() -> Iterator[Desk]:
    storage = memory_storage()
    yield Desk(storage=storage)
    storage.close()


@dataclass
class BrokenModel(HashedWords):
    """A model that cannot be loaded."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        raise ModelUnusable(self.model_id, "its weights are missing")


@dataclass
class SlowModel(HashedWords):
    """A model during whose work something else happens."""

    meanwhile: Any = None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return super().encode(texts)


def test_articles_about_one_event_become_one_story_and_the_rest_their_own(desk: Desk) -> None:
    first, second, third = desk.store_bridge()
    alone = desk.store("lantern", "Hill districts vote", ELECTION)
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.articles, report.opened) == (4, 4, 2)
    assert (report.changed, report.merged, report.retired) == (0, 0, 0)
    assert list(report.seconds) == ["embed", "relate", "group", "track", "store", "gists", "themes"]
    assert len({*desk.homes(first, second, third)}) == 1
    assert desk.homes(alone) != desk.homes(first)
    face = desk.story_of(first).face
    assert (face.article_count, face.outlet_count, face.origin_count) == (3, 3, 3)
    assert face.lead_id in {first, second, third}


def test_no_articles_make_no_stories(desk: Desk) -> None:
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.articles, report.opened) == (0, 0, 0)


def test_second_build_changes_nothing_and_embeds_nothing(desk: Desk) -> None:
    desk.store_bridge()
    desk.store("lantern", "Hill districts vote", ELECTION)
    desk.run()
    before, seen = desk.everything(), list(desk.embedder.encoded)
    desk.clock.advance(hours=1)
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.articles) == (0, 4)
    assert (report.opened, report.changed, report.merged, report.retired) == (0, 0, 0, 0)
    assert desk.everything() == before
    assert desk.embedder.encoded == seen


def test_new_article_grows_its_story_which_keeps_its_id(desk: Desk) -> None:
    first, *_ = desk.store_bridge()
    desk.run()
    before = desk.story_of(first)
    desk.clock.advance(hours=1)
    late = desk.store("beacon", "Orsholm harbour bridge closed", f"{BRIDGE} run by night, too.")
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.opened, report.changed) == (1, 0, 1)
    after = desk.story_of(late)
    assert (after.id, after.opened_at) == (before.id, before.opened_at)
    assert (after.face.article_count, after.face.last_at) == (4, desk.clock.now())
    with desk.storage.reading() as work:
        assert [event.kind for event in work.stories.events(after.id)] == ["opened", "grown"]


def test_equal_texts_are_embedded_once(desk: Desk) -> None:
    copies = [desk.store(name, "Harbour bridge closed", REPORTS["lantern"]) for name in ("lantern", "herald")]
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.articles) == (1, 2)
    headline = "Harbour bridge closed"
    assert desk.embedder.encoded == [passage(headline, REPORTS["lantern"]), headline]
    assert len({*desk.homes(*copies)}) == 1


def test_title_that_returns_in_a_later_batch_is_not_embedded_again(desk: Desk) -> None:
    for outlet, text in REPORTS.items():
        desk.store(outlet, "Morning briefing", text)
    desk.build(batch=1)()
    passages = [passage("Morning briefing", text) for text in REPORTS.values()]
    assert desk.embedder.encoded == [passages[0], "Morning briefing", *passages[1:]]


def test_what_an_edit_leaves_as_it_was_is_not_embedded_again(desk: Desk) -> None:
    article = desk.store("lantern", "Harbour bridge closed", REPORTS["lantern"])
    desk.run()
    embedded = list(desk.embedder.encoded)
    desk.edit(article, "Harbour bridge closed", ELECTION)
    desk.run()
    desk.edit(article, "Harbour bridge closed", ELECTION + " Polls open at seven." * 20)
    desk.run()
    desk.edit(article, "Harbour bridge closed", ELECTION + " Polls open at seven." * 30)
    report = desk.build()()
    assert report is not None
    assert report.embedded == 1
    leads = [passage("Harbour bridge closed", ELECTION + " Polls open at seven." * n) for n in (0, 20)]
    assert desk.embedder.encoded == [*embedded, *leads]


def test_vector_with_reused_halves_is_the_one_made_anew(desk: Desk) -> None:
    article = desk.store("lantern", "Harbour bridge closed", REPORTS["lantern"])
    desk.run()
    desk.edit(article, "Harbour bridge closed", ELECTION)
    desk.run()
    with desk.storage.reading() as work:
        (now,) = work.articles.get_many([article])
        _, (row,) = work.vectors.load(desk.embedder.model_id, [now.content_hash])
    assert row == pytest.approx(encode_articles(HashedWords(), [now])[0], abs=1e-6)


def test_what_was_embedded_in_small_batches_is_the_same(desk: Desk) -> None:
    members = desk.store_bridge()
    told: list[tuple[str, int, int]] = []
    desk.build(batch=2)(on_progress=lambda *step: told.append(step))
    assert told == [("embed", 0, 3), ("embed", 2, 3), ("group", 0, 3)]
    assert len({*desk.homes(*members)}) == 1


def test_changed_title_becomes_the_headline_of_its_story(desk: Desk) -> None:
    article = desk.store("lantern", "Harbour bridge closed", REPORTS["lantern"])
    desk.run()
    before = desk.story_of(article)
    desk.edit(article, "Harbour bridge closed for three weeks", REPORTS["lantern"])
    assert desk.build().is_behind()
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.opened, report.changed) == (1, 0, 0)
    after = desk.story_of(article)
    assert (after.id, after.face.headline) == (before.id, "Harbour bridge closed for three weeks")


def test_build_is_behind_until_every_article_has_its_story(desk: Desk) -> None:
    build = desk.build()
    assert not build.is_behind()
    desk.store_bridge()
    assert build.is_behind()
    desk.run()
    assert not build.is_behind()


def test_article_older_than_the_window_is_left_alone(desk: Desk) -> None:
    desk.store("lantern", "Harbour bridge opened", ELECTION, published_at=NOON - WINDOW - timedelta(hours=1))
    assert not desk.build().is_behind()
    desk.run()
    assert desk.everything()[0] == ()


def test_nothing_is_built_while_another_process_builds(desk: Desk) -> None:
    desk.store_bridge()
    with desk.storage.writing() as work:
        assert work.leases.claim(LEASE, owner="another", now=NOON, until=NOON + LEASE_FOR)
    assert desk.build()() is None
    assert (desk.embedder.encoded, desk.everything()[0]) == ([], ())
    desk.clock.advance(minutes=10)
    desk.run()
    assert len(desk.everything()[0]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("owner", ["test", "another"])
def test_lease_is_free_after_a_step_failed(desk: Desk, owner: str) -> None:
    desk.store_bridge()
    with pytest.raises(ModelUnusable):
        desk.build(embedder=BrokenModel())()
    assert desk.build(owner=owner)() is not None


def test_build_that_lost_its_lease_while_it_slept_stores_nothing(desk: Desk) -> None:
    desk.store_bridge()

    def other_process_builds(step: str, _done: int, _total: int) -> None:
        if step == "group":
            desk.clock.advance(hours=1)
            assert desk.build(owner="another")() is not None

    assert desk.build()(on_progress=other_process_builds) is None
    stories, members, history = desk.everything()
    assert [len(some) for some in members.values()] == [3]  # type: ignore[attr-defined]
    assert len(stories) == len(history) == 1  # type: ignore[arg-type]


def test_article_that_comes_while_texts_are_embedded_waits_for_the_next_build(desk: Desk) -> None:
    desk.store_bridge()
    model = SlowModel(meanwhile=lambda: desk.store("beacon", "Hill districts vote", ELECTION))
    report = desk.build(embedder=model)()
    assert report is not None
    assert (report.articles, report.opened) == (3, 1)
    assert desk.build().is_behind()
    report = desk.build()()
    assert report is not None
    assert (report.embedded, report.articles, report.opened) == (1, 4, 1)


def test_story_whose_articles_left_the_window_is_retired_and_stays_as_it_was(desk: Desk) -> None:
    members = desk.store_bridge()
    desk.run()
    before = desk.story_of(members[0])
    desk.clock.advance(hours=49)
    report = desk.build()()
    assert report is not None
    assert (report.articles, report.retired) == (0, 1)
    after = desk.story_of(members[0])
    assert (before.state, after.state) == (StoryState.OPEN, StoryState.RETIRED)
    assert (after.id, after.face) == (before.id, before.face)
    assert desk.homes(*members) == [before.id] * 3


def test_entry_that_only_links_to_an_article_is_folded_under_it(desk: Desk) -> None:
    report = desk.store("lantern", "Harbour bridge closed", REPORTS["lantern"])
    entry = desk.store(
        "pointers",
        "Bridge shut (lantern.example)",
        "Comments: 12",
        url="https://lantern.example/harbour-bridge-closed",
    )
    desk.run()
    with desk.storage.reading() as work:
        assert dict(work.articles.folding([report, entry]).discusses) == {entry: report}
    story = desk.story_of(entry)
    assert story.id == desk.story_of(report).id
    assert (story.face.lead_id, story.face.article_count, story.face.outlet_count) == (report, 1, 1)


def test_copies_and_discussions_stay_folded_when_the_origin_grows_too_old(desk: Desk) -> None:
    first = desk.store("lantern", "Harbour bridge closed", REPORTS["lantern"])
    desk.clock.advance(hours=1)
    desk.store("pointers", "Bridge shut", "Comments: 12", url="https://lantern.example/harbour-bridge-closed")
    desk.clock.advance(hours=9)
    copy = desk.store("herald", "Harbour bridge closed", REPORTS["lantern"])
    desk.clock.advance(hours=9)
    last = desk.store("courier", "Harbour bridge is closed", REPORTS["courier"])
    desk.run()
    story = desk.story_of(first)
    assert (story.face.article_count, story.face.origin_count) == (3, 2)
    desk.clock.advance(hours=30)
    for hours in (1, 10, 0):  # the origin has left; then what discusses it; then the copy
        desk.run()
        after = desk.story_of(last)
        assert (after.id, desk.story_of(copy).id) == (story.id, story.id)
        assert (after.face.article_count, after.face.origin_count) == (3, 2)
        desk.clock.advance(hours=hours)


def test_number_of_a_merged_story_leads_to_the_other(desk: Desk) -> None:
    bridge, *_ = desk.store_bridge()
    election = desk.store("lantern", "Hill districts vote", ELECTION)
    desk.run()
    into, gone = desk.homes(bridge, election)
    merge = StoryChanges(merged=(Merged(story=gone, into=into),))
    with desk.storage.writing() as work:
        work.stories.apply(merge, now=desk.clock.now())
        resolved = work.stories.resolve(gone)
    assert resolved is not None
    assert (resolved.id, resolved.merged_into) == (into, None)


def test_stories_that_turn_out_to_be_one_are_merged_and_the_older_keeps_its_number(desk: Desk) -> None:
    early, other, later = desk.store_bridge()
    strict = desk.build(group_numbers=GroupNumbers(floor=1.01, edge_floor=1.01, admit=1.01, merge=1.01))
    assert strict() is not None
    assert len({*desk.homes(early, other, later)}) == 3
    before = desk.homes(early, other, later)
    report = desk.build()()
    assert report is not None
    assert (report.merged, report.changed) == (2, 1)
    assert desk.homes(early, other, later) == [min(before)] * 3
    with desk.storage.reading() as work:
        found = [work.stories.resolve(one) for one in before]
    assert [story.id for story in found if story] == [min(before)] * 3


def test_report_after_a_long_silence_opens_a_linked_follow_up(desk: Desk) -> None:
    first, *_ = desk.store_bridge()
    window = {"window": timedelta(hours=200), "idle": timedelta(hours=72)}
    assert desk.build(**window)() is not None
    desk.clock.advance(hours=71)
    within = desk.store("beacon", "Orsholm harbour bridge closed", f"{BRIDGE} run by night, too.")
    assert desk.build(**window)() is not None
    desk.clock.advance(hours=73)
    after = desk.store("mercury", "Orsholm harbour bridge still closed", f"{BRIDGE} are full each day.")
    report = desk.build(**window)()
    assert report is not None
    assert (report.opened, report.changed, report.merged) == (1, 0, 0)
    old, home, new = desk.homes(first, within, after)
    assert (old == home, old == new) == (True, False)
    assert desk.story_of(after).follows == old
    before = desk.everything()
    again = desk.build(**window)()
    assert again is not None
    assert (again.opened, again.changed, again.merged) == (0, 0, 0)
    assert desk.everything() == before
    with desk.storage.reading() as work:
        assert [event.kind for event in work.stories.events(new)] == ["opened", "follows"]
        assert [event.kind for event in work.stories.events(old)] == ["opened", "grown", "followed"]


def test_gists_are_picked_for_changed_stories_only_and_go_with_them(desk: Desk) -> None:
    articles = {
        desk.store(f"outlet{outlet}", f"Bridge {outlet}", text): text for outlet, text in enumerate(TEXTS)
    }
    with desk.storage.writing() as work:
        opened = Opened(members=frozenset(articles))
        (story,) = work.stories.apply(StoryChanges(opened=(opened,)), now=NOON)
        living = {story: frozenset(articles)}
        assert renew_gists(work, living, {}) == 1
        assert renew_gists(work, living, {}) == 0
        gist = work.gists.get(story)
        assert gist is not None
        assert len(gist.summary) >= FEWEST
        assert all(one.text in articles[one.article] for one in gist.summary)

        assert renew_gists(work, living, dict.fromkeys(articles, "edited")) == 1
        assert renew_gists(work, {story: frozenset([min(articles)])}, {}) == 0
        assert work.gists.get(story) is None


def told(desk: Desk) -> tuple[StoryId, frozenset[ArticleId]]:
    """Store a story of the texts; return it with its articles."""
    members = frozenset(
        desk.store(f"outlet{outlet}", f"Bridge {outlet}", text) for outlet, text in enumerate(TEXTS)
    )
    with desk.storage.writing() as work:
        (story,) = work.stories.apply(StoryChanges(opened=(Opened(members=members),)), now=NOON)
    return story, members


def test_others_may_write_between_the_turns_in_which_gists_are_picked(desk: Desk) -> None:
    story, members = told(desk)
    seen: list[Gist | None] = []

    def write() -> None:
        with desk.storage.writing() as work:
            seen.append(work.gists.get(story))

    assert renew_gists_by_turns(desk.storage, {story: members}, {}, between=write) == 1
    assert [one.summary != () for one in seen if one] == [True]
    assert renew_gists_by_turns(desk.storage, {story: members}, {}, between=write) == 0
    assert renew_gists_by_turns(desk.storage, {story: frozenset([min(members)])}, {}, between=write) == 0
    with desk.storage.reading() as work:
        assert work.gists.get(story) is None


def test_a_story_that_was_corrected_while_its_gist_was_picked_does_not_get_that_gist(desk: Desk) -> None:
    story, members = told(desk)
    fewer = members - {min(members)}
    assert renew_gists_by_turns(desk.storage, {story: fewer}, {}, between=lambda: None) == 1
    with desk.storage.reading() as work:
        assert work.gists.get(story) is None
