"""What each reader was already sent of which story."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.digests import Sent
from aggregator.domain.ids import ArticleId, ReaderId, StoryId
from aggregator.storage.rows import insert_into
from aggregator.storage.schema import stories
from aggregator.storage.stories import LIVING
from aggregator.storage.tables_digests import digest_ledger as table


@dataclass(frozen=True, slots=True)
class DigestLedger:
    """A story that became part of another counts as sent in that one."""

    connection: Connection

    def of(self, reader: ReaderId) -> Mapping[StoryId, Sent]:
        """Return what a reader was sent, by the stories as they live on."""
        query = (
            select(LIVING.label("living"), table)
            .join_from(table, stories, stories.c.id == table.c.story_id)
            .where(table.c.reader_id == reader)
        )
        found: dict[StoryId, Sent] = {}
        for row in sorted(self.connection.execute(query), key=lambda row: row.at):
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
        insert = insert_into(self.connection, table)
        names = ("at", "headline", "origins", "numbers", "is_muted")
        replaced = {name: insert.excluded[name] for name in names}
        key = [table.c.reader_id, table.c.story_id]
        self.connection.execute(insert.on_conflict_do_update(index_elements=key, set_=replaced), rows)

    def forget(self, *, before: datetime) -> None:
        """Forget what was sent before a moment: those stories are closed, and what is muted stays."""
        self.connection.execute(table.delete().where(table.c.at < before, ~table.c.is_muted))


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
