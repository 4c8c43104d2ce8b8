"""Time the page of a search over a large database, beside plain FTS5 on the same file, in one run.

`python -m benchmarks.search [--articles 100000] [--readers 1] [--file search.db]`. Makes the database
when the file is not there: articles of words that are as rare as those of a language (Zipf 1949), four a
story, with random vectors. The model is the real one. Each search is asked once with warm caches and with
a vector that was never asked for, as by a reader who types something new.
"""

import argparse
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from aggregator.bootstrap import opened
from aggregator.clock import SystemClock
from aggregator.domain.articles import ArticleDraft
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Opened, RankPart, StoryChanges, StoryFace
from aggregator.settings import Settings
from aggregator.storage import Storage, UnitOfWork, open_storage
from aggregator.stories.embed import DEFAULT_DIM, open_embedder
from web.wsgi import site

WORDS = 60_000
LENGTH = 150
"""Words of an article: the median of the labelled days, which hold what feeds deliver."""
OUTLETS = 200
A_STORY = 4
AT_ONCE = 4000
PLAIN = "SELECT rowid FROM article_search WHERE article_search MATCH ? ORDER BY rank LIMIT 30"


def vocabulary() -> list[str]:
    """Return invented words, the most frequent first."""
    signs = "bdfgklmnprstvz", "aeiou"
    words = (
        "".join(signs[place % 2][(number // 7**place + place) % len(signs[place % 2])] for place in range(8))
        + str(number % 10)
        for number in range(WORDS)
    )
    return [f"{word[: 3 + number % 6]}{number:x}" for number, word in enumerate(words)]


def fill(storage: Storage, count: int) -> None:
    """Store so many articles in stories, over the last thirty days."""
    random, words = np.random.default_rng(7), np.array(vocabulary())
    shares = 1 / np.arange(10, WORDS + 10)
    shares /= shares.sum()
    storage.migrate()
    now = SystemClock().now()
    model = open_embedder().model_id
    for start in range(0, count, AT_ONCE):
        size = min(AT_ONCE, count - start)
        drawn = words[random.choice(WORDS, (size, LENGTH), p=shares)]
        drafts = [
            ArticleDraft(
                identity=str(start + place),
                guid=None,
                url=f"https://outlet.example/{start + place}",
                link=f"https://outlet.example/{start + place}",
                title=" ".join(row[:9]),
                summary="",
                text=". ".join(" ".join(row[at : at + 15]) for at in range(9, LENGTH, 15)),
                html="",
                content_hash=sha256(str(start + place).encode()).hexdigest(),
                published_at=now - timedelta(days=30) * (1 - (start + place) / count),
                lang="en" if place % 5 else "de",
            )
            for place, row in enumerate(drawn)
        ]
        vectors = random.standard_normal((size, 2 * DEFAULT_DIM)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        with storage.writing() as work:
            ids: list[ArticleId] = []
            for outlet in range(0, OUTLETS, 10):
                some = drafts[outlet * size // OUTLETS : (outlet + 10) * size // OUTLETS]
                ids += add(work, f"outlet{outlet + start // AT_ONCE % 10}", some)
            work.vectors.put(model, [draft.content_hash for draft in drafts], vectors)
            open_stories(work, ids)
        print(f"\r{start + size} articles", end="", flush=True)
    print()


def add(work: UnitOfWork, name: str, drafts: list[ArticleDraft]) -> tuple[ArticleId, ...]:
    """Store articles of one outlet."""
    now = SystemClock().now()
    outlet = work.outlets.ensure(f"{name}.example", name=name.title())
    known = work.feeds.by_url(f"https://{name}.example/feed")
    feed = known.id if known else work.feeds.add(NewFeed(url=f"https://{name}.example/feed"), outlet, now=now)
    return work.articles.add(drafts, outlet_id=outlet, feed_id=feed, now=now)


def open_stories(work: UnitOfWork, ids: list[ArticleId]) -> None:
    """Put articles into stories of four, from all over the outlets."""
    groups = [ids[place :: len(ids) // A_STORY] for place in range(len(ids) // A_STORY)]
    opened_ones = tuple(Opened(members=frozenset(group)) for group in groups)
    stories = work.stories.apply(StoryChanges(opened=opened_ones), now=SystemClock().now())
    faces = {}
    for story, group in zip(stories, groups, strict=True):
        members = work.articles.get_many(group)
        faces[story] = StoryFace(
            lead_id=members[0].id,
            headline=members[0].title,
            excerpt=members[0].text[:300],
            first_at=min(one.at for one in members),
            last_at=max(one.at for one in members),
            article_count=len(members),
            outlet_count=len({one.outlet_id for one in members}),
            origin_count=len(members),
            lang="en",
            score=float(members[0].id),
            parts=(RankPart(name="breadth", value=1.0, why="four report it"),),
            topic=("science", "sport", "world")[story % 3],
        )
    work.stories.set_faces(faces)


def searches(count: int) -> Iterator[tuple[str, str]]:
    """Yield what is typed and the FTS5 expression of its words: one to three, from common to rare."""
    random, words = np.random.default_rng(11), vocabulary()
    filters = ("", "", "", " outlet:outlet10", " topic:science", " lang:de", " after:yesterday")
    for number in range(count):
        chosen = [words[int(place)] for place in 10 ** random.uniform(1.7, 4.5, 1 + number % 3)]
        yield " ".join(chosen) + filters[number % len(filters)], " AND ".join(f'"{word}"' for word in chosen)


def timed(ask: Callable[[str], object], asked: list[str], readers: int) -> np.ndarray:
    """Return how many milliseconds each took, with so many readers at once."""

    def one(text: str) -> float:
        start = time.perf_counter()
        ask(text)
        return (time.perf_counter() - start) * 1000

    with ThreadPoolExecutor(readers) as pool:
        return np.array(list(pool.map(one, asked)))


def report(name: str, times: np.ndarray) -> None:
    """Print median, 95th percentile and maximum."""
    print(f"{name:<28}", *(f"{value:8.1f} ms" for value in (*np.percentile(times, (50, 95)), times.max())))


def main() -> None:
    """Make the database, warm up, and time both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--searches", type=int, default=200)
    parser.add_argument("--readers", type=int, default=1)
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = chosen.file or Path(folder) / "search.db"
        if not file.exists():
            with closing(open_storage(f"sqlite:///{file}")) as storage:
                fill(storage, chosen.articles)
        asked = list(searches(chosen.searches))
        settings = Settings(data=Path(folder), database_url=f"sqlite:///{file}")
        with opened(settings) as services, closing(sqlite3.connect(file, check_same_thread=False)) as plain:
            app = site(services, refresh_soon=lambda: None)
            start = time.perf_counter()
            services.search.meaning.nearest("warm", allowed=None, patience=600)
            print(f"warm-up: {time.perf_counter() - start:.1f} s")
            notes: list[str] = []

            def page(text: str) -> None:
                answer = app.test_client().get("/search", query_string={"q": text})
                assert answer.status_code == 200
                notes.extend(["without the model"] * ("so only the words" in answer.text))

            for text, expression in asked[:10]:
                page(text + " warm")
                plain.execute(PLAIN, (expression,)).fetchall()
            notes.clear()
            print(f"{'':<28}     median  95th perc.        max")
            ours = timed(page, [text for text, _ in asked], chosen.readers)
            theirs = timed(
                lambda text: plain.execute(PLAIN, (text,)).fetchall(), [one for _, one in asked], 1
            )
            report(f"page, {chosen.readers} at once", ours)
            report("plain FTS5, ids only", theirs)
            ratio = np.percentile(ours, 95) / np.percentile(theirs, 95)
            print(f"95th percentiles: {ratio:.1f} to 1; {len(notes)} of {len(asked)} without the model")


if __name__ == "__main__":
    main()
