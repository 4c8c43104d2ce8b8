"""A unit of work: every repository over one connection, inside one transaction."""

from dataclasses import dataclass

from sqlalchemy import Connection

from aggregator.storage.articles import Articles
from aggregator.storage.corrections import Corrections
from aggregator.storage.feeds import Feeds
from aggregator.storage.leases import Leases
from aggregator.storage.outlets import Outlets
from aggregator.storage.polls import Polls
from aggregator.storage.relations import Relations
from aggregator.storage.removals import Removals
from aggregator.storage.search import Search
from aggregator.storage.stories import Stories
from aggregator.storage.themes import Themes
from aggregator.storage.vectors import Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    """What is read or written here is seen by others wholly or not at all. For one thread."""

    outlets: Outlets
    feeds: Feeds
    polls: Polls
    removals: Removals
    articles: Articles
    vectors: Vectors
    search: Search
    stories: Stories
    corrections: Corrections
    relations: Relations
    themes: Themes
    leases: Leases


def unit_of_work(connection: Connection) -> UnitOfWork:
    """Return the repositories over a connection whose transaction has begun."""
    return UnitOfWork(
        outlets=Outlets(connection),
        feeds=Feeds(connection),
        polls=Polls(connection),
        removals=Removals(connection),
        articles=Articles(connection),
        vectors=Vectors(connection),
        search=Search(connection),
        stories=Stories(connection),
        corrections=Corrections(connection),
        relations=Relations(connection),
        themes=Themes(connection),
        leases=Leases(connection),
    )
