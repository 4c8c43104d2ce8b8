"""Fold articles that carry the same text, and attach those that only point at another.

Takes the articles of the window from build and evaluate; the folding goes to relate and to storage.
Two texts are the same when the hashed five-word shingles of one are (nearly) all in the other
(containment: Broder 1997, "On the resemblance and containment of documents"). Shingles that one
outlet repeats under different headlines (cookie walls, "Subscribe to…" tails) count for nothing.
"""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding

SHINGLE_WORDS = 5
CONTAINMENT = 0.85
"""Share of one text's shingles that the other must hold (PRODUCT.md, Sameness)."""

SHORT_WORDS = 25
"""Texts below this are too short for shingles: a lead of one sentence is shared by chance."""

SHORT_HORIZON = timedelta(hours=36)
"""Equal short pieces further apart are a recurring feature ("Photos of the day"), not a repost."""

BOILERPLATE_TITLES = 4
"""A shingle under this many different headlines of one outlet belongs to the site, not to the piece."""

EXTENSION = 0.5
"""A later text that holds an earlier one is its copy only if that is at least half of it: a round-up
that quotes a brief in full is not a copy of the brief."""

SAMPLE = 16
"""Lowest shingle hashes of a text that are looked up in the others to find candidates."""

SAMPLE_SHARE = 0.5
"""Share of the sample that a candidate must hold; at a true .85 the binomial chance to miss is < 1e-3."""

BARE_TITLE_WORDS = 6
"""Fewer words than this with no text ("Morning briefing") name a series, not a piece."""

HEADLINE_MATTERS_WORDS = 120
"""Below this an outlet's equal text under headlines that share no longer word may be an unknown wall."""

