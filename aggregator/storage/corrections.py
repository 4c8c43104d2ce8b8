"""What readers put right: one row a correction, with the links between articles that keep it right."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ArticleId, CorrectionId, StoryId
from aggregator.domain.stories import Correction, CorrectionAction, Link, LinkKind
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.rows import select_in
from aggregator.storage.schema import correction_links, corrections


@dataclass(frozen=True, slots=True)
class Corrections:
    """The log of corrections. A correction that was undone stays in it, and binds nothing."""

    connection: Connection

    def add(
        self,
        action: CorrectionAction,
        *,
        detail: str,
        by: str,
        links: Sequence[Link],
        moved: Mapping[ArticleId, tuple[StoryId, StoryId]],
        now: datetime,
    ) -> CorrectionId:
        """Store a correction and return its number; `moved` maps articles to the story before and after."""
        advance(self.connection, Changing.STORIES)
        row = {
            "action": action.value,
            "detail": detail,
            "at": now,
            "by": by,
            "moved": {str(article): list(homes) for article, homes in moved.items()},
        }
        done = self.connection.execute(corrections.insert().values(row).returning(corrections.c.id))
        number = CorrectionId(done.scalar_one())
        rows = [
            {"correction_id": number, "kind": link.kind.value, "article_a": link.one, "article_b": link.other}
            for link in links
        ]
        if rows:
            self.connection.execute(correction_links.insert(), rows)
        return number

    def undo(self, number: CorrectionId, *, now: datetime) -> bool:
        """Make a correction bind nothing from now on; false when there is none or it was undone before."""
        advance(self.connection, Changing.STORIES)
        undone = (
            corrections.update()
            .where(corrections.c.id == number, corrections.c.undone_at.is_(None))
            .values(undone_at=now)
            .returning(corrections.c.id)
        )
        return self.connection.execute(undone).first() is not None

    def get(self, number: CorrectionId) -> Correction | None:
        """Return a correction, undone or not, or None."""
        rows = self.connection.execute(select(corrections).where(corrections.c.id == number)).all()
        return next(iter(self._with_links(rows)), None)

    def live(self) -> tuple[Correction, ...]:
        """Return every correction that was not undone, the oldest first."""
        query = select(corrections).where(corrections.c.undone_at.is_(None)).order_by(corrections.c.id)
        return self._with_links(self.connection.execute(query).all())

    def log(self) -> tuple[Correction, ...]:
        """Return every correction, the undone ones too, the newest first."""
        query = select(corrections).order_by(corrections.c.id.desc())
        return self._with_links(self.connection.execute(query).all())

    def naming(self, articles: Collection[ArticleId]) -> tuple[Correction, ...]:
        """Return the corrections that were not undone and name one of these articles, the newest first."""
        ids = select(correction_links.c.correction_id)
        found = {
            row.correction_id
            for end in (correction_links.c.article_a, correction_links.c.article_b)
            for row in select_in(self.connection, ids, end, articles)
        }
        query = select(corrections).where(corrections.c.undone_at.is_(None))
        rows = list(select_in(self.connection, query, corrections.c.id, found))
        return self._with_links(sorted(rows, key=lambda row: -row.id))

    def _with_links(self, rows: Iterable[Row[Any]]) -> tuple[Correction, ...]:
        rows = list(rows)
        links: dict[int, list[Link]] = {row.id: [] for row in rows}
        query = select(correction_links).order_by(correction_links.c.id)
        for row in select_in(self.connection, query, correction_links.c.correction_id, links):
            link = Link(kind=LinkKind(row.kind), one=ArticleId(row.article_a), other=ArticleId(row.article_b))
            links[row.correction_id].append(link)
        return tuple(_correction_of(row, links[row.id]) for row in rows)


def _correction_of(row: Row[Any], links: Sequence[Link]) -> Correction:
    return Correction(
        id=CorrectionId(row.id),
        action=CorrectionAction(row.action),
        detail=row.detail,
        at=row.at,
        by=row.by,
        links=tuple(links),
        moved={
            ArticleId(int(article)): (StoryId(before), StoryId(after))
            for article, (before, after) in row.moved.items()
        },
        undone_at=row.undone_at,
    )
