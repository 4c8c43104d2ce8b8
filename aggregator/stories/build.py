"""Turn stored articles into stories, from embed to describe. The room's service.

Reads what is missing, works without a transaction, writes the answer in one; what stories say in their
articles' words follows a few stories at a time. A build killed at any moment leaves either the old stories
or the new ones; vectors already computed are kept, and the next build picks the words that are missing.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.clock import Clock
from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import (
    BuildReport,
    Correction,
    Folding,
    Relation,
    StoryChanges,
    StoryFace,
    TrackedStory,
)
from aggregator.domain.topics import Topic
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.constrain import anchors
from aggregator.stories.copies import fold, with_past
from aggregator.stories.embed import Embedder, encode_articles, texts_of, unpack
from aggregator.stories.examples import embed_examples, read_prototypes
from aggregator.stories.faces import new_faces
from aggregator.stories.gists import renew_gists_by_turns
from aggregator.stories.group import GroupNumbers, graph_of
from aggregator.stories.idle import with_follows
from aggregator.stories.matters import renew_themes
from aggregator.stories.regroup import IDLE, Known, regroup, times_of
from aggregator.stories.relate import Recall
from aggregator.stories.survey import Evidence, RelateNumbers
from aggregator.stories.track import track
from aggregator.stories.why import closest

if TYPE_CHECKING:
    import numpy as np

LEASE = "build stories"

Progress = Callable[[str, int, int], None]
"""Told (step, done, total) as a build goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What one build works on: the window's articles with their vectors, and what is known so far."""

    articles: tuple[Article, ...]
    vectors: "np.ndarray"
    domains: Mapping[OutletId, str]
    past: Folding
    tracked: tuple[TrackedStory, ...]
    corrections: tuple[Correction, ...]
    at: Mapping[ArticleId, datetime]
    """Of the articles, and of older ones that a correction binds to them."""
    revision: int
    """Of the stories: when it is still the same, nobody has changed one since."""

    def has_moved_on(self, work: UnitOfWork) -> bool:
        """Return whether stories or corrections are others than those that were read."""
        if work.corrections.live() != self.corrections:
            return True
        return work.stories.revision() != self.revision and work.stories.tracked() != self.tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """Bring the stories up to date with the articles.

    `owner` names this process in leases; `window` is how far back articles are grouped together;
    `lease_for` bounds how long a crashed build keeps others from building; a silence longer than `idle`
    closes a story; `topics` are the sections into which stories are sorted, in their order. `relate` recalls
    the last window, so that the next build in this process is quick.
    """

    storage: Storage
    embedder: Embedder
    clock: Clock
    owner: str
    window: timedelta
    lease_for: timedelta
    batch: int = 256
    idle: timedelta = IDLE
    topics: tuple[Topic, ...] = ()
    relate_numbers: RelateNumbers = field(default_factory=RelateNumbers)
    group_numbers: GroupNumbers = field(default_factory=GroupNumbers)
    relate: Recall = field(default_factory=Recall, compare=False, repr=False)

    def __call__(self, *, on_progress: Progress | None = None) -> BuildReport | None:
        """Build once and return what changed, or None when another process is building, or did meanwhile.

        Raises:
            ModelUnusable: the embedding model cannot be loaded.
        """
        tell = on_progress or _silent
        if not self._claim():
            return None
        watch = _Watch(self.clock)
        try:
            with watch("embed"):
                embedded = self._embed_missing(tell)
            desk = self._read()
            return self._group(desk, embedded, watch, tell)
        finally:
            with self.storage.writing() as work:
                work.leases.release(LEASE, owner=self.owner)

    def is_behind(self) -> bool:
        """Return whether articles in the window wait for their story, or changed ones for their vector."""
        since = self._since()
        with self.storage.reading() as work:
            if work.stories.count_ungrouped(since=since) > 0:
                return True
            return bool(work.vectors.missing(self.embedder.model_id, since=since, limit=1))

    def _since(self) -> datetime:
        return self.clock.now() - self.window

    def _claim(self) -> bool:
        now = self.clock.now()
        with self.storage.writing() as work:
            return work.leases.claim(LEASE, owner=self.owner, now=now, until=now + self.lease_for)

    def _embed_missing(self, tell: Progress) -> int:
        """Give every distinct text in the window its vector, a batch at a time; return how many."""
        model = self.embedder.model_id
        with self.storage.reading() as work:
            missing = work.vectors.missing(model, since=self._since())
        shared = _shared(missing)
        known: dict[str, np.ndarray] = {}
        for start in range(0, len(missing), self.batch):
            tell("embed", start, len(missing))
            some = missing[start : start + self.batch]
            matrix = encode_articles(self.embedder, some, known | self._of_versions(some))
            for one, row in zip(some, matrix, strict=True):
                known |= {t: v for t, v in unpack(one.title, one.text, row).items() if t in shared}
            with self.storage.writing() as work:
                work.vectors.put(model, [a.content_hash for a in some], matrix)
            self._claim()
        embed_examples(self.storage, self.embedder, self.topics)
        return len(missing)

    def _of_versions(self, some: Sequence[Article]) -> "dict[str, np.ndarray]":
        """Return the vectors of texts that these articles had before somebody edited them."""
        known: dict[str, np.ndarray] = {}
        with self.storage.reading() as work:
            for title, text, row in work.vectors.of_versions(self.embedder.model_id, [a.id for a in some]):
                known |= unpack(title, text, row)
        return known

    def _read(self) -> _Desk:
        """Read the window; an article that came after the embedding waits for the next build."""
        with self.storage.reading() as work:
            articles = work.articles.window(since=self._since())
            hashes = sorted({a.content_hash for a in articles})
            present, matrix = work.vectors.load(self.embedder.model_id, hashes)
            row = {content_hash: place for place, content_hash in enumerate(present)}
            ready = tuple(a for a in articles if a.content_hash in row)
            tracked, corrections = work.stories.tracked(), work.corrections.live()
            older = anchors(corrections, tracked, frozenset(a.id for a in ready))
            return _Desk(
                articles=ready,
                vectors=matrix[[row[a.content_hash] for a in ready]],
                domains={outlet.id: outlet.domain for outlet in work.outlets.all()},
                past=work.articles.folding([a.id for a in ready]),
                tracked=tracked,
                corrections=corrections,
                revision=work.stories.revision(),
                at={a.id: a.at for a in (*ready, *work.articles.get_many(sorted(older)))},
            )

    def _group(self, desk: _Desk, embedded: int, watch: "_Watch", tell: Progress) -> BuildReport | None:
        tell("group", 0, len(desk.articles))
        with watch("relate"):
            folding = with_past(fold(desk.articles, desk.domains), desk.past)
            evidence = self.relate(desk.articles, desk.vectors, folding, self.relate_numbers)
        with watch("group"):
            graph, times = graph_of(evidence), times_of(desk.articles)
            known = Known(tracked=desk.tracked, corrections=desk.corrections, folding=folding)
            partition = regroup(graph, known, times, idle=self.idle, settings=self.group_numbers)
        with watch("track"):
            changes = track(desk.tracked, partition, at=desk.at)
            floor = self.group_numbers.floor
            changes = with_follows(changes, partition, graph, times, idle=self.idle, floor=floor)
        with watch("store"):
            living = self._store(desk, folding, evidence, changes)
        if living is None:
            return None
        with watch("gists"):
            hashes = {a.id: a.content_hash for a in desk.articles}
            renew_gists_by_turns(self.storage, living, hashes, between=self._claim)
        with watch("themes"):
            vectors = dict(zip((a.id for a in desk.articles), desk.vectors, strict=True))
            articles = {a.id: a for a in desk.articles}
            renew_themes(self.storage, since=self._since(), articles=articles, vectors=vectors)
        return BuildReport(
            embedded=embedded,
            articles=len(desk.articles),
            opened=len(changes.opened),
            changed=len(changes.members),
            merged=len(changes.merged),
            retired=len(changes.retired),
            seconds=dict(watch.seconds),
        )

    def _store(
        self, desk: _Desk, folding: Folding, evidence: Evidence, changes: StoryChanges
    ) -> Mapping[StoryId, frozenset[ArticleId]] | None:
        """Store the answer; return the living stories with their members.

        What takes time is worked out before the transaction that writes, because readers wait for it.
        Returns None, with nothing stored, when the stories have moved on.
        """
        prepared = self._prepared(desk, folding, evidence, changes)
        with self.storage.writing() as work:
            # A machine that slept may have lost its lease: these changes would then open stories twice.
            # A reader may have corrected one meanwhile: these changes would then take the correction back.
            if desk.has_moved_on(work):
                return None
            opened = work.stories.apply(changes, now=self.clock.now())
            work.articles.store_folding(folding, among=prepared.refolded)
            ids = {_unborn(place): story for place, story in enumerate(opened)}
            work.stories.set_faces({ids.get(one, one): face for one, face in prepared.faces.items()})
            work.relations.replace(prepared.relations, among=prepared.related_anew)
        return {ids.get(one, one): members for one, members in prepared.living.items()}

    def _prepared(
        self, desk: _Desk, folding: Folding, evidence: Evidence, changes: StoryChanges
    ) -> "_Prepared":
        """Work out how the stories will look once the changes are stored."""
        living = {s.id: s.members for s in desk.tracked} | dict(changes.members)
        for gone in (*(m.story for m in changes.merged), *changes.retired):
            living.pop(gone)
        living |= {_unborn(place): one.members for place, one in enumerate(changes.opened)}
        articles = {a.id: a for a in desk.articles}
        vectors = dict(zip(articles, desk.vectors, strict=True))
        with self.storage.reading() as work:
            known = read_prototypes(work, self.embedder.model_id, self.topics)
            now = self.clock.now()
            faces = dict(
                new_faces(
                    work, living, articles=articles, vectors=vectors, folding=folding, known=known, now=now
                )
            )
            relations = {one.article: one for one in closest(evidence, living.values())}
            before = work.relations.of(articles)
        return _Prepared(
            living=living,
            faces=faces,
            relations=tuple(one for key, one in relations.items() if before.get(key) != one),
            related_anew=frozenset(k for k in articles if before.get(k) != relations.get(k)),
            refolded=frozenset(k for k in articles if _folded(folding, k) != _folded(desk.past, k)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """What is written beside the changes; a story that they open goes by its place among them."""

    living: Mapping[StoryId, frozenset[ArticleId]]
    faces: Mapping[StoryId, StoryFace]
    relations: tuple[Relation, ...]
    related_anew: frozenset[ArticleId]
    """Articles whose relation is another than the stored one, or none now; `relations` has the new ones."""
    refolded: frozenset[ArticleId]
    """Articles whose origin, or whom they discuss, is another than the stored one."""


def _folded(folding: Folding, key: ArticleId) -> tuple[ArticleId, ArticleId | None]:
    return folding.origin_of.get(key, key), folding.discusses.get(key)


def _unborn(place: int) -> StoryId:
    """Return a number that no story has, for the one at this place among those that will be opened."""
    return StoryId(-1 - place)


def _shared(articles: Sequence[Article]) -> frozenset[str]:
    """Return the texts that stand for more than one of the articles, such as a daily title."""
    counts = Counter(text for one in articles for text in {*texts_of(one.title, one.text)})
    return frozenset(text for text, count in counts.items() if count > 1)


class _Watch:
    """Counts the seconds of each step."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = self._clock.monotonic()
        yield
        self.seconds[step] = round(self._clock.monotonic() - start, 3)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""
