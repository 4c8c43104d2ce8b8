"""Time the page that compares a large story: first, again, and with one more article; beside a naive way.

`python -m benchmarks.compare [--articles 60]`. The articles are sentences of the sample newsroom, put
together at random, one outlet each. The model is the real one, loaded before anything is timed. The naive
way embeds every sentence at each view and compares all pairs in a loop. Processor time is told beside the
clock's, of all threads together: on a busy machine the clock counts others' work, too.
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.clock import SystemClock
from aggregator.domain.articles import ArticleDraft, text_hash
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.readers.comparing import Comparing
from aggregator.sample.newsroom import load_newsroom
from aggregator.storage import Storage, open_storage
from aggregator.stories.comparing import Compare
from aggregator.stories.describe import describe
from aggregator.stories.embed import Embedder, open_embedder
from aggregator.stories.sentences import sentences_of
from aggregator.stories.statements import statements_of

SENTENCES = 12
"""Sentences of an article."""


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


def timed(what: str, call: Callable[[], object]) -> None:
    """Print how long a call takes."""
    start, worked = time.perf_counter(), time.process_time()
    call()
    took, work = time.perf_counter() - start, time.process_time() - worked
    print(f"{what:<34} {1000 * took:>9,.0f} ms {1000 * work:>9,.0f} ms of processor time", flush=True)


def main() -> None:
    """Fill a database, and time each way."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=60)
    count = parser.parse_args().articles
    dice, stock, embedder = random.Random(7), sentences(), open_embedder()
    embedder.encode(["The model is loaded before anything is timed."])
    with TemporaryDirectory() as folder:
        storage = open_storage(f"sqlite:///{Path(folder) / 'compare.db'}")
        storage.migrate()
        texts = [" ".join(dice.sample(stock, SENTENCES)) for _ in range(count + 1)]
        members = [add(storage, number, text) for number, text in enumerate(texts[:count])]
        story = hold(storage, members)
        compare = Compare(storage=storage, embedder=embedder)
        page = Comparing(storage=storage, clock=SystemClock(), compare=compare)
        timed(f"page of {count} articles, first time", lambda: page(story))
        timed("again", lambda: page(story))
        timed("again, along an axis", lambda: page(story, axis="country"))
        hold(storage, [*members, add(storage, count, texts[count])], story)
        timed("after one more article", lambda: page(story))
        timed("naive, at every view", lambda: naive(storage, story, embedder))
        storage.close()


if __name__ == "__main__":
    main()
