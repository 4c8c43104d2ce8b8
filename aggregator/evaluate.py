"""Score the production path (embed, fold, relate, group, track) on labelled news, as a batch or a stream.

Reads labelled JSONL files and gives one `Score` a file to `broadfold eval`, the docs and the quality gate.
"""

import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aggregator.domain.articles import Article
from aggregator.domain.errors import CorpusUnreadable
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.stories.embed import Embedder, encode_articles
from aggregator.stories.group import GroupNumbers
from aggregator.stories.memory import Calm, Table
from aggregator.stories.regroup import IDLE
from aggregator.stories.survey import RelateNumbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
"""Told the file and the step, how many articles are done, and how many there are."""

STREAM_ARTICLES = 60
"""New articles between two builds of a stream: about an hour of twenty outlets (stream-2020)."""

UNDATED_AT = datetime(1970, 1, 1, tzinfo=UTC)
EMBED_ARTICLES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationNumbers:
    """The numbers of the path under test.

    `window` is how far a build of a stream looks back; a silence longer than `idle` closes a story.
    """

    relate: RelateNumbers = field(default_factory=RelateNumbers)
    group: GroupNumbers = field(default_factory=GroupNumbers)
    window: timedelta = timedelta(days=7)
    idle: timedelta = IDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A labelled file read: articles in the file's order, and the true story of each, None if unknown."""

    file: Path
    articles: tuple[Article, ...]
    domains: Mapping[OutletId, str]
    stories: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far found groups agree with true stories; every number lies in [0, 1]."""

    b3_p: float
    b3_r: float
    b3_f: float
    multi_b3_f: float
    pair_p: float
    pair_r: float
    pair_f: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result on one file.

    `multi_b3_f` is over the members of true stories with two or more labelled articles. `groups`
    counts found groups of two or more, `largest` is the size of the largest. Of a stream, `moved` is the
    mean share of articles whose story's number changed in a build, `churn` the share of those that ended
    in another story than their first. `seconds` is the sum of `step_seconds`; `peak_mb` is the most
    memory that the process has held so far, in MB.
    """

    file: str
    b3_p: float
    b3_r: float
    b3_f: float
    multi_b3_f: float
    pair_p: float
    pair_r: float
    pair_f: float
    groups: int
    largest: int
    moved: float | None
    churn: float | None
    seconds: float
    peak_mb: float
    articles: int
    step_seconds: Mapping[str, float] = field(default_factory=dict)


def evaluate(
    files: Sequence[Path],
    *,
    embedder: Embedder,
    numbers: EvaluationNumbers = EvaluationNumbers(),
    stream: bool = False,
    on_progress: Progress | None = None,
) -> tuple[Score, ...]:
    """Return one score a file, in the order given.

    Args:
        files: labelled JSONL; every one is read before the first is scored.
        embedder: as in production.
        numbers: as in production.
        stream: build again after every 60 articles in the order of publication, rather than once.
        on_progress: told of every stretch of work.

    Raises:
        CorpusUnreadable: a file is missing or holds a line that is not a labelled article.
        ModelUnusable: the embedder has no model.
    """
    corpora = [read_labelled(file) for file in files]
    return tuple(_score(one, embedder, numbers, stream, on_progress or _silent) for one in corpora)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def read_labelled(file: Path) -> Labelled:
    """Return a labelled JSONL file as articles and their true stories.

    Raises:
        CorpusUnreadable: the file cannot be read, is empty, or a line is not a labelled article.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusUnreadable(file, "it cannot be read as UTF-8 text") from error
    rows = [(number, _row(file, number, line)) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise CorpusUnreadable(file, "it holds no articles")
    _refuse_doubles(file, rows)
    outlets: dict[str, OutletId] = {}
    articles = tuple(_article(number, row, outlets) for number, row in rows)
    return Labelled(
        file=file,
        articles=articles,
        domains=_domains(articles),
        stories=tuple(row["story"] for _, row in rows),
    )


_TEXT_FIELDS = {"title": False, "text": True, "outlet": True, "url": True, "published": True, "story": True}
"""Fields of a line that hold text, and whether they may be null."""


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    """Return one line as a checked object with `published` read as a time (UTC) or None."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise CorpusUnreadable(file, f"line {number} is not JSON") from error
    if not isinstance(row, dict):
        raise CorpusUnreadable(file, f"line {number} is not a JSON object")
    missing = [name for name in ("id", *_TEXT_FIELDS) if name not in row]
    if missing:
        raise CorpusUnreadable(file, f"line {number} has no {' and no '.join(missing)}")
    wrong = [
        name
        for name, may_be_null in _TEXT_FIELDS.items()
        if not (isinstance(row[name], str) or (may_be_null and row[name] is None))
    ]
    if wrong or not isinstance(row["id"], str | int):
        raise CorpusUnreadable(file, f"line {number} has no text in {(wrong or ['id'])[0]!r}")
    try:
        return row | {"published": _time(row["published"])}
    except ValueError as error:
        raise CorpusUnreadable(file, f"line {number} has a date that is not ISO 8601") from error


