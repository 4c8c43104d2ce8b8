"""The whole texts of articles, from their outlets' own pages, as readers asked for them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from aggregator.domain.articles import FullText
from aggregator.domain.ids import ArticleId
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import full_texts


@dataclass(frozen=True, slots=True)
class FullTexts:
    """At most one an article."""

    connection: Connection

    def get(self, article: ArticleId) -> FullText | None:
        """Return the whole text of an article that somebody asked for, else None."""
        query = select(full_texts).where(full_texts.c.article_id == article)
        row = self.connection.execute(query).first()
        return None if row is None else FullText(html=row.html, fetched_at=row.fetched_at)

    def put(self, article: ArticleId, text: FullText) -> None:
        """Keep the whole text of an article in place of an older one."""
        insert = insert_into(self.connection, full_texts)
        values = {"html": text.html, "fetched_at": text.fetched_at}
        upsert = insert.values(article_id=article, **values)
        self.connection.execute(
            upsert.on_conflict_do_update(index_elements=[full_texts.c.article_id], set_=values)
        )
