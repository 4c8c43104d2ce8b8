"""What stories say in their articles' own words, as the last build that changed them picked it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Gist, Name, NameKind, Quote, Sentence
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.rows import chunks, insert_into, select_in
from aggregator.storage.schema import articles, gists


@dataclass(frozen=True, slots=True)
class Gists:
    """At most one gist a story."""

    connection: Connection

    def get(self, story: StoryId) -> Gist | None:
        """Return the gist of a story, None where nothing could be picked."""
        row = self.connection.execute(select(gists).where(gists.c.story_id == story)).first()
        return None if row is None else _gist_of(row)

    def get_many(self, stories: Collection[StoryId]) -> Mapping[StoryId, Gist]:
        """Return the gists of those of these stories that have one."""
        rows = select_in(self.connection, select(gists), gists.c.story_id, stories)
        return {StoryId(row.story_id): _gist_of(row) for row in rows}

    def states(self, stories: Collection[StoryId]) -> Mapping[StoryId, str]:
        """Return from which state of its articles each stored gist was picked."""
        rows = select_in(self.connection, select(gists.c.story_id, gists.c.of), gists.c.story_id, stories)
        return {StoryId(row.story_id): row.of for row in rows}

    def hashes(self, ids: Collection[ArticleId]) -> Mapping[ArticleId, str]:
        """Return the hash of title and text of each of these articles, without reading the texts."""
        rows = select_in(self.connection, select(articles.c.id, articles.c.content_hash), articles.c.id, ids)
        return {ArticleId(row.id): row.content_hash for row in rows}

    def put(self, found: Mapping[StoryId, Gist]) -> None:
        """Replace the gists of these stories."""
        rows = [
            {
                "story_id": story,
                "of": gist.of,
                "summary": [asdict(one) for one in gist.summary],
                "quotes": [asdict(one) for one in gist.quotes],
                "names": [asdict(one) for one in gist.names],
            }
            for story, gist in found.items()
        ]
        if rows:
            advance(self.connection, Changing.STORIES)
            insert = insert_into(self.connection, gists)
            replaced = {name: insert.excluded[name] for name in ("of", "summary", "quotes", "names")}
            self.connection.execute(
                insert.on_conflict_do_update(index_elements=[gists.c.story_id], set_=replaced), rows
            )

    def drop(self, stories: Collection[StoryId]) -> None:
        """Take away the gists of these stories."""
        if stories:
            advance(self.connection, Changing.STORIES)
        for chunk in chunks(stories):
            self.connection.execute(gists.delete().where(gists.c.story_id.in_(chunk)))


def _gist_of(row: Row[Any]) -> Gist:
    summary = tuple(Sentence(article=ArticleId(s["article"]), text=s["text"]) for s in row.summary)
    quotes = tuple(
        Quote(article=ArticleId(q["article"]), speaker=q["speaker"], text=q["text"]) for q in row.quotes
    )
    names = tuple(Name(name=n["name"], kind=NameKind(n["kind"]), reports=n["reports"]) for n in row.names)
    return Gist(of=row.of, summary=summary, quotes=quotes, names=names)
