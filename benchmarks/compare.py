"""Time the page that compares a large story: first, again, and with one more article; beside a naive way.

`python -m benchmarks.compare [--articles 60] [--stories 1000]`. The articles are sentences of the sample
newsroom, put together at random, one outlet each; every third was edited twice. Around the story are others
of eight reports, from which usual shares are counted. The model is the real one, loaded before anything is
timed. "Again" is the median of several views, and its HTML is what Flask makes of the page. The naive way
embeds every sentence at each view and compares all pairs in a loop. Processor time is told beside the
clock's, of all threads together: on a busy machine the clock counts others' work, too.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aggregator.bootstrap import Services, opened
from aggregator.clock import SystemClock
from aggregator.domain.articles import ArticleDraft, text_hash
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId, FeedId, StoryId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.sample.newsroom import load_newsroom
from aggregator.settings import Settings
from aggregator.storage import Storage
from aggregator.stories.describe import describe
from aggregator.stories.embed import Embedder
from aggregator.stories.sentences import sentences_of
from aggregator.stories.statements import statements_of
from web.wsgi import site

SENTENCES = 12
"""Sentences of an article."""
VIEWS = 9
"""Views of a kept page, of which the median is told."""
REPORTS = 8
"""Reports of each of the stories around."""


def sentences() -> list[str]:
    """Return the English sentences of the sample newsroom, each once."""
    pieces = [piece for piece in load_newsroom().pieces if piece.lang == "en"]
    return list(dict.fromkeys(one for piece in pieces for one in sentences_of(piece.text(), "en")))


def add(storage: Storage, number: int, text: str) -> ArticleId:
    """Store an article of an outlet of its own."""
    url, now = f"https://outlet{number}.example/1", SystemClock().now()
    draft = ArticleDraft(
        identity=url, guid=url, url=url, link=url, title=f"Report of outlet {number} on the matter",
        summary="", text=text, html=f"<p>{text}</p>", content_hash=text_hash(text),
        published_at=now - timedelta(minutes=number), lang="en",
    )  # fmt: skip
    with storage.writing() as work:
        outlet = work.outlets.ensure(f"outlet{number}.example", name=f"Outlet {number}")
        feed = work.feeds.add(NewFeed(url=f"https://outlet{number}.example/feed"), outlet, now=now)
        return work.articles.add([draft], outlet_id=outlet, feed_id=feed, now=now)[0]


def hold(storage: Storage, members: list[ArticleId], story: StoryId | None = None) -> StoryId:
    """Make the articles one story."""
    now = SystemClock().now()
    with storage.writing() as work:
        if story is None:
            changes = StoryChanges(opened=(Opened(members=frozenset(members)),))
            (story,) = work.stories.apply(changes, now=now)
        else:
            work.stories.apply(StoryChanges(members={story: frozenset(members)}), now=now)
        work.stories.set_faces({story: describe(work.articles.get_many(members), {}, Folding())})
    return story


def edit(storage: Storage, article: ArticleId, number: int, text: str) -> None:
    """Store another state of an article."""
    url, now = f"https://outlet{number}.example/1", SystemClock().now()
    draft = ArticleDraft(
        identity=url, guid=url, url=url, link=url, title=f"Report of outlet {number}, as it is now",
        summary="", text=text, html=f"<p>{text}</p>", content_hash=text_hash(text),
        published_at=now - timedelta(minutes=number), lang="en",
    )  # fmt: skip
    with storage.writing() as work:
        feed = work.feeds.by_url(f"https://outlet{number}.example/feed")
        work.articles.change(article, draft, feed_id=feed.id if feed else FeedId(0), now=now)


def surround(storage: Storage, stories: int, outlets: int, dice: random.Random) -> None:
    """Store stories of the last weeks, each told by some of the outlets, in a few words."""
    now = SystemClock().now()
    with storage.writing() as work:
        feeds = [work.feeds.by_url(f"https://outlet{one}.example/feed") for one in range(outlets)]
        opened = []
        for number in range(stories):
            members = set()
            for feed in dice.sample(feeds, REPORTS):
                assert feed is not None
                url, text = f"{feed.url}/{number}", f"Story {number} in outlet {feed.outlet_id}"
                draft = ArticleDraft(
                    identity=url, guid=url, url=url, link=url, title=text, summary="", text=text, html=text,
                    content_hash=text_hash(text), published_at=now - timedelta(hours=number % 600), lang="en",
                )  # fmt: skip
                members |= {*work.articles.add([draft], outlet_id=feed.outlet_id, feed_id=feed.id, now=now)}
            opened.append(Opened(members=frozenset(members)))
        ids = work.stories.apply(StoryChanges(opened=tuple(opened)), now=now)
        faces = {
            story: describe(work.articles.get_many(sorted(one.members)), {}, Folding())
            for story, one in zip(ids, opened, strict=True)
        }
        work.stories.set_faces(faces)


def as_html(everything: Services, story: StoryId) -> Callable[[], object]:
    """Return what asks the site for the page, without a network between."""

    def nobody() -> None:
        """Ring no bell: there is no scheduler."""

    client = site(everything, refresh_soon=nobody).test_client()

    def view() -> int:
        answer = client.get(f"/stories/{story}/compare", base_url="http://localhost")
        assert answer.status_code == 200, answer.status
        return len(answer.get_data())

    return view


def naive(storage: Storage, story: StoryId, embedder: Embedder) -> int:
    """Embed every sentence of a story and compare all pairs in a loop; return how many are near."""
    with storage.reading() as work:
        articles = work.articles.get_many(work.stories.members([story])[story])
    told = statements_of(articles)
    rows = embedder.encode([one.text for one in told])
    return sum(
        float(rows[one] @ rows[other]) >= 0.7
        for one in range(len(told))
        for other in range(one)
        if told[one].origin != told[other].origin
    )


def timed(what: str, call: Callable[[], object], *, times: int = 1) -> None:
    """Print how long a call takes; of several times the median."""
    spans, works = [], []
    for _ in range(times):
        start, worked = time.perf_counter(), time.process_time()
        call()
        spans.append(time.perf_counter() - start)
        works.append(time.process_time() - worked)
    took, work = median(spans), median(works)
    print(f"{what:<34} {1000 * took:>9,.0f} ms {1000 * work:>9,.0f} ms of processor time", flush=True)


def main() -> None:
    """Fill a database, and time each way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--stories", type=int, default=1000)
    asked = parser.parse_args()
    count = asked.articles
    dice, stock = random.Random(7), sentences()
    with TemporaryDirectory() as folder, opened(Settings(data=Path(folder))) as everything:
        storage, embedder, page = everything.storage, everything.build.embedder, everything.comparing
        embedder.encode(["The model is loaded before anything is timed."])
        texts = [" ".join(dice.sample(stock, SENTENCES)) for _ in range(count + 1)]
        members = [add(storage, number, text) for number, text in enumerate(texts[:count])]
        for number, member in list(enumerate(members))[::3]:
            for sentence in dice.sample(stock, 2):
                texts[number] = f"{texts[number]} {sentence}"
                edit(storage, member, number, texts[number])
        surround(storage, asked.stories, count, dice)
        story = hold(storage, members)
        timed(f"page of {count} articles, first time", lambda: page(story))
        timed("again", lambda: page(story), times=VIEWS)
        timed("again, along an axis", lambda: page(story, axis="country"), times=VIEWS)
        timed("again, as HTML", as_html(everything, story), times=VIEWS)
        hold(storage, [*members, add(storage, count, texts[count])], story)
        timed("after one more article", lambda: page(story))
        timed("naive, at every view", lambda: naive(storage, story, embedder))


if __name__ == "__main__":
    main()