_WORD = re.compile(r"\w+")
_FACTORS = np.array(
    [pow(0x9E3779B97F4A7C15, power, 2**64) for power in range(SHINGLE_WORDS)], dtype=np.uint64
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """An article as folding sees it: words, and the sorted distinct hashes of its shingles."""

    article: Article
    title: tuple[str, ...]
    words: int
    whole: str
    shingles: NDArray[np.uint64]


def fold(articles: Sequence[Article], domains: Mapping[OutletId, str]) -> Folding:
    """Return who carries whose text, and who only links to whom.

    The origin is the earliest by (at, id); undated articles come after all dated ones. Everything
    attaches to the origin that holds its own text, never along a chain of likenesses.

    Args:
        articles: the window, in any order.
        domains: the registrable domain of each outlet; an entry that leads to another outlet's
            article, away from its own outlet's domain, discusses that article.
    """
    ordered = sorted(articles, key=lambda one: (not one.dated, one.at, one.id))
    discusses = _discussions(ordered, domains)
    texts = _without_boilerplate([_read(one) for one in ordered if one.id not in discusses])
    origin_of = {one.id: one.id for one in ordered}
    for later, earlier in _same(texts):
        if origin_of[later] == later and origin_of[earlier] == earlier:
            origin_of[later] = earlier
    return Folding(origin_of=origin_of, discusses=discusses)


def with_past(folding: Folding, past: Folding) -> Folding:
    """Return the folding of a window with what is known of origins that have left it.

    A copy does not become a report of its own, nor an entry that discusses an article an article, when
    the older of the two grows too old to be compared.

    Args:
        folding: of the window, from `fold`.
        past: of the same articles as they were folded before; its origins may lie before the window.
    """
    window = folding.origin_of.keys()
    left = {one: origin for one, origin in past.origin_of.items() if origin not in window}
    discussed = {one: other for one, other in past.discusses.items() if other not in window}
    return Folding(
        origin_of={one: left.get(origin, origin) for one, origin in folding.origin_of.items()},
        discusses={**discussed, **folding.discusses},
    )


def _discussions(articles: Sequence[Article], domains: Mapping[OutletId, str]) -> dict[ArticleId, ArticleId]:
    """Return the entries whose address is another outlet's article, by exact canonical URL."""
    shares = _shares_of_folders(articles)
    listed: dict[str, list[Article]] = defaultdict(list)
    for one in articles:
        listed[one.url].append(one)
    found: dict[ArticleId, ArticleId] = {}
    for entries in listed.values():
        at_home = [one for one in entries if _is_on(one.url, domains.get(one.outlet_id))] or [
            one for one in entries if shares[one.outlet_id, _folder(one.url)] > 0.5
        ]
        # An address that its own outlet uses for several articles names none of them.
        if len(at_home) == 1:
            found |= {one.id: at_home[0].id for one in entries if one is not at_home[0]}
    return found


def _shares_of_folders(articles: Sequence[Article]) -> Mapping[tuple[OutletId, str], float]:
    """Return which share of an outlet's articles lies in each folder of the web.

    An outlet that publishes somewhere else than on its own domain is at home where most of it lies; a
    link aggregator is at home nowhere.
    """
    sizes = Counter(one.outlet_id for one in articles)
    counts = Counter((one.outlet_id, _folder(one.url)) for one in articles)
    return {key: count / sizes[key[0]] for key, count in counts.items()}


def _folder(url: str) -> str:
    """Return an address's host and first folder."""
    parts = urlsplit(url)
    return f"{parts.netloc}/{parts.path.lstrip('/').partition('/')[0]}"


def _is_on(url: str, domain: str | None) -> bool:
    host = urlsplit(url).hostname or ""
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _read(article: Article) -> _Text:
    title = tuple(_WORD.findall(article.title.casefold()))
    words = _WORD.findall(article.text.casefold())
    return _Text(
        article=article,
        title=title,
        words=len(words),
        whole=" ".join((*title, *words)) if words or len(title) >= BARE_TITLE_WORDS else "",
        shingles=_shingles(words),
    )


def _shingles(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the sorted distinct hashes of every run of five words, uint64."""
    if len(words) < SHINGLE_WORDS:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.fromiter((_word_hash(word) for word in words), dtype=np.uint64, count=len(words))
    runs = len(words) - SHINGLE_WORDS + 1
    mixed = hashes[:runs] * _FACTORS[0]
    for step in range(1, SHINGLE_WORDS):
        mixed += hashes[step : step + runs] * _FACTORS[step]
    # The last step spreads the sum over all bits, so that the lowest hashes are a fair sample.
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return np.unique(mixed)


@lru_cache(maxsize=1 << 18)
def _word_hash(word: str) -> int:
    raw = word.encode()
    return zlib.crc32(raw) << 32 | zlib.adler32(raw)


def _without_boilerplate(texts: Sequence[_Text]) -> list[_Text]:
    """Return the texts without the shingles that their outlet repeats under different headlines."""
    by_outlet: dict[OutletId, list[_Text]] = defaultdict(list)
    for text in texts:
        by_outlet[text.article.outlet_id].append(text)
    walls = {outlet: _repeated(members) for outlet, members in by_outlet.items()}
    return [replace(text, shingles=_outside(walls[text.article.outlet_id], text.shingles)) for text in texts]


def _outside(wall: NDArray[np.uint64], shingles: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the shingles that are not in the wall; both are sorted."""
    if not len(wall):
        return shingles
    place = np.minimum(np.searchsorted(wall, shingles), len(wall) - 1)
    outside: NDArray[np.uint64] = shingles[wall[place] != shingles]
    return outside


def _repeated(texts: Sequence[_Text]) -> NDArray[np.uint64]:
    """Return the shingles of one outlet that stand under at least four different headlines."""
    if len(texts) < BOILERPLATE_TITLES:
        return np.zeros(0, dtype=np.uint64)
    titles = {title: number for number, title in enumerate(dict.fromkeys(text.title for text in texts))}
    shingles = np.concatenate([text.shingles for text in texts])
    under = np.repeat([titles[text.title] for text in texts], [len(text.shingles) for text in texts])
    kinds, place, times = np.unique(shingles, return_inverse=True, return_counts=True)
    often = times[place] >= BOILERPLATE_TITLES
    pairs = np.unique(np.stack([place[often], under[often]]), axis=1)
    repeated = np.bincount(pairs[0], minlength=len(kinds)) >= BOILERPLATE_TITLES
    return kinds[repeated]


def _same(texts: Sequence[_Text]) -> list[tuple[ArticleId, ArticleId]]:
    """Return pairs (later, earlier) of one text, ordered so that the earliest origins are met first."""
    pairs = set(_equal_short(texts)) | set(_contained([t for t in texts if not _is_short(t)]))
    rank = {text.article.id: place for place, text in enumerate(texts)}
    return sorted(pairs, key=lambda pair: (rank[pair[0]], rank[pair[1]]))


def _is_short(text: _Text) -> bool:
    """Return whether what is left without boilerplate is too little to compare by shingles."""
    return len(text.shingles) <= SHORT_WORDS - SHINGLE_WORDS


def _equal_short(texts: Sequence[_Text]) -> list[tuple[ArticleId, ArticleId]]:
    first: dict[str, Article] = {}
    pairs = []
    for text in texts:
        if not text.whole or not _is_short(text):
            continue
        known = first.setdefault(text.whole, text.article)
        if known is text.article:
            continue
        if known.dated and text.article.dated and text.article.at - known.at > SHORT_HORIZON:
            first[text.whole] = text.article
        else:
            pairs.append((text.article.id, known.id))
    return pairs


def _contained(texts: Sequence[_Text]) -> list[tuple[ArticleId, ArticleId]]:
    """Return pairs (later, earlier) whose shingles are contained; the texts come oldest first."""
    pairs = []
    for one, other in _candidates(texts):
        early, late = texts[min(one, other)], texts[max(one, other)]
        shared = len(np.intersect1d(early.shingles, late.shingles, assume_unique=True))
        of_late, of_early = shared / len(late.shingles), shared / len(early.shingles)
        same = of_late >= CONTAINMENT or (of_early >= CONTAINMENT and of_late >= EXTENSION)
        if same and not _is_unlike(early, late):
            pairs.append((late.article.id, early.article.id))
    return pairs


def _is_unlike(early: _Text, late: _Text) -> bool:
    """Return whether one outlet's short equal text stands under headlines without a common word."""
    if early.article.outlet_id != late.article.outlet_id or late.words >= HEADLINE_MATTERS_WORDS:
        return False
    return not any(len(word) > 3 for word in set(early.title) & set(late.title))


def _candidates(texts: Sequence[_Text]) -> list[tuple[int, int]]:
    """Return places of texts (as a set of pairs) where one holds half of the other's sample."""
    if len(texts) < 2:
        return []
    kinds, flat = np.unique(np.concatenate([text.shingles for text in texts]), return_inverse=True)
    full = _matrix([len(text.shingles) for text in texts], flat, len(kinds))
    # The shingles are sorted, so the first ones are the lowest hashes: a sample that all texts take alike.
    sizes = [min(SAMPLE, len(text.shingles)) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(text.shingles) for text in texts])[:-1]])
    lowest = np.concatenate([flat[start : start + size] for start, size in zip(starts, sizes, strict=True)])
    held = (_matrix(sizes, lowest, len(kinds)) @ full.T).tocoo()
    enough = (held.data >= SAMPLE_SHARE * np.asarray(sizes)[held.row]) & (held.row != held.col)
    pairs = {
        (min(a, b), max(a, b))
        for a, b in zip(held.row[enough].tolist(), held.col[enough].tolist(), strict=True)
    }
    return sorted(pairs)


def _matrix(sizes: Sequence[int], columns: NDArray[np.intp], width: int) -> Any:
    """Return a binary int32 CSR matrix whose rows hold the given numbers of columns."""
    from scipy.sparse import csr_array

    pointers = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(len(columns), dtype=np.int32)
    return csr_array((ones, columns, pointers), shape=(len(sizes), width))
