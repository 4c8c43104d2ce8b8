"""What each reader was already sent of which story."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, Row, bindparam, select

from aggregator.domain.digests import Sent
from aggregator.domain.ids import ArticleId, ReaderId, StoryId
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import stories
from aggregator.storage.stories import LIVING
from aggregator.storage.tables_digests import digest_ledger as table

SENT = (
    select(LIVING.label("living"), table)
    .join_from(table, stories, stories.c.id == table.c.story_id)
    .where(table.c.reader_id == bindparam("reader"))
)
"""Made once, like what writes: for ten thousand readers, making statements takes longer than asking."""

UPSERTS: dict[str, Insert] = {}
"""The statement that writes, by the name of the database's dialect."""


@dataclass(frozen=True, slots=True)
class DigestLedger:
    """A story that became part of another counts as sent in that one."""

    connection: Connection

    def of(self, reader: ReaderId) -> Mapping[StoryId, Sent]:
        """Return what a reader was sent, by the stories as they live on."""
        rows = self.connection.execute(SENT, {"reader": reader})
        found: dict[StoryId, Sent] = {}
        for row in sorted(rows, key=lambda row: row.at):
            key, sent = StoryId(row.living), _sent_of(row)
            before = found.get(key)
            found[key] = sent if before is None else _together(before, sent)
        return found

    def put(self, reader: ReaderId, sent: Mapping[StoryId, Sent]) -> None:
        """Set what a reader was sent of these stories."""
        rows = [
            {
                "reader_id": reader,
                "story_id": story,
                "at": one.at,
                "headline": one.headline,
                "origins": sorted(one.origins),
                "numbers": sorted(one.numbers),
                "is_muted": one.is_muted,
            }
            for story, one in sent.items()
        ]
        if not rows:
            return
        self.connection.execute(_upsert(self.connection), rows)

    def forget(self, *, before: datetime) -> None:
        """Forget what was sent before a moment: those stories are closed, and what is muted stays."""
        self.connection.execute(table.delete().where(table.c.at < before, ~table.c.is_muted))


def _upsert(connection: Connection) -> Insert:
    known = UPSERTS.get(connection.dialect.name)
    if known is None:
        insert = insert_into(connection, table)
        names = ("at", "headline", "origins", "numbers", "is_muted")
        replaced = {name: insert.excluded[name] for name in names}
        key = [table.c.reader_id, table.c.story_id]
        known = UPSERTS[connection.dialect.name] = insert.on_conflict_do_update(
            index_elements=key, set_=replaced
        )
    return known


def _together(one: Sent, later: Sent) -> Sent:
    return replace(
        later,
        origins=one.origins | later.origins,
        numbers=one.numbers | later.numbers,
        is_muted=one.is_muted or later.is_muted,
    )


def _sent_of(row: Row[Any]) -> Sent:
    return Sent(
        at=row.at,
        headline=row.headline,
        origins=frozenset(map(ArticleId, row.origins)),
        numbers=frozenset(row.numbers),
        is_muted=row.is_muted,
    )
