"""The one place where rooms meet: a unit of work over the database, with one repository a noun."""

from aggregator.storage.articles import Articles, StoredArticle
from aggregator.storage.corrections import Corrections
from aggregator.storage.database import Storage, open_storage
from aggregator.storage.feeds import Feeds
from aggregator.storage.leases import Leases
from aggregator.storage.outlets import Outlets
from aggregator.storage.relations import Relations
from aggregator.storage.stories import Stories
from aggregator.storage.unit import UnitOfWork
from aggregator.storage.vectors import Vectors

__all__ = [
    "Articles",
    "Corrections",
    "Feeds",
    "Leases",
    "Outlets",
    "Relations",
    "Storage",
    "StoredArticle",
    "Stories",
    "UnitOfWork",
    "Vectors",
    "open_storage",
]
