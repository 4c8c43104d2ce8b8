"""Compared stories, the vectors of their sentences, and who reported which story."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, or_, select, true, tuple_

from aggregator.domain.comparing import (
    Claim,
    Comparison,
    Difference,
    DifferenceKind,
    Figure,
    Said,
    StoryVoices,
    Unread,
    UnreadReport,
)
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Quote, StoryState
from aggregator.storage.rows import chunks, insert_into, select_in
from aggregator.storage.schema import articles, stories, story_articles
from aggregator.storage.tables_comparisons import comparisons, sentence_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Comparisons:
    """At most one comparison a story; a vector for each sentence and model, as little-endian float16."""

    connection: Connection

    def get(self, story: StoryId) -> Comparison | None:
        """Return what the outlets of a story said when it was last compared, None where it never was."""
        row = self.connection.execute(select(comparisons).where(comparisons.c.story_id == story)).first()
        return None if row is None else _comparison(row.of, row.told)

    def each(self, stories: Collection[StoryId]) -> Iterator[tuple[StoryId, Comparison]]:
        """Yield the stories that were ever compared with what was said; one at a time, for they are large."""
        query = select(comparisons)
        for row in select_in(self.connection, query, comparisons.c.story_id, stories):
            yield StoryId(row.story_id), _comparison(row.of, row.told)

    def put(self, story: StoryId, comparison: Comparison) -> None:
        """Keep the comparison of a story in place of an older one."""
        told = asdict(comparison)
        of = told.pop("of")
        for difference in told["differences"]:
            for figure in difference["figures"]:
                figure["at"] = figure["at"] and figure["at"].isoformat()
        insert = insert_into(self.connection, comparisons).values(story_id=story, of=of, told=told)
        values = {"of": of, "told": told}
        self.connection.execute(
            insert.on_conflict_do_update(index_elements=[comparisons.c.story_id], set_=values)
        )

    def states(self, story_ids: Collection[StoryId]) -> Mapping[StoryId, str]:
        """Return of which state of its articles each kept comparison of these stories is."""
        query = select(comparisons.c.story_id, comparisons.c.of)
        rows = select_in(self.connection, query, comparisons.c.story_id, story_ids)
        return {StoryId(row.story_id): row.of for row in rows}

    def drop_old(self, *, before: datetime) -> int:
        """Drop the comparisons of stories that were merged or ended before then (UTC); return how many."""
        is_gone = or_(stories.c.state == StoryState.MERGED.value, stories.c.last_at < before)
        query = select(comparisons.c.story_id).join_from(comparisons, stories).where(is_gone)
        gone = self.connection.scalars(query).all()
        for chunk in chunks(gone):
            self.connection.execute(comparisons.delete().where(comparisons.c.story_id.in_(chunk)))
        return len(gone)

    def read_since(self, since: datetime) -> frozenset[str]:
        """Return the hashes of the sentences that stories with news since then (UTC) were compared by."""
        each = func.json_each(comparisons.c.told, "$.read").table_valued("value")
        query = (
            select(func.json_group_array(each.c.value.distinct()))
            .select_from(comparisons.join(stories, stories.c.id == comparisons.c.story_id).join(each, true()))
            .where(stories.c.last_at >= since, stories.c.state != StoryState.MERGED.value)
        )
        return frozenset(json.loads(self.connection.execute(query).scalar_one()))

    def vector_keys(self, *, after: tuple[str, str], limit: int) -> tuple[tuple[str, str], ...]:
        """Return the next text hashes with their models, in order."""
        key = tuple_(sentence_vectors.c.text_hash, sentence_vectors.c.model)
        query = select(sentence_vectors.c.text_hash, sentence_vectors.c.model).where(key > after)
        rows = self.connection.execute(query.order_by(*key.clauses).limit(limit))
        return tuple((row.text_hash, row.model) for row in rows)

    def drop_vectors(self, keys: Collection[tuple[str, str]]) -> None:
        """Drop the vectors of these texts and models."""
        for model in sorted({model for _, model in keys}):
            for chunk in chunks(text for text, of in keys if of == model):
                gone = (sentence_vectors.c.model == model, sentence_vectors.c.text_hash.in_(chunk))
                self.connection.execute(sentence_vectors.delete().where(*gone))

    def vectors(self, model: str, hashes: Collection[str]) -> "Mapping[str, NDArray[np.float32]]":
        """Return the vectors, float32[d], of the sentences that `model` has seen, by the text's hash."""
        import numpy as np

        query = select(sentence_vectors.c.text_hash, sentence_vectors.c.vector).where(
            sentence_vectors.c.model == model
        )
        rows = select_in(self.connection, query, sentence_vectors.c.text_hash, hashes)
        return {row.text_hash: np.frombuffer(row.vector, dtype="<f2").astype(np.float32) for row in rows}

    def put_vectors(self, model: str, hashes: Sequence[str], matrix: "NDArray[np.float32]") -> None:
        """Store row i of `matrix`, float32[n, d], for the sentence `hashes[i]`; what is stored already stays.

        Raises:
            ValueError: there are not as many rows as hashes.
        """
        rows = [
            {"text_hash": key, "model": model, "vector": row.tobytes()}
            for key, row in zip(hashes, matrix.astype("<f2"), strict=True)
        ]
        if rows:
            insert = insert_into(self.connection, sentence_vectors)
            self.connection.execute(insert.on_conflict_do_nothing(), rows)

    def large(self, *, since: datetime, fewest: int) -> Mapping[StoryId, str]:
        """Return the stories of so many independent reports running on after `since` (UTC), each with a mark.

        The mark changes with the story's face: as long as it is the same, `voices` answers the same.
        """
        told = stories.c
        face = (told.topic, told.article_count, told.outlet_count, told.origin_count, told.lead_id)
        mark = func.json_array(*face, told.first_at, told.last_at, told.score)
        # One text, as in `story_members.py`.
        query = (
            select(func.json_group_object(told.id, mark))
            .where(told.last_at >= since, told.origin_count >= fewest)
            .where(told.state != StoryState.MERGED.value)
        )
        found = json.loads(self.connection.execute(query).scalar_one())
        return {StoryId(int(key)): str(value) for key, value in found.items()}

    def voices(self, story_ids: Collection[StoryId]) -> tuple[StoryVoices, ...]:
        """Return who reported these stories, by id; one without an independent report has no reports."""
        row = func.json_array(story_articles.c.story_id, articles.c.outlet_id)
        # In one term on purpose: with two, SQLite would begin at the index of what is discussed, and read
        # every article that there ever was.
        is_own = func.coalesce(articles.c.origin_id, articles.c.discusses_id).is_(None)
        # One text, as in `story_members.py`.
        query = (
            select(func.json_group_array(row))
            .join_from(story_articles, articles, articles.c.id == story_articles.c.article_id)
            .where(is_own)
        )
        topics = select_in(self.connection, select(stories.c.id, stories.c.topic), stories.c.id, story_ids)
        topic_of = {StoryId(row.id): row.topic for row in topics}
        found: dict[StoryId, dict[OutletId, int]] = {story: {} for story in sorted(topic_of)}
        for chunk in chunks(story_ids):
            told = self.connection.execute(query.where(story_articles.c.story_id.in_(chunk))).scalar_one()
            for story, outlet in json.loads(told):
                reports = found[StoryId(story)]
                reports[OutletId(outlet)] = reports.get(OutletId(outlet), 0) + 1
        return tuple(
            StoryVoices(story=story, topic=topic_of[story], reports=reports)
            for story, reports in found.items()
        )


