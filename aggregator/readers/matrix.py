"""Lay claims out by column: who makes each, who leaves it out, and of whom that is not known; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.domain.articles import Article, Outlet
from aggregator.domain.comparing import Claim, Comparison, Said, Unread
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding
from aggregator.readers.compared import Cell, ClaimRow, Column, Source

WHY = {
    Unread.SHORT: "only a summary is known of what it wrote",
    Unread.LANGUAGE: "it reports in another language",
}
FAILING = "its feed was failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """The outlets of a story: their articles, whose text each carries, and why some cannot be judged."""

    articles: Mapping[ArticleId, Article]
    names: Mapping[OutletId, str]
    origins: Mapping[OutletId, frozenset[ArticleId]]
    """The independent reports that each outlet has, of its own or as a copy."""
    independent: tuple[OutletId, ...]
    """Outlets with a report of their own, the first to report first."""
    unknown: Mapping[OutletId, str]
    """Why it is not known what an outlet leaves out, in words."""

    def source(self, said: Said) -> Source | None:
        """Return a sentence with its report, None for one that has left the story."""
        article = self.articles.get(said.article)
        if article is None:
            return None
        return Source(
            article=article.id,
            outlet=article.outlet_id,
            name=self.names[article.outlet_id],
            headline=article.title,
            text=said.text,
            place=said.place,
            at=article.at,
            dated=article.dated,
            lang=article.lang,
        )


def press_of(
    articles: Sequence[Article],
    folding: Folding,
    outlets: Mapping[OutletId, Outlet],
    comparison: Comparison,
    failing: frozenset[OutletId],
) -> Press:
    """Return the outlets of a story. `articles` are its members that report, in the order of their times."""
    origins: dict[OutletId, set[ArticleId]] = {}
    independent: dict[OutletId, None] = {}
    present = {one.id for one in articles}
    for one in articles:
        origin = folding.origin_of.get(one.id, one.id)
        if origin not in present:
            origin = one.id
        origins.setdefault(one.outlet_id, set()).add(origin)
        if origin == one.id:
            independent.setdefault(one.outlet_id)
    unread = {one.article: WHY[one.why] for one in comparison.unread}
    unknown = {
        outlet: unread[min(some)] for outlet, some in origins.items() if all(one in unread for one in some)
    }
    return Press(
        articles={one.id: one for one in articles},
        names={outlet: outlets[outlet].name for outlet in origins},
        origins={outlet: frozenset(some) for outlet, some in origins.items()},
        independent=tuple(independent),
        unknown=unknown | {outlet: FAILING for outlet in failing if outlet in origins},
    )


def rows_of(claims: Sequence[Claim], columns: Sequence[Column], press: Press) -> tuple[ClaimRow, ...]:
    """Return the claims that a column makes, those of most outlets first."""
    made = [row for claim in claims if (row := _row(claim, columns, press)) is not None]
    return tuple(sorted(made, key=lambda row: -len(row.by)))


def _row(claim: Claim, columns: Sequence[Column], press: Press) -> ClaimRow | None:
    sources = [source for said in claim.said if (source := press.source(said)) is not None]
    cells = tuple(_cell(sources, column, press) for column in columns)
    if not sources or not any(cell.state == "said" for cell in cells):
        return None
    by = {source.outlet for source in sources}
    others = [outlet for outlet in press.independent if outlet not in by]

    def names(some: Sequence[OutletId]) -> tuple[str, ...]:
        return tuple(press.names[one] for one in some)

    return ClaimRow(
        words=sources[0],
        by=names([outlet for outlet in press.independent if outlet in by]),
        outlets=len(press.independent),
        not_by=names([one for one in others if one not in press.unknown]),
        unknown=names([one for one in others if one in press.unknown]),
        cells=cells,
    )


def _cell(sources: Sequence[Source], column: Column, press: Press) -> Cell:
    """Return what a column has: the sentences of its outlets, or of the text that they carry over."""
    carried = frozenset().union(*(press.origins.get(one, frozenset()) for one in column.outlets))
    said = tuple(source for source in sources if source.article in carried)
    if said:
        return Cell(state="said", said=said)
    return Cell(state="unknown", why=column.unknown) if column.unknown else Cell(state="silent")
