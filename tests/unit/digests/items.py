"""Made-up stories as digests see them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.digests.content import Digest
from aggregator.digests.pool import tell
from aggregator.digests.select import Differs, Section, Selection, Told
from aggregator.domain.articles import Article, Outlet
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Folding, Gist, Sentence, Story, StoryFace, StoryState
from tests.factories import make_article
from tests.fakes import NOON

OUTLETS = {
    OutletId(number): Outlet(id=OutletId(number), domain=f"outlet{number}.example", name=name)
    for number, name in enumerate(("The Orsholm Lantern", "Dosht Times", "Nordhelm Ledger", "The Gull"), 1)
}
EARLY = NOON - timedelta(hours=2)


def make_story(number: int, articles: list[Article], headline: str = "", **fields: Any) -> Story:
    face: dict[str, Any] = {
        "lead_id": articles[0].id,
        "headline": headline or articles[0].title,
        "excerpt": articles[0].text,
        "first_at": min(one.at for one in articles),
        "last_at": max(one.at for one in articles),
        "article_count": len(articles),
        "outlet_count": len({one.outlet_id for one in articles}),
        "origin_count": len(articles),
        "lang": "en",
        "score": 10.0 - number,
        "parts": (),
        "topic": "world",
    }
    return Story(id=StoryId(number), state=StoryState.OPEN, opened_at=NOON, face=StoryFace(**face | fields))


def make_told(
    number: int,
    *articles: Article,
    joined: dict[int, datetime] | None = None,
    copies: dict[int, int] | None = None,
    gist: tuple[tuple[int, str], ...] = (),
    folders: frozenset[str] = frozenset(),
    differing: Differs | None = None,
    **face: Any,
) -> Told:
    """Return a story of these articles, by default one that joined at noon; `copies` maps to origins."""
    told = list(articles) or [make_article(number, f"Story {number}", f"The text of story {number}.")]
    origins = {one.id: ArticleId((copies or {}).get(one.id, one.id)) for one in told}
    face.setdefault("origin_count", len(set(origins.values())))
    return tell(
        make_story(number, told, **face),
        told,
        joined={one.id: (joined or {}).get(one.id, NOON) for one in told},
        folding=Folding(origin_of=origins),
        gist=Gist(of="x", summary=tuple(Sentence(article=ArticleId(a), text=t) for a, t in gist))
        if gist
        else None,
        outlets=OUTLETS,
        folders=folders,
        differing=differing,
    )


def make_digest(*told: Told, **fields: Any) -> Digest:
    items = tuple(one.item for one in told)
    sections = (Section(name="world", shown="World", items=items),)
    values: dict[str, Any] = {
        "name": "Daily digest",
        "slot": datetime(2026, 3, 14, 6, 0, tzinfo=UTC),
        "zone": "Europe/Oslo",
        "selection": Selection(sections=sections, more=2),
    }
    return replace(Digest(**values), **fields)
