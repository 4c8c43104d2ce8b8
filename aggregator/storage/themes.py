"""Themes: several stories of one matter, as the last build saw them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from aggregator.domain.ids import StoryId, ThemeId
from aggregator.domain.topics import Theme
from aggregator.storage.revisions import Changing, advance
from aggregator.storage.schema import theme_stories, themes


@dataclass(frozen=True, slots=True)
class Themes:
    """At most one theme a story."""

    connection: Connection

    def all(self) -> tuple[Theme, ...]:
        """Return every theme, by id."""
        members: dict[int, set[StoryId]] = {}
        for row in self.connection.execute(select(theme_stories)):
            members.setdefault(row.theme_id, set()).add(StoryId(row.story_id))
        query = select(themes).order_by(themes.c.id)
        return tuple(
            Theme(
                id=ThemeId(row.id),
                words=tuple(row.words),
                stories=frozenset(members.get(row.id, ())),
            )
            for row in self.connection.execute(query)
        )

    def of_story(self, story: StoryId) -> Theme | None:
        """Return the theme that a story is part of."""
        home = select(theme_stories.c.theme_id).where(theme_stories.c.story_id == story)
        row = self.connection.execute(select(themes).where(themes.c.id == home.scalar_subquery())).first()
        if row is None:
            return None
        members = select(theme_stories.c.story_id).where(theme_stories.c.theme_id == row.id)
        stories = frozenset(StoryId(one) for one in self.connection.scalars(members))
        return Theme(id=ThemeId(row.id), words=tuple(row.words), stories=stories)

    def replace(self, found: Iterable[Theme]) -> None:
        """Make these all the themes; one with an id keeps it. Nothing is written when nothing changed."""
        wanted = tuple(found)
        if set(wanted) == set(self.all()):
            return
        advance(self.connection, Changing.STORIES)
        self.connection.execute(theme_stories.delete())
        self.connection.execute(themes.delete())
        for theme in wanted:
            row = {"words": list(theme.words)} | ({} if theme.id is None else {"id": theme.id})
            number = self.connection.execute(themes.insert().values(row)).inserted_primary_key
            assert number is not None
            rows = [{"story_id": story, "theme_id": number[0]} for story in sorted(theme.stories)]
            if rows:
                self.connection.execute(theme_stories.insert(), rows)
