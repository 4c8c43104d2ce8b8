"""A unit of work: every repository over one connection, inside one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from sqlalchemy import Connection

from aggregator.domain.readers import Shelf
from aggregator.storage.api_tokens import ApiTokens
from aggregator.storage.articles import Articles
from aggregator.storage.attention import Attentions
from aggregator.storage.bulk_reads import BulkReads
from aggregator.storage.comments import Comments
from aggregator.storage.comparisons import Comparisons
from aggregator.storage.corrections import Corrections
from aggregator.storage.coverage import Coverage
from aggregator.storage.days import Days
from aggregator.storage.digest_addresses import DigestAddresses
from aggregator.storage.digest_editions import DigestEditions
from aggregator.storage.digest_ledger import DigestLedger
from aggregator.storage.digest_posts import DigestPosts
from aggregator.storage.digest_schedules import DigestSchedules
from aggregator.storage.feed_wishes import FeedWishes
from aggregator.storage.feeds import Feeds
from aggregator.storage.follows import Follows
from aggregator.storage.full_texts import FullTexts
from aggregator.storage.gists import Gists
from aggregator.storage.invitations import Invitations
from aggregator.storage.leases import Leases
from aggregator.storage.mutes import Mutes
from aggregator.storage.outlet_labels import OutletLabels
from aggregator.storage.outlets import Outlets
from aggregator.storage.polls import Polls
from aggregator.storage.read_marks import ReadMarks
from aggregator.storage.readers import Readers
from aggregator.storage.relations import Relations
from aggregator.storage.removals import Removals
from aggregator.storage.revisions import Revisions
from aggregator.storage.saved_searches import SavedSearches
from aggregator.storage.schema import followed_stories, saved_stories
from aggregator.storage.search import Search
from aggregator.storage.sessions import Sessions
from aggregator.storage.stories import Stories
from aggregator.storage.story_lists import StoryList
from aggregator.storage.story_members import StoryMembers
from aggregator.storage.story_reads import StoryReads
from aggregator.storage.themes import Themes
from aggregator.storage.vectors import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    """What is read or written here is seen by others wholly or not at all. For one thread."""

    outlets: Outlets
    outlet_labels: OutletLabels
    feeds: Feeds
    feed_wishes: FeedWishes
    polls: Polls
    removals: Removals
    revisions: Revisions
    articles: Articles
    vectors: Vectors
    search: Search
    days: Days
    stories: Stories
    story_members: StoryMembers
    corrections: Corrections
    relations: Relations
    themes: Themes
    coverage: Coverage
    gists: Gists
    comparisons: Comparisons
    full_texts: FullTexts
    leases: Leases
    readers: Readers
    read_marks: ReadMarks
    story_reads: StoryReads
    attention: Attentions
    bulk_reads: BulkReads
    saved: StoryList
    followed: StoryList
    mutes: Mutes
    sessions: Sessions
    invitations: Invitations
    api_tokens: ApiTokens
    follows: Follows
    comments: Comments
    saved_searches: SavedSearches
    digest_schedules: DigestSchedules
    digest_addresses: DigestAddresses
    digest_editions: DigestEditions
    digest_posts: DigestPosts
    digest_ledger: DigestLedger

    def shelf(self, shelf: Shelf) -> StoryList:
        """Return the list of this name."""
        return self.saved if shelf is Shelf.SAVED else self.followed


_MADE: dict[str, Callable[[Connection], Any]] = {
    name: kind for name, kind in get_type_hints(UnitOfWork).items() if kind is not StoryList
}
"""The repositories that need the connection alone, by the name of their field."""


def unit_of_work(connection: Connection) -> UnitOfWork:
    """Return the repositories over a connection whose transaction has begun."""
    return UnitOfWork(
        saved=StoryList(connection, saved_stories),
        followed=StoryList(connection, followed_stories),
        **{name: make(connection) for name, make in _MADE.items()},
    )