def _time(written: str | None) -> datetime | None:
    if not written:
        return None
    at = datetime.fromisoformat(written)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _refuse_doubles(file: Path, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    first: dict[str, int] = {}
    for number, row in rows:
        known = first.setdefault(str(row["id"]), number)
        if known != number:
            raise CorpusUnreadable(file, f"lines {known} and {number} have the same id {row['id']!r}")


def _article(number: int, row: Mapping[str, Any], outlets: dict[str, OutletId]) -> Article:
    """Return the article on a line; without an outlet it is the only article of a nameless one."""
    outlet = row["outlet"] or f"line {number}"
    url = row["url"] or f"urn:line:{number}"
    at = row["published"] or UNDATED_AT
    return Article(
        id=ArticleId(number),
        outlet_id=outlets.setdefault(outlet, OutletId(len(outlets) + 1)),
        url=url,
        link=url,
        title=row["title"],
        summary="",
        text=row["text"] or "",
        content_hash="",
        at=at,
        dated=row["published"] is not None,
        first_seen_at=at,
        lang=row.get("lang"),
    )


def _domains(articles: Sequence[Article]) -> dict[OutletId, str]:
    """Return each outlet's most frequent host without `www.`; outlets without addresses have none."""
    hosts: dict[OutletId, Counter[str]] = defaultdict(Counter)
    for one in articles:
        if host := urlsplit(one.url).hostname:
            hosts[one.outlet_id][host.removeprefix("www.")] += 1
    return {outlet: min(seen, key=lambda host: (-seen[host], host)) for outlet, seen in hosts.items()}


def _score(
    corpus: Labelled, embedder: Embedder, numbers: EvaluationNumbers, stream: bool, on_progress: Progress
) -> Score:
    """Return the score of one file."""
    watch = _Stopwatch()
    vectors = _embed(corpus, embedder, watch, on_progress)
    table = Table(
        vectors=vectors,
        domains=corpus.domains,
        relate_numbers=numbers.relate,
        group_numbers=numbers.group,
        idle=numbers.idle,
        watch=watch,
    )
    total, calm = len(corpus.articles), Calm()
    for done, (window, now) in builds(corpus.articles, numbers.window, stream):
        table.build(window, now)
        calm.see(table.story_of())
        on_progress(f"{corpus.file.name}: group", done, total)
    met, sizes = _met(corpus, table), [size for size in Counter(calm.last.values()).values() if size > 1]
    return Score(
        file=corpus.file.name,
        **asdict(met),
        groups=len(sizes),
        largest=max(sizes, default=1),
        moved=calm.moved() if stream else None,
        churn=calm.churn() if stream else None,
        seconds=sum(watch.seconds.values()),
        peak_mb=_peak_mb(),
        articles=total,
        step_seconds=dict(watch.seconds),
    )


def _met(corpus: Labelled, table: Table) -> Agreement:
    """Return how far the stories agree with the labelled articles."""
    found = table.story_of()
    truth = {
        one.id: story for one, story in zip(corpus.articles, corpus.stories, strict=True) if story is not None
    }
    return agreement({one: found[one] for one in truth}, truth)


@dataclass(frozen=True, slots=True)
class _Stopwatch:
    """Seconds by step, added up."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start


def _embed(
    corpus: Labelled, embedder: Embedder, watch: _Stopwatch, on_progress: Progress
) -> dict[ArticleId, "NDArray[np.float32]"]:
    """Return a unit row for each article; texts of a like length go together, as in a build."""
    waiting = sorted(corpus.articles, key=lambda one: (len(one.title) + len(one.text), one.id))
    rows: dict[ArticleId, NDArray[np.float32]] = {}
    for start in range(0, len(waiting), EMBED_ARTICLES):
        some = waiting[start : start + EMBED_ARTICLES]
        with watch("embed"):
            matrix = encode_articles(embedder, some)
        rows |= {one.id: row for one, row in zip(some, matrix, strict=True)}
        on_progress(f"{corpus.file.name}: embed", len(rows), len(waiting))
    return rows


def builds(
    articles: Sequence[Article], window: timedelta, stream: bool
) -> Iterator[tuple[int, tuple[list[Article], datetime]]]:
    """Yield (articles seen, (articles of the window, now)) for each build; the undated never leave."""
    ordered = sorted(articles, key=lambda one: (one.at, one.id))
    step = STREAM_ARTICLES if stream else len(ordered)
    for done in range(step, len(ordered) + step, step):
        seen = ordered[:done]
        now = seen[-1].at
        since = now - window if stream else UNDATED_AT
        yield len(seen), ([one for one in seen if not one.dated or one.at >= since], now)


def agreement(found: Mapping[ArticleId, Hashable], truth: Mapping[ArticleId, Hashable]) -> Agreement:
    """Return B-cubed (Bagga & Baldwin 1998) and pairwise agreement over the same labelled articles.

    B-cubed precision is the mean, over articles, of the share of its group that is of its story;
    recall the mean share of its story that is in its group. With nothing to be wrong about
    (no found pair, no true pair) a precision or recall is 1.
    """
    both = Counter((found[one], truth[one]) for one in truth)
    groups, stories = Counter(found[one] for one in truth), Counter(truth.values())
    precision = {one: both[found[one], truth[one]] / groups[found[one]] for one in truth}
    recall = {one: both[found[one], truth[one]] / stories[truth[one]] for one in truth}
    multi = [one for one in truth if stories[truth[one]] > 1]
    b3_p, b3_r = _mean([precision[one] for one in truth]), _mean([recall[one] for one in truth])
    shared, joined, true = _pairs(both), _pairs(groups), _pairs(stories)
    pair_p, pair_r = (shared / joined if joined else 1.0), (shared / true if true else 1.0)
    return Agreement(
        b3_p=b3_p,
        b3_r=b3_r,
        b3_f=_harmonic(b3_p, b3_r),
        multi_b3_f=_harmonic(_mean([precision[one] for one in multi]), _mean([recall[one] for one in multi])),
        pair_p=pair_p,
        pair_r=pair_r,
        pair_f=_harmonic(pair_p, pair_r),
    )


def _pairs(sizes: Mapping[Any, int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _peak_mb() -> float:
    """Return the most memory this process has held, in MB; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere (getrusage(2))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
