"""Which outlets and folders each reader does not follow: whoever says nothing follows all."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, exists, not_, or_, select

from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.people import Source, Unfollowed
from aggregator.storage.revisions import Changing, advance, of_one
from aggregator.storage.rows import select_in
from aggregator.storage.schema import article_feeds, articles, feeds, story_articles
from aggregator.storage.tables_people import unfollowed


@dataclass(frozen=True, slots=True)
class Follows:
    """What each reader left out."""

    connection: Connection

    def of(self, reader: ReaderId) -> Unfollowed:
        """Return what a reader does not follow."""

        def read() -> Unfollowed:
            rows = self.connection.execute(select(unfollowed).where(unfollowed.c.reader_id == reader)).all()
            return Unfollowed(
                outlets=frozenset(row.value for row in rows if row.kind == Source.OUTLET.value),
                folders=frozenset(row.value for row in rows if row.kind == Source.FOLDER.value),
            )

        return of_one(self.connection, "unfollowed", reader, read, of=[Changing.READERS])

    def put(self, reader: ReaderId, wanted: Unfollowed) -> None:
        """Replace what a reader does not follow."""
        advance(self.connection, Changing.READERS)
        self.connection.execute(unfollowed.delete().where(unfollowed.c.reader_id == reader))
        values = [(Source.OUTLET, value) for value in sorted(wanted.outlets)]
        values += [(Source.FOLDER, value) for value in sorted(wanted.folders)]
        if values:
            rows = [{"reader_id": reader, "kind": kind.value, "value": value} for kind, value in values]
            self.connection.execute(unfollowed.insert(), rows)

    def followed(self, story_ids: Collection[StoryId], without: Unfollowed) -> frozenset[StoryId]:
        """Return which of these stories have an article from what is followed.

        An article is followed when its outlet is, and one of the feeds that deliver it is in a followed
        folder, or none delivers it any more.
        """
        query = (
            select(story_articles.c.story_id)
            .join_from(story_articles, articles, articles.c.id == story_articles.c.article_id)
            .distinct()
        )
        if without.outlets:
            numbers = [int(one) for one in without.outlets if one.isdigit()]
            query = query.where(articles.c.outlet_id.not_in(numbers))
        if without.folders:
            delivered = article_feeds.c.article_id == articles.c.id
            elsewhere = feeds.c.folder.not_in(sorted(without.folders))
            of_feed = feeds.c.id == article_feeds.c.feed_id
            query = query.where(
                or_(exists().where(delivered, of_feed, elsewhere), not_(exists().where(delivered)))
            )
        found = select_in(self.connection, query, story_articles.c.story_id, story_ids)
        return frozenset(StoryId(row[0]) for row in found)
