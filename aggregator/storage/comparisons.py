"""Compared stories, the vectors of their sentences, and who reported which story."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

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
from aggregator.storage.rows import insert_into, select_in
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

    def voices(self, *, since: datetime, fewest: int) -> tuple[StoryVoices, ...]:
        """Return who reported the stories of so many independent reports that ran on after `since` (UTC)."""
        large = (
            select(stories.c.id)
            .where(stories.c.last_at >= since, stories.c.origin_count >= fewest)
            .where(stories.c.state != StoryState.MERGED.value)
        )
        query = (
            select(story_articles.c.story_id, stories.c.topic, articles.c.outlet_id, func.count())
            .join(articles, articles.c.id == story_articles.c.article_id)
            .join(stories, stories.c.id == story_articles.c.story_id)
            .where(story_articles.c.story_id.in_(large))
            .where(articles.c.origin_id.is_(None), articles.c.discusses_id.is_(None))
            .group_by(story_articles.c.story_id, stories.c.topic, articles.c.outlet_id)
        )
        found: dict[tuple[StoryId, str | None], dict[OutletId, int]] = {}
        for story, topic, outlet, count in self.connection.execute(query):
            found.setdefault((StoryId(story), topic), {})[OutletId(outlet)] = count
        return tuple(
            StoryVoices(story=story, topic=topic, reports=reports)
            for (story, topic), reports in sorted(found.items(), key=lambda one: one[0][0])
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
