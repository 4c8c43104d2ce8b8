"""Which stored articles are copies of another, and which only discuss one: two columns of `articles`."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.rows import select_in
from aggregator.storage.schema import articles

CURRENT = select(articles.c.id, articles.c.origin_id, articles.c.discusses_id)


def store(connection: Connection, fold: Folding, *, among: Collection[ArticleId]) -> None:
    """Set origin and discussed article of exactly the articles `among`; rows already right are not written.

    An article that is its own origin, or that the folding does not name, has none in the table.
    """
    changed = []
    for row in select_in(connection, CURRENT, articles.c.id, among):
        key = ArticleId(row.id)
        origin = fold.origin_of.get(key, key)
        origin_id = None if origin == key else origin
        discusses_id = fold.discusses.get(key)
        if (row.origin_id, row.discusses_id) != (origin_id, discusses_id):
            changed.append({"of": key, "origin": origin_id, "discussed": discusses_id})
    if changed:
        advance(connection, Changing.STORIES)
        update = (
            articles.update()
            .where(articles.c.id == bindparam("of"))
            .values(origin_id=bindparam("origin"), discusses_id=bindparam("discussed"))
        )
        connection.execute(update, changed)


def load(connection: Connection, ids: Collection[ArticleId]) -> Folding:
    """Return the folding of those of the articles `ids` that are stored."""
    rows = list(select_in(connection, CURRENT, articles.c.id, ids))
    return Folding(
        origin_of={ArticleId(row.id): ArticleId(row.origin_id or row.id) for row in rows},
        discusses={
            ArticleId(row.id): ArticleId(row.discusses_id) for row in rows if row.discusses_id is not None
        },
    )
