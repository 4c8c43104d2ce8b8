"""Outlets, one a domain, and the facts about them that a data file told us."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from aggregator.domain.articles import Outlet, OutletFacts
from aggregator.domain.ids import OutletId
from aggregator.storage.revisions import Changing, advance, kept
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import articles, outlet_facts, outlets


@dataclass(frozen=True, slots=True)
class Outlets:
    """Who publishes."""

    connection: Connection

    def ensure(self, domain: str, *, name: str, lang: str | None = None) -> OutletId:
        """Return the outlet of a domain, made now if it is new; known facts go before `name`."""
        find = select(outlets.c.id).where(outlets.c.domain == domain)
        found = self.connection.scalar(find)
        if found is None:
            advance(self.connection, Changing.STORIES)
            known = self.connection.execute(
                select(outlet_facts).where(outlet_facts.c.domain == domain)
            ).first()
            values: dict[str, Any] = {"domain": domain, "name": name, "lang": lang}
            if known is not None:
                values |= known._asdict() | {"lang": known.lang or lang}
            insert = insert_into(self.connection, outlets).values(values)
            self.connection.execute(insert.on_conflict_do_nothing())
            found = self.connection.scalars(find).one()
        return OutletId(found)

    def apply_facts(self, facts: Sequence[OutletFacts]) -> None:
        """Remember facts for the outlets that come, and give them to those that are there.

        A fact that is absent is taken away; only a known language stays when the file has none.
        """
        if not facts:
            return
        advance(self.connection, Changing.STORIES)
        rows = [asdict(fact) for fact in facts]
        insert = insert_into(self.connection, outlet_facts)
        replaced = {
            column: insert.excluded[column]
            for column in ("name", "country", "kind", "owner", "lang", "source")
        }
        self.connection.execute(
            insert.on_conflict_do_update(index_elements=[outlet_facts.c.domain], set_=replaced), rows
        )
        update = (
            outlets.update()
            .where(outlets.c.domain == bindparam("of"))
            .values(
                name=bindparam("name"),
                country=bindparam("country"),
                kind=bindparam("kind"),
                owner=bindparam("owner"),
                lang=func.coalesce(bindparam("lang"), outlets.c.lang),
                source=bindparam("source"),
            )
        )
        self.connection.execute(update, [row | {"of": row["domain"]} for row in rows])

    def get(self, outlet_id: OutletId) -> Outlet | None:
        """Return one outlet, or None."""
        row = self.connection.execute(select(outlets).where(outlets.c.id == outlet_id)).first()
        return None if row is None else outlet_of(row)

    def all(self) -> tuple[Outlet, ...]:
        """Return every outlet, by name."""
        # One text, as in `story_members.py`; nearly always the one of the page before.
        query = select(func.json_group_array(func.json_array(*outlets.c)))

        def read() -> tuple[Outlet, ...]:
            return _listed(self.connection.execute(query).scalar_one())

        return kept(self.connection, "outlets", None, of=[Changing.STORIES], make=read)

    def article_counts(self) -> Mapping[OutletId, tuple[int, datetime | None]]:
        """Return for every outlet how many articles it has and the time (UTC) of the latest."""
        counts = (
            select(
                articles.c.outlet_id, func.count().label("count"), func.max(articles.c.at).label("last_at")
            )
            .group_by(articles.c.outlet_id)
            .subquery()
        )
        query = select(outlets.c.id, func.coalesce(counts.c.count, 0), counts.c.last_at).outerjoin_from(
            outlets, counts, counts.c.outlet_id == outlets.c.id
        )
        return {OutletId(key): (count, last_at) for key, count, last_at in self.connection.execute(query)}


@lru_cache(maxsize=4)
def _listed(told: str) -> tuple[Outlet, ...]:
    """Return the outlets in a JSON text of all rows, by name."""
    names = outlets.c.keys()
    found = [outlet_of(SimpleNamespace(**dict(zip(names, row, strict=True)))) for row in json.loads(told)]
    return tuple(sorted(found, key=lambda outlet: (outlet.name.casefold(), outlet.id)))


def outlet_of(row: "Row[Any] | SimpleNamespace") -> Outlet:
    """Return the outlet in a row of `outlets`."""
    return Outlet(
        id=OutletId(row.id),
        domain=row.domain,
        name=row.name,
        country=row.country,
        kind=row.kind,
        owner=row.owner,
        lang=row.lang,
        source=row.source,
    )
