"""Fetch the whole texts of the new articles of some feeds: after the polls, a few at a time.

Hosts are asked in parallel, one article at a time each, and a host that fails is left alone until the next
run. One process at a time does this, by a lease; what a process leaves undone when it dies is still due.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from aggregator.clock import Clock
from aggregator.domain.feeds import WantedText
from aggregator.executor import Executor, each_done
from aggregator.feeds.fulltext import FetchFullText

if TYPE_CHECKING:
    from aggregator.storage import Storage

log = structlog.get_logger()

LEASE = "full-texts"
MOST = 40
"""Articles of one run."""
MOST_A_HOST = 5
"""Of one run and one host; at the default of one run a minute that is far below what a reader would click."""
TRIES = 3
"""Times that an article is tried; a page behind a payment does not change."""
WAIT = timedelta(hours=1)
"""Before the second try; twice that before the third."""
BUG = "The whole text could not be read; the reason is in Broadfold’s log."

Tried = tuple[WantedText, str]
"""An article, and why its text could not be had; empty when it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFullTexts:
    """Get what is due. `owner` names this process in the lease, which is prolonged with each host done."""

    storage: "Storage"
    fetch: FetchFullText
    executor: Executor
    clock: Clock
    owner: str
    lease_for: timedelta

    def __call__(self) -> int:
        """Fetch a batch and return how many whole texts came; 0 also while another process does it."""
        with self.storage.reading() as work:
            if not any(wish.full_text for wish in work.feed_wishes.all().values()):
                return 0
        if not self._claim():
            return 0
        try:
            with self.storage.reading() as work:
                due = work.feed_wishes.due(now=self.clock.now(), most_tries=TRIES, limit=MOST)
            came = 0
            for tried in each_done(self.executor, self._ask_host, by_host(due)):
                if not self._claim():
                    return came
                self._store(tried)
                came += sum(not problem for _, problem in tried)
            return came
        finally:
            with self.storage.writing() as work:
                work.leases.release(LEASE, owner=self.owner)

    def _claim(self) -> bool:
        now = self.clock.now()
        with self.storage.writing() as work:
            return work.leases.claim(LEASE, owner=self.owner, now=now, until=now + self.lease_for)

    def _ask_host(self, wanted: Sequence[WantedText]) -> tuple[Tried, ...]:
        """Fetch the articles of one host, one after the other, until one fails; runs in a worker."""
        tried: list[Tried] = []
        for one in wanted:
            try:
                problem = self.fetch(one.article) or ""
            except Exception:
                log.exception("whole text could not be fetched", article=one.article, url=one.link)
                problem = BUG
            tried.append((one, problem))
            if problem:
                break
        return tuple(tried)

    def _store(self, tried: Sequence[Tried]) -> None:
        with self.storage.writing() as work:
            for one, problem in tried:
                if problem:
                    next_at = self.clock.now() + WAIT * 2**one.tries
                    work.feed_wishes.failed(one, problem, next_at=next_at)
                else:
                    work.feed_wishes.fetched(one)


def by_host(due: Sequence[WantedText]) -> list[list[WantedText]]:
    """Return the articles of each host, at most `MOST_A_HOST` of one."""
    hosts: dict[str, list[WantedText]] = defaultdict(list)
    for one in due:
        hosts[urlsplit(one.link).hostname or ""].append(one)
    return [some[:MOST_A_HOST] for some in hosts.values()]