def _comparison(of: str, told: Mapping[str, Any]) -> Comparison:
    return Comparison(
        of=of,
        claims=tuple(Claim(said=tuple(map(_said, one["said"]))) for one in told["claims"]),
        alone=tuple(map(_said, told["alone"])),
        differences=tuple(
            Difference(
                kind=DifferenceKind(one["kind"]), of=one["of"], figures=tuple(map(_figure, one["figures"]))
            )
            for one in told["differences"]
        ),
        quotes=tuple(
            Quote(article=ArticleId(one["article"]), speaker=one["speaker"], text=one["text"])
            for one in told["quotes"]
        ),
        unread=tuple(
            UnreadReport(article=ArticleId(one["article"]), why=Unread(one["why"])) for one in told["unread"]
        ),
        # What was kept before this was told has none.
        read=tuple(told.get("read", ())),
    )


def _said(one: Mapping[str, Any]) -> Said:
    return Said(
        article=ArticleId(one["article"]),
        outlet=OutletId(one["outlet"]),
        place=one["place"],
        text=one["text"],
    )


def _figure(one: Mapping[str, Any]) -> Figure:
    at = datetime.fromisoformat(one["at"]) if one["at"] else None
    return Figure(said=_said(one["said"]), written=one["written"], value=one["value"], at=at)
