"""The stories that any digest of a run may hold, read once for all readers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.digests.differing import Press, differs
from aggregator.digests.numbers import sentences, told
from aggregator.digests.select import Differs, Extract, Item, OutletLink, Told
from aggregator.domain.articles import Article, Outlet
from aggregator.domain.feeds import Feed, FeedState
from aggregator.domain.ids import ArticleId, FeedId, OutletId, StoryId
from aggregator.domain.stories import Folding, Gist, Story
from aggregator.storage import UnitOfWork

MOST_STORIES = 2000
"""Stories that digests choose from, best first: twenty times the longest digest."""
AT_A_TIME = 200
"""Stories whose articles are in memory at once, so that a long window costs no more than a short one."""
EXTRACTS = 3
EXTRACT_SIGNS = 400
"""Characters of all sentences of a story together."""
LINKS = 6
"""Outlets whose own reports are linked; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The stories, best first, and since when the newest of their articles is in its story (UTC).

    Builds do not overlap, so whatever joins after the pool was read joins later than `as_of`.
    """

    stories: tuple[Told, ...] = ()
    as_of: datetime | None = None
    by_id: Mapping[StoryId, Told] = field(default_factory=dict, repr=False)


def read_pool(work: UnitOfWork, *, since: datetime) -> Pool:
    """Read the stories with a report since a moment (UTC).

    Args:
        work: an open unit of work.
        since: of their latest article.
    """
    stories = work.stories.ranked(since=since, limit=MOST_STORIES)
    outlets = {outlet.id: outlet for outlet in work.outlets.all()}
    feeds = {feed.id: feed for feed in work.feeds.all()}
    found: list[Told] = []
    latest: list[datetime] = []
    for start in range(0, len(stories), AT_A_TIME):
        some = stories[start : start + AT_A_TIME]
        joined = work.stories.joined([story.id for story in some])
        latest.extend(at for one in joined.values() for at in one.values())
        found.extend(_told(work, some, joined, outlets, feeds))
    by_id = {one.story.id: one for one in found}
    return Pool(stories=tuple(found), as_of=max(latest, default=None), by_id=by_id)


def _told(
    work: UnitOfWork,
    stories: Sequence[Story],
    joined: Mapping[StoryId, Mapping[ArticleId, datetime]],
    outlets: Mapping[OutletId, Outlet],
    feeds: Mapping[FeedId, Feed],
) -> list[Told]:
    ids = [one for story in stories for one in joined[story.id]]
    articles = {one.id: one for one in work.articles.get_many(ids)}
    folding, feeds_of = work.articles.folding(ids), work.articles.feeds_of(ids)
    gists = work.gists.get_many([story.id for story in stories])
    members = {
        story.id: [articles[one] for one in sorted(joined[story.id]) if one in articles] for story in stories
    }
    differing = _differing(work, members, folding, outlets, feeds.values())
    return [
        tell(
            story,
            members[story.id],
            joined=joined[story.id],
            folding=folding,
            gist=gists.get(story.id),
            outlets=outlets,
            folders=frozenset(
                feeds[feed].folder
                for one in joined[story.id]
                for feed in feeds_of[one]
                if feed in feeds and feeds[feed].folder
            ),
            differing=differing.get(story.id),
        )
        for story in stories
    ]


def _differing(
    work: UnitOfWork,
    members: Mapping[StoryId, Sequence[Article]],
    folding: Folding,
    outlets: Mapping[OutletId, Outlet],
    feeds: Iterable[Feed],
) -> Mapping[StoryId, Differs]:
    """Return what differs between the outlets of those stories of which a comparison is kept."""
    names = {one.id: one.name for one in outlets.values()}
    failing = frozenset(
        one.outlet_id for one in feeds if one.state is FeedState.GONE or one.failure is not None
    )
    told = (
        (
            story,
            differs(
                comparison,
                Press(articles=members[story], folding=folding, names=names, failing=failing),
            ),
        )
        for story, comparison in work.comparisons.each(members)
    )
    return {story: one for story, one in told if one is not None}


def tell(
    story: Story,
    articles: Sequence[Article],
    *,
    joined: Mapping[ArticleId, datetime],
    folding: Folding,
    gist: Gist | None,
    outlets: Mapping[OutletId, Outlet],
    folders: frozenset[str],
    differing: Differs | None = None,
) -> Told:
    """Return a story with all that decides whether a digest brings it, and how; pure."""
    reports = [one for one in articles if one.id not in folding.discusses] or list(articles)
    # A copy counts by the earliest article with its text that is here: the origin may be elsewhere.
    carriers: dict[ArticleId, list[Article]] = {}
    for one in sorted(reports, key=lambda one: (one.at, one.id)):
        carriers.setdefault(folding.origin_of.get(one.id, one.id), []).append(one)
    mine = frozenset(one.id for one in articles)
    origins = {
        origin: min(joined[one.id] for one in some if one.id in joined) for origin, some in carriers.items()
    }
    return Told(
        story=story,
        item=replace(_item(story, reports, gist, outlets), differs=differing),
        outlets=frozenset(one.outlet_id for one in articles),
        folders=folders,
        members=tuple(sorted(mine)),
        origins=origins,
        arrived_at=max(origins.values(), default=None),
        numbers=_numbers([some[0] for some in carriers.values()], outlets),
        folding=Folding(
            origin_of={one: folding.origin_of[one] for one in mine if one in folding.origin_of},
            discusses={one: folding.discusses[one] for one in mine if one in folding.discusses},
        ),
    )


def _numbers(firsts: Sequence[Article], outlets: Mapping[OutletId, Outlet]) -> Mapping[str, Extract]:
    """Return each number of these reports, the earliest first, with who says it."""
    found: dict[str, Extract] = {}
    for one in firsts:
        for number, sentence in told(one).items():
            found.setdefault(number, _extract(sentence, one, outlets))
    return found


def _item(
    story: Story, reports: Sequence[Article], gist: Gist | None, outlets: Mapping[OutletId, Outlet]
) -> Item:
    face = story.face
    newest = sorted(reports, key=lambda one: (one.id != face.lead_id, one.at, one.id))
    links: dict[str, OutletLink] = {}
    for one in newest:
        name = outlets[one.outlet_id].name
        links.setdefault(name, OutletLink(outlet=name, link=one.link))
    return Item(
        id=story.id,
        headline=face.headline,
        lang=face.lang,
        articles=face.article_count,
        outlets=face.outlet_count,
        reports=face.origin_count,
        extracts=_extracts(reports, face.lead_id, gist, outlets),
        links=tuple(links.values())[:LINKS],
        more_links=max(len(links) - LINKS, 0),
        last_at=face.last_at,
    )


def _extracts(
    reports: Sequence[Article], lead: ArticleId, gist: Gist | None, outlets: Mapping[OutletId, Outlet]
) -> tuple[Extract, ...]:
    """Return one to three sentences with their outlets: the gist's, else the first of the lead.

    A sentence that no longer stands in its article, because that was edited, is left out.
    """
    by_id = {one.id: one for one in reports}
    flat = {one.id: " ".join((one.text or one.summary).split()) for one in reports}
    said = [
        (sentence.text, by_id[sentence.article])
        for sentence in (gist.summary if gist else ())
        if sentence.article in by_id and sentence.text in flat[sentence.article]
    ]
    if not said and reports:
        source = by_id.get(lead) or reports[0]
        said = [(one, source) for one in sentences(flat[source.id][: 2 * EXTRACT_SIGNS])[:2]]
    kept: list[Extract] = []
    room = EXTRACT_SIGNS
    for text, source in said[:EXTRACTS]:
        if kept and len(text) > room:
            break
        kept.append(_extract(text, source, outlets))
        room -= len(text)
    return tuple(kept)


def _extract(text: str, article: Article, outlets: Mapping[OutletId, Outlet]) -> Extract:
    """Return a sentence with its source; one that is longer than a digest has room for is cut at a word."""
    short = text if len(text) <= EXTRACT_SIGNS else text[:EXTRACT_SIGNS].rsplit(" ", 1)[0] + "…"
    return Extract(text=short, outlet=outlets[article.outlet_id].name, link=article.link)
