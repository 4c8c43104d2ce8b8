"""Why articles are together: for each article of a story its nearest member, as the last build saw it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Relation
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.rows import chunks, insert_into, select_in
from aggregator.storage.schema import relations

SHARED = "shared words"
"""Key of the column `parts` under which the shared words stand, beside the numbers of the parts."""


@dataclass(frozen=True, slots=True)
class Relations:
    """At most one relation an article."""

    connection: Connection

    def of(self, articles: Collection[ArticleId]) -> Mapping[ArticleId, Relation]:
        """Return the relation of each of these articles that has one."""
        rows = select_in(self.connection, select(relations), relations.c.article_id, articles)
        return {
            ArticleId(row.article_id): Relation(
                article=ArticleId(row.article_id),
                nearest=ArticleId(row.nearest_id),
                score=row.score,
                parts={name: value for name, value in row.parts.items() if name != SHARED},
                shared=tuple(row.parts.get(SHARED, ())),
            )
            for row in rows
        }

    def replace(self, found: Iterable[Relation], *, among: Collection[ArticleId]) -> None:
        """Make these the relations of the articles `among`; one without a relation loses its old one."""
        wanted = {one.article: one for one in found}
        stored = self.of(among)
        if any(wanted.get(key) != stored.get(key) for key in wanted.keys() | stored.keys()):
            advance(self.connection, Changing.STORIES)
        for chunk in chunks(stored.keys() - wanted.keys()):
            self.connection.execute(relations.delete().where(relations.c.article_id.in_(chunk)))
        rows = [
            {
                "article_id": key,
                "nearest_id": one.nearest,
                "score": one.score,
                "parts": {**one.parts, SHARED: list(one.shared)},
            }
            for key, one in wanted.items()
            if stored.get(key) != one
        ]
        if rows:
            insert = insert_into(self.connection, relations)
            replaced = {name: insert.excluded[name] for name in ("nearest_id", "score", "parts")}
            upsert = insert.on_conflict_do_update(index_elements=[relations.c.article_id], set_=replaced)
            self.connection.execute(upsert, rows)
