"""Stored values become the lines of pages; pure, used by `reading.py`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.explain import explain
from aggregator.domain.feeds import NO_WISH, Feed, FeedState, FeedWish
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import NEWNESS, Folding, Member, Story, newness
from aggregator.readers.timeline import coverage
from aggregator.readers.views import (
    ArticleLine,
    CopyLine,
    DiscussionLine,
    FeedLine,
    OutletCount,
    ReportLine,
    StoryCard,
)

IN_TROUBLE = frozenset({"failing", "gone"})
"""Values of `FeedLine.health` that the front page speaks of."""

EXCERPT = 320
"""Characters of an article's first lines on a story page."""

Outlets = Mapping[OutletId, Outlet]


def card(
    story: Story,
    articles: Sequence[Member],
    outlets: Outlets,
    *,
    short: Mapping[OutletId, str],
    now: datetime,
) -> StoryCard:
    """Return a story's card; its outlets are counted by reports and copies, not by discussions.

    Its score counts newness from `now` instead of from rank's fixed moment: the order is the same,
    and the numbers say something to a reader.
    """
    reporting = [a for a in articles if a.discusses is None] or list(articles)
    lead = next(a for a in articles if a.id == story.face.lead_id)
    named = _counted(reporting, outlets, short)
    also = sorted((o for o in named.values() if o.id != lead.outlet_id), key=lambda o: (-o.articles, o.name))
    face = story.face
    parts = tuple(replace(p, value=p.value - newness(now)) if p.name == NEWNESS else p for p in face.parts)
    return StoryCard(
        id=story.id,
        headline=face.headline,
        excerpt=face.excerpt,
        outlet=named[lead.outlet_id],
        also=tuple(also),
        article_count=face.article_count,
        outlet_count=face.outlet_count,
        origin_count=face.origin_count,
        first_at=face.first_at,
        last_at=face.last_at,
        lang=face.lang,
        score=sum(part.value for part in parts),
        parts=parts,
        topic=face.topic,
        coverage=coverage(reporting),
        lead_id=lead.id,
        lead_link=lead.link,
    )


def _counted(
    articles: Sequence[Member], outlets: Outlets, short: Mapping[OutletId, str]
) -> Mapping[OutletId, OutletCount]:
    counts = Counter(a.outlet_id for a in articles)
    return {
        one: OutletCount(id=one, name=outlets[one].name, short=short[one], articles=n)
        for one, n in counts.items()
    }


def reports(
    articles: Sequence[Article], folding: Folding, outlets: Outlets, versions: Mapping[ArticleId, int]
) -> tuple[ReportLine, ...]:
    """Return the independent reports, oldest first, each with the copies of its text under it.

    A copy whose origin is not among `articles` stands as a report of its own.
    """
    present = {a.id for a in articles}
    copies: dict[ArticleId, list[Article]] = {}
    origins: list[Article] = []
    for article in sorted(articles, key=lambda a: (a.at, a.id)):
        origin = folding.origin_of.get(article.id, article.id)
        if article.id in folding.discusses:
            continue
        if origin != article.id and origin in present:
            copies.setdefault(origin, []).append(article)
        else:
            origins.append(article)
    return tuple(_report(a, copies.get(a.id, []), outlets, versions.get(a.id, 0)) for a in origins)


def discussions(
    articles: Sequence[Article], folding: Folding, outlets: Outlets
) -> tuple[DiscussionLine, ...]:
    """Return the aggregators' entries that point at an article of the story."""
    return tuple(
        DiscussionLine(outlet=outlets[a.outlet_id].name, headline=a.title, link=a.link, at=a.at)
        for a in articles
        if a.id in folding.discusses
    )


def article(one: Article, story: Story | None) -> ArticleLine:
    """Return an article's line in its outlet's list."""
    return ArticleLine(
        id=one.id,
        headline=one.title,
        excerpt=_short(one),
        link=one.link,
        at=one.at,
        lang=one.lang,
        story_id=story.id if story else None,
        story_outlets=story.face.outlet_count if story else 0,
    )


def feed(one: Feed, outlet: str, articles: int, wish: FeedWish = NO_WISH) -> FeedLine:
    """Return a subscription's line with its health in words."""
    health = _health(one)
    what, todo = "", ""
    if one.failure is not None:
        what, todo = explain(one.failure, url=one.url, detail=one.failure_detail, status=one.failure_status)
    elif one.warning:
        what = one.warning
    elif wish.full_text and wish.failures:
        many = "one article" if wish.failures == 1 else f"{wish.failures} articles in a row"
        what = f"The whole text of {many} could not be had. {wish.problem}"
        todo = "Each is tried three times by itself. Where an outlet hands out no whole texts, switch it off."
    return FeedLine(
        feed=one, outlet=outlet, article_count=articles, health=health, what=what, todo=todo, wish=wish
    )


def _health(one: Feed) -> str:
    if one.state is not FeedState.ACTIVE:
        return one.state.value
    if one.failure is not None:
        return "failing"
    return "waiting" if one.last_polled_at is None else "ok"


def _report(one: Article, copies: Sequence[Article], outlets: Outlets, versions: int) -> ReportLine:
    return ReportLine(
        id=one.id,
        outlet_id=one.outlet_id,
        outlet=outlets[one.outlet_id].name,
        headline=one.title,
        excerpt=_short(one),
        link=one.link,
        at=one.at,
        dated=one.dated,
        lang=one.lang,
        provenance=one.provenance,
        versions=versions,
        copies=tuple(copy(other, one, outlets) for other in copies),
    )


def copy(other: Article, one: Article, outlets: Outlets) -> CopyLine:
    """Return the line of an article with the same text as `one`; its hours count from `one`."""
    return CopyLine(
        id=other.id,
        outlet_id=other.outlet_id,
        outlet=outlets[other.outlet_id].name,
        headline=other.title,
        link=other.link,
        at=other.at,
        is_repost=other.outlet_id == one.outlet_id,
        hours_later=(other.at - one.at).total_seconds() / 3600,
    )


def same_text(one: Article, articles: Sequence[Article], folding: Folding) -> list[Article]:
    """Return the other articles that carry the text of `one`, oldest first."""
    origin = folding.origin_of.get(one.id, one.id)
    same = [a for a in articles if a.id != one.id and folding.origin_of.get(a.id, a.id) == origin]
    return sorted(same, key=lambda a: (a.at, a.id))


def _short(one: Article) -> str:
    """Return the first lines of an article, nothing when they only repeat its headline."""
    flat = " ".join((one.summary or one.text).split())
    if flat.strip(".") == one.title.strip("."):
        flat = " ".join(one.text.split())
    return flat if len(flat) <= EXCERPT else flat[:EXCERPT].rsplit(" ", 1)[0].rstrip(",;:–—- ") + "…"
