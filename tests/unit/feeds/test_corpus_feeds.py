"""Real feeds as they were served: nothing raises, the numbers are sane, texts are not glued."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from pathlib import Path

import pytest

from aggregator.domain.articles import ArticleDraft, Fingerprint, text_hash
from aggregator.domain.feeds import ParsedFeed
from aggregator.domain.ids import ArticleId
from aggregator.feeds.decide import decide
from aggregator.feeds.normalise import normalise
from aggregator.feeds.parse import parse

NOW = datetime(2020, 12, 16, tzinfo=UTC)
GLUED = re.compile(r"[^\W\d_]{3,}[.!?][A-Z][a-z]{2,}")

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900), pytest.mark.xdist_group("corpus_feeds")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One file of the corpus, read."""

    path: Path
    source: str
    parsed: ParsedFeed
    drafts: tuple[ArticleDraft, ...]


@lru_cache(maxsize=1)
def every_feed(corpus: Path) -> tuple[Read, ...]:
    """Return every distinct feed document of the corpus, in time order."""
    found: dict[bytes, Read] = {}
    for path in sorted((corpus / "feeds").rglob("*.xml")):
        body = path.read_bytes()
        if body in found:
            continue
        url = f"https://{path.stem}.example/feed.xml"
        parsed = parse(body, None, url=url)
        assert isinstance(parsed, ParsedFeed), (path, parsed)
        drafts = normalise(parsed, feed_url=url, site_url=parsed.site_url, now=NOW)
        found[body] = Read(path=path, source=body.decode(), parsed=parsed, drafts=drafts)
    return tuple(found.values())


@pytest.fixture
def feeds(corpus: Path) -> tuple[Read, ...]:
    return every_feed(corpus)


def test_every_feed_is_read_and_nearly_every_entry_is_an_article(feeds: tuple[Read, ...]) -> None:
    forms = Counter(read.parsed.format for read in feeds)
    warned = [(read.path.name, read.parsed.warning) for read in feeds if read.parsed.warning]
    entries = sum(len(read.parsed.entries) for read in feeds)
    drafts = sum(len(read.drafts) for read in feeds)
    print(f"{len(feeds)} feeds {dict(forms)}, {entries} entries, {drafts} drafts")
    print(f"{len(warned)} warnings {warned}")
    assert set(forms) == {"rss20", "rss092", "atom10"}
    assert drafts > 0.995 * entries


def test_articles_have_titles_links_dates_and_texts(feeds: tuple[Read, ...]) -> None:
    drafts = [draft for read in feeds for draft in read.drafts]
    assert all(draft.title and draft.identity for draft in drafts)
    assert not [
        draft.title for draft in drafts if re.search(r"</|&(?:amp|lt|quot|#\d+);", draft.title + draft.text)
    ]
    assert sum(bool(draft.link) for draft in drafts) > 0.99 * len(drafts)
    assert sum(bool(draft.text) for draft in drafts) > 0.95 * len(drafts)
    # One of the outlets serves RSS 0.92 without dates.
    assert sum(draft.published_at is not None for draft in drafts) > 0.95 * len(drafts)
    assert all(draft.published_at is None or draft.published_at <= NOW for draft in drafts)
    languages = Counter(draft.lang for draft in drafts)
    assert languages["en"] > 0.95 * len(drafts)
    assert set(languages) <= {"en", "tl", None, "bcl", "pcm", "ceb"}


def test_identities_are_distinct_and_free_of_tracking(feeds: tuple[Read, ...]) -> None:
    for read in feeds:
        identities = [draft.identity for draft in read.drafts]
        assert len(set(identities)) == len(identities)
        assert not [one for one in identities if re.search(r"utm_|ns_mchannel|[?&]ref=|ito=", one)]


def test_no_two_sentences_are_glued_at_the_border_of_blocks(feeds: tuple[Read, ...]) -> None:
    for read in feeds:
        source = unescape(unescape(read.source))
        glued = [found for draft in read.drafts for found in GLUED.findall(draft.text) if found not in source]
        assert glued == [], read.path


def test_no_headline_is_printed_again_above_its_text(feeds: tuple[Read, ...]) -> None:
    for read in feeds:
        assert [draft.title for draft in read.drafts if draft.text.split("\n")[0] == draft.title] == []


def test_polls_in_time_order_add_each_article_once(feeds: tuple[Read, ...]) -> None:
    """Two days of polls of ten outlets: a poll right after a poll changes nothing."""
    polls = [read for read in feeds if "polling" in str(read.path)]
    worlds: dict[str, dict[ArticleId, Fingerprint]] = {}
    totals: Counter[str] = Counter()
    for read in polls:
        world = worlds.setdefault(read.path.stem, {})
        plan = decide(tuple(world.values()), read.drafts)
        totals.update(new=len(plan.new), changed=len(plan.changed), same=len(plan.same))
        for article_id, draft in plan.changed:
            world[article_id] = replace(fingerprint(draft, article_id), identity=world[article_id].identity)
        for draft in plan.new:
            number = ArticleId(len(world) + 1)
            world[number] = fingerprint(draft, number)
        again = decide(tuple(world.values()), read.drafts)
        assert (again.new, again.changed) == ((), ())
    print(dict(totals))
    for world in worlds.values():
        identities = [one.identity for one in world.values()]
        assert len(set(identities)) == len(identities)


def fingerprint(draft: ArticleDraft, number: ArticleId) -> Fingerprint:
    return Fingerprint(
        article_id=number,
        identity=draft.identity,
        url=draft.url,
        guids=(draft.guid,) if draft.guid else (),
        title=draft.title,
        content_hash=draft.content_hash,
        text_hash=text_hash(draft.text),
        text=draft.text,
        html=draft.html,
    )
