"""What a reader did with stories as wholes: read, saved, followed; three tables in one answer."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, literal, select, union_all

from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.readers import NO_ATTENTION, Attention, StoryRead
from aggregator.storage.rows import IN_LIST, chunks
from aggregator.storage.schema import followed_stories, saved_stories, stories, story_reads
from aggregator.storage.stories import LIVING, leads_to
from aggregator.storage.types import EPOCH

_READ, _SAVED, _FOLLOWED = range(3)


def _rows() -> Select[Any]:
    """Return the query for the rows of all three tables about some stories, as one JSON text."""
    ids: BindParameter[int] = bindparam("ids", expanding=True)
    nothing = literal(0)
    parts = [
        select(literal(kind).label("kind"), LIVING.label("living"), *(told or (nothing,) * 3))
        .join_from(table, stories, stories.c.id == table.c.story_id)
        .where(table.c.reader_id == bindparam("reader"), leads_to(ids))
        for kind, table, told in (
            (_READ, story_reads, (story_reads.c.at, story_reads.c.reports, story_reads.c.articles)),
            (_SAVED, saved_stories, ()),
            (_FOLLOWED, followed_stories, ()),
        )
    ]
    # One text, as in `story_members.py`.
    return select(func.json_group_array(func.json_array(*union_all(*parts).subquery("done").c)))


ROWS = _rows()


@dataclass(frozen=True, slots=True)
class Attentions:
    """A story has what was done with it, and with those that became part of it."""

    connection: Connection

    def of(self, reader: ReaderId, story_ids: Collection[StoryId]) -> Mapping[StoryId, Attention]:
        """Return what this reader did with each of these stories; of several times read, the last."""
        found = dict.fromkeys(story_ids, NO_ATTENTION)
        for chunk in chunks(story_ids, IN_LIST // 6):
            told = self.connection.execute(ROWS, {"reader": reader, "ids": chunk}).scalar_one()
            for kind, living, at, reports, articles in sorted(json.loads(told)):
                if (story := StoryId(living)) not in found:
                    continue
                found[story] = (
                    replace(found[story], read=_story_read(at, reports, articles))
                    if kind == _READ
                    else replace(found[story], is_saved=True)
                    if kind == _SAVED
                    else replace(found[story], is_followed=True)
                )
        return found


def _story_read(at: int, reports: int, articles: int) -> StoryRead:
    return StoryRead(at=EPOCH + timedelta(microseconds=at), reports=reports, articles=articles)
