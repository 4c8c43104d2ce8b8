"""Work out how a story is shown: its lead, headline, counts and times, and its rank.

Takes a story's articles, their vectors and the folding of copies; `build.py` stores the face.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.rank import RankFeatures, rank
from aggregator.domain.stories import Folding, StoryFace

if TYPE_CHECKING:
    import numpy as np

EXCERPT_LENGTH = 280
"""Characters of a card's first lines: about three lines of a column of 90."""
LEAD_MARGIN = 0.03
"""A lead stays while no other report is more central than it by this cosine, so that cards hold still."""

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*(?=\s)")


def describe(
    members: Sequence[Article],
    vectors: Mapping[ArticleId, "np.ndarray"],
    folding: Folding,
    *,
    lead_now: ArticleId | None = None,
    topic: str | None = None,
    quiet: Collection[OutletId] = (),
) -> StoryFace:
    """Return the face of a story.

    Args:
        members: all its articles, at least one.
        vectors: unit float32[d] of the members that have one.
        folding: which of them are copies, and which only discuss another article.
        lead_now: the lead it has been shown with, kept while it is about as good as any.
        topic: the name of its topic, None where none is sure enough.
        quiet: the outlets that publish little.
    """
    reporting = reporting_members(members, folding)
    reports, times = independent_reports(reporting, folding), _times(reporting)
    lead = _lead(reports, vectors, lead_now)
    score, parts = rank(_features(reports, quiet))
    return StoryFace(
        lead_id=lead.id,
        headline=lead.title,
        excerpt=excerpt(lead.summary or lead.text, besides=lead.title),
        first_at=min(times),
        last_at=max(times),
        article_count=len(reporting),
        outlet_count=len({a.outlet_id for a in reporting}),
        origin_count=len(reports),
        lang=lead.lang,
        score=score,
        parts=parts,
        topic=topic,
    )


def _features(reports: Sequence[Article], quiet: Collection[OutletId]) -> RankFeatures:
    voices = {a.outlet_id for a in reports}
    return RankFeatures(
        voices=len(voices),
        reports=len(reports),
        last_report_at=max(_times(reports)),
        quiet=len(voices.intersection(quiet)),
    )


def reporting_members(members: Sequence[Article], folding: Folding) -> list[Article]:
    """Return the members that report; all of them, where each only discusses another article."""
    return [a for a in members if a.id not in folding.discusses] or list(members)


def excerpt(text: str, *, besides: str = "", length: int = EXCERPT_LENGTH) -> str:
    """Return the first whole sentences of `text` within `length` characters, else whole words and "…".

    A text that only repeats `besides` (the headline) gives nothing.
    """
    flat = " ".join(text.split())
    if flat.strip(".") == besides.strip("."):
        return ""
    if len(flat) <= length:
        return flat
    ends = [match.end() for match in _SENTENCE_END.finditer(flat, 0, length + 1)]
    if ends and ends[-1] >= length // 3:
        return flat[: ends[-1]]
    return flat[:length].rsplit(" ", 1)[0].rstrip(",;:–—- ") + "…"


def _times(articles: Sequence[Article]) -> list[datetime]:
    """Return when the articles were published, of undated ones only where there is nothing better.

    An undated article counts from when it was first seen, which for a feed just added is now,
    however old the article is: it must not carry its story to the top.
    """
    return [a.at for a in articles if a.dated] or [a.at for a in articles]


def independent_reports(members: Sequence[Article], folding: Folding) -> list[Article]:
    """Return one article for each origin: the origin itself, or its earliest copy in this story."""
    first: dict[ArticleId, Article] = {}
    for article in sorted(members, key=lambda a: (a.at, a.id)):
        origin = folding.origin_of.get(article.id, article.id)
        if origin not in first or article.id == origin:
            first[origin] = article
    return list(first.values())


def main_language(reports: Sequence[Article]) -> str | None:
    """Return the language of most reports, of several the one that comes first."""
    return Counter(a.lang for a in reports).most_common(1)[0][0]


def _lead(
    reports: Sequence[Article], vectors: Mapping[ArticleId, "np.ndarray"], lead_now: ArticleId | None
) -> Article:
    """Return the report nearest to all others, in the story's main language; the earliest of equals."""
    main = main_language(reports)
    candidates = [a for a in reports if a.lang == main]
    central = {a.id: _centrality(a.id, reports, vectors) for a in candidates}
    best = min(candidates, key=lambda a: (-central[a.id], a.at, a.id))
    for article in candidates:
        if article.id == lead_now and central[article.id] >= central[best.id] - LEAD_MARGIN:
            return article
    return best


def _centrality(
    article: ArticleId, reports: Sequence[Article], vectors: Mapping[ArticleId, "np.ndarray"]
) -> float:
    """Return the mean cosine to the other reports, 0 where there is nothing to compare."""
    if article not in vectors:
        return 0.0
    others = [vectors[a.id] for a in reports if a.id != article and a.id in vectors]
    return sum(float(vectors[article] @ other) for other in others) / len(others) if others else 0.0
