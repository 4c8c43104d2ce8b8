"""Fill a database for `bench_web.py`: invented articles in stories, left as the real pipeline leaves them.

Words are as rare as those of a language (Zipf 1949). Most stories are one article, the largest sixty; the
articles of one share words and lie close together, so that a build keeps them together. Faces and topics
come from the code that makes them in a build; gists are picked blindly, for choosing well takes an hour;
themes the first build of the benchmark adds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aggregator.bootstrap import Services
from aggregator.domain.articles import Article, ArticleDraft
from aggregator.domain.feeds import NewFeed
from aggregator.domain.ids import ArticleId, FeedId, OutletId
from aggregator.domain.stories import Folding, Gist, Opened, Quote, Relation, Sentence, StoryChanges
from aggregator.storage import UnitOfWork
from aggregator.stories.embed import DEFAULT_DIM
from aggregator.stories.examples import embed_examples, read_prototypes
from aggregator.stories.faces import new_faces
from aggregator.stories.gists import _state as state_of
from benchmarks.search import searches, vocabulary

OUTLETS = 200
SPAN = timedelta(days=30)
LARGEST = 60
SINGLES = 0.6
"""Share of the stories that are one article."""
SINGLE, REST = 1, 2
PER_WRITE = 250
"""Stories stored together."""
COPIED = 0.15
"""Share of the later articles of a story that carry the text of its first."""
ASKED = 300
"""Searches whose vectors the stories lie near, so that a search by meaning finds something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the random numbers and words come from."""

    random: np.random.Generator
    words: NDArray[np.str_]
    shares: NDArray[np.float64]
    near: NDArray[np.float32]

    def draw(self, count: int) -> list[str]:
        """Return so many words, frequent ones more often."""
        places = np.searchsorted(self.shares, self.random.random(count))
        return [str(word) for word in self.words[np.minimum(places, len(self.words) - 1)]]


def story_sizes(random: np.random.Generator, articles: int, stories: int) -> list[int]:
    """Return how many articles each story has: most have one, and the sum is `articles`."""
    singles = int(stories * SINGLES)
    many = stories - singles
    drawn = 2 + random.pareto(0.9, many) * 2
    sizes = np.minimum(drawn, LARGEST).astype(int)
    while (missing := articles - singles - int(sizes.sum())) != 0:
        step = 1 if missing > 0 else -1
        open_ones = np.flatnonzero(sizes < LARGEST if step > 0 else sizes > REST)
        sizes[random.choice(open_ones, min(abs(missing), len(open_ones)), replace=False)] += step
    every = [*[SINGLE] * singles, *map(int, sizes)]
    random.shuffle(every)
    return every


def fill(services: Services, *, articles: int, stories: int, feed: str, now: datetime) -> None:
    """Store so many articles in so many stories over the days before `now`.

    Args:
        services: an opened instance, empty.
        articles: how many in all.
        stories: how many.
        feed: the address of an outlet's feed, with `{}` for the outlet's number.
        now: the last moment of the span.
    """
    random, words = np.random.default_rng(7), np.array(vocabulary())
    shares = 1 / np.arange(10, len(words) + 10)
    near = services.build.embedder.encode([text for text, _ in searches(ASKED)])
    source = Source(random=random, words=words, shares=np.cumsum(shares / shares.sum()), near=near)
    embed_examples(services.storage, services.build.embedder, services.build.topics)
    with services.storage.writing() as work:
        outlets = [_outlet(work, source, number, feed, now) for number in range(OUTLETS)]
    sizes = story_sizes(random, articles, stories)
    done = 0
    for start in range(0, len(sizes), PER_WRITE):
        some = sizes[start : start + PER_WRITE]
        _store(services, [list(_drafts(source, size, now)) for size in some], outlets, source, now)
        done += sum(some)
        print(f"\r{done} articles", end="", flush=True)
    print()


def _outlet(
    work: UnitOfWork, source: Source, number: int, feed: str, now: datetime
) -> tuple[OutletId, FeedId]:
    name = " ".join(word.title() for word in source.draw(1 + number % 2))
    outlet = work.outlets.ensure(f"outlet{number}.example", name=f"The {name} {number}", lang="en")
    added = work.feeds.add(NewFeed(url=feed.format(number), title=name), outlet, now=now)
    return outlet, added


def _drafts(source: Source, size: int, now: datetime) -> Iterator[tuple[int, ArticleDraft]]:
    """Yield the articles of one story with the number of their outlet, the earliest first."""
    own = source.draw(40)
    start = now - SPAN * source.random.random()
    hours = np.sort(source.random.exponential(9, size))
    outlets = source.random.permutation(OUTLETS)[:size]
    first: ArticleDraft | None = None
    for hour, outlet in zip(hours, outlets, strict=True):
        at = min(start + timedelta(hours=float(hour)), now)
        copied = first if first is not None and source.random.random() < COPIED else None
        draft = make_draft(source, own, int(outlet), at, copied)
        first = first or draft
        yield int(outlet), draft


def make_draft(
    source: Source, own: list[str], outlet: int, at: datetime, copied: ArticleDraft | None = None
) -> ArticleDraft:
    """Return an article of `own` words mixed with others, or one with the text of `copied`."""
    random = source.random
    title = " ".join([*own[:4], *source.draw(4)]).capitalize()
    length = int(np.clip(random.lognormal(5.4, 0.7), 40, 1500))
    drawn = source.draw(length)
    for place in random.integers(0, length, length // 4):
        drawn[place] = own[int(place) % len(own)]
    sentences = [" ".join(drawn[at : at + 18]).capitalize() + "." for at in range(0, length, 18)]
    blocks = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    blocks[0] += f" “{sentences[-1]}” said {own[0].title()} {own[1].title()}."
    text = copied.text if copied else "\n\n".join(blocks)
    key = f"https://outlet{outlet}.example/{at:%Y/%m/%d}/{own[0]}-{random.integers(10**12)}"
    return ArticleDraft(
        identity=key,
        guid=key,
        url=key,
        link=key,
        title=copied.title if copied else title,
        summary=sentences[0],
        text=text,
        html="".join(f"<p>{block}</p>" for block in text.split("\n\n")),
        content_hash=sha256(f"{copied.title if copied else title}\n{text}".encode()).hexdigest(),
        published_at=at,
        author=" ".join(own[:2]).title(),
        lang="en",
    )


def _store(
    services: Services,
    drafted: list[list[tuple[int, ArticleDraft]]],
    outlets: list[tuple[OutletId, FeedId]],
    source: Source,
    now: datetime,
) -> None:
    """Store some stories: their articles, vectors, faces, gists, relations."""
    model = services.build.embedder.model_id
    with services.storage.writing() as work:
        ids = _articles(work, drafted, outlets)
        groups = [frozenset(ids[draft.identity] for _, draft in some) for some in drafted]
        rows = np.concatenate([_vectors(source, len(some)) for some in drafted])
        every = [draft for some in drafted for _, draft in some]
        work.vectors.put(model, [draft.content_hash for draft in every], rows)
        opened = tuple(Opened(members=group) for group in groups)
        stories = work.stories.apply(StoryChanges(opened=opened), now=now)
        folding = _folding(drafted, ids)
        work.articles.store_folding(folding, among=list(ids.values()))
        living = dict(zip(stories, groups, strict=True))
        articles = {one.id: one for one in work.articles.get_many(sorted(ids.values()))}
        vectors = {ids[draft.identity]: row for draft, row in zip(every, rows, strict=True)}
        known = read_prototypes(work, model, services.build.topics)
        faces = new_faces(
            work, living, articles=articles, vectors=vectors, folding=folding, known=known, now=now
        )
        work.stories.set_faces(dict(faces))
        hashes = {one.id: one.content_hash for one in articles.values()}
        several = {story: ids for story, ids in living.items() if len(ids) > 1}
        work.gists.put({story: _gist(ids, articles, hashes) for story, ids in several.items()})
        work.relations.replace(_relations(drafted, ids), among=list(ids.values()))


def _gist(
    ids: frozenset[ArticleId], articles: Mapping[ArticleId, Article], hashes: Mapping[ArticleId, str]
) -> Gist:
    """Return some sentences of some articles, under the mark that makes a build leave them."""
    some = [articles[one] for one in sorted(ids)[:4]]
    said = [
        Quote(article=one.id, speaker=one.text.split()[0], text=one.text.split(" said ")[0][-90:-1])
        for one in some[:2]
    ]
    told = tuple(Sentence(article=one.id, text=one.summary) for one in some)
    return Gist(of=state_of(ids, hashes), summary=told, quotes=tuple(said))


def _articles(
    work: UnitOfWork, drafted: list[list[tuple[int, ArticleDraft]]], outlets: list[tuple[OutletId, FeedId]]
) -> dict[str, ArticleId]:
    """Store the articles, each under its outlet; return the number of each by its identity."""
    by_outlet: dict[int, list[ArticleDraft]] = {}
    for some in drafted:
        for number, draft in some:
            by_outlet.setdefault(number, []).append(draft)
    ids: dict[str, ArticleId] = {}
    for number, drafts in by_outlet.items():
        outlet, feed = outlets[number]
        seen = drafts[-1].published_at
        assert seen is not None
        added = work.articles.add(drafts, outlet_id=outlet, feed_id=feed, now=seen)
        ids |= {draft.identity: one for draft, one in zip(drafts, added, strict=True)}
    return ids


def _vectors(source: Source, size: int) -> NDArray[np.float32]:
    """Return unit float32[size, 2 * DEFAULT_DIM] around one place that some searches are near."""
    middle = source.near[source.random.integers(len(source.near))]
    halves = [
        _unit(0.5 * middle + 0.87 * _unit(source.random.standard_normal((1, DEFAULT_DIM)))) for _ in range(2)
    ]
    rows = [_unit(half + 0.6 * _unit(source.random.standard_normal((size, DEFAULT_DIM)))) for half in halves]
    whole: NDArray[np.float32] = (np.concatenate(rows, axis=1) / np.sqrt(2)).astype(np.float32)
    return whole


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


def _folding(drafted: list[list[tuple[int, ArticleDraft]]], ids: dict[str, ArticleId]) -> Folding:
    """Return who copies the first article of a story."""
    origin_of = {}
    for some in drafted:
        first = some[0][1]
        for _, draft in some:
            is_copy = draft.content_hash == first.content_hash
            origin_of[ids[draft.identity]] = ids[(first if is_copy else draft).identity]
    return Folding(origin_of=origin_of)


def _relations(
    drafted: list[list[tuple[int, ArticleDraft]]], ids: dict[str, ArticleId]
) -> Iterator[Relation]:
    """Yield why each article of a larger story is in it: the one before it is near."""
    for some in drafted:
        for (_, before), (_, draft) in pairwise(some):
            yield Relation(
                article=ids[draft.identity],
                nearest=ids[before.identity],
                score=0.93,
                parts={"cosine": 0.74, "tfidf": 0.31, "hours": 2.0},
                shared=tuple(draft.title.split()[:4]),
            )
