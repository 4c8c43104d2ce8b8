"""Poll the feeds that are due: claim, fetch, read, store; the service of this room.

Two short transactions a feed: one takes the leases of a whole batch, one writes what a poll found.
No transaction is open across the network. A process that dies in between leaves only a lease behind,
which runs out; one that was overtaken finds its lease lost and writes nothing.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from aggregator.clock import Clock
from aggregator.domain.articles import ArticleDraft
from aggregator.domain.errors import BroadfoldError, FeedUnknown
from aggregator.domain.explain import explain
from aggregator.domain.feeds import (
    Failure,
    Feed,
    Fetched,
    FetchFailed,
    FetchRequest,
    ParsedFeed,
    ParseFailed,
    PollOutcome,
    RefreshReport,
)
from aggregator.domain.ids import FeedId
from aggregator.executor import Executor, each_done
from aggregator.feeds.decide import decide
from aggregator.feeds.normalise import normalise
from aggregator.feeds.parse import parse
from aggregator.feeds.poll import PollLimits, failed, next_poll

if TYPE_CHECKING:
    from aggregator.feeds.fetch import Fetcher
    from aggregator.storage import Articles, Storage

log = structlog.get_logger()

OnReport = Callable[[RefreshReport], None]

A_MOMENT = timedelta(minutes=1)
"""Impatience is answered at most this often for one feed."""

OVERTAKEN = "Another Broadfold process polls this feed just now; nothing was written here."


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a worker brings back from one feed: a decided outcome and clean drafts, nothing stored yet."""

    feed: Feed
    outcome: PollOutcome
    drafts: tuple[ArticleDraft, ...] = ()
    was_read: bool = False
    """Whether a new body came and was parsed; false for a 304, the same body again, or a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Poll what is due, many feeds in parallel, each stored by itself.

    `owner` names this process in leases. `lease_for` must be longer than a batch can take:
    batch / workers x the fetcher's deadline. `jitter` returns numbers in [0, 1).
    """

    storage: "Storage"
    fetcher: "Fetcher"
    executor: Executor
    clock: Clock
    owner: str
    lease_for: timedelta
    limits: PollLimits
    batch: int
    jitter: Callable[[], float]

    def __call__(
        self, feed_ids: Sequence[FeedId] | None = None, *, on_report: OnReport | None = None
    ) -> tuple[RefreshReport, ...]:
        """Poll every due feed, or exactly the named ones, due or not, and report on each.

        `on_report` is called in this thread as each feed is done.

        Raises:
            FeedUnknown: A named feed does not exist; nothing was polled.
            DatabaseUnusable: What was found could not be stored; the feeds stay due.
        """
        reports: list[RefreshReport] = []
        with closing(self._due() if feed_ids is None else self._named(feed_ids)) as polled:
            for report in polled:
                reports.append(report)
                if on_report is not None:
                    on_report(report)
        return tuple(reports)

    def next_due(self) -> datetime | None:
        """Return when the next feed is due (UTC), which may be past; None without an active feed."""
        with self.storage.reading() as work:
            return work.feeds.next_due()

    def hasten(self) -> None:
        """Make every active feed due now, but for those polled a moment ago or asked to wait."""
        now = self.clock.now()
        with self.storage.writing() as work:
            work.feeds.hasten(now=now, polled_before=now - A_MOMENT)

    def _due(self) -> Generator[RefreshReport, None, None]:
        """Claim and poll batch after batch, until nothing is due."""
        while True:
            now = self.clock.now()
            with self.storage.writing() as work:
                claimed = work.feeds.claim_due(
                    owner=self.owner, now=now, until=now + self.lease_for, limit=self.batch
                )
            if not claimed:
                return
            yield from self._polled(claimed)

    def _named(self, feed_ids: Sequence[FeedId]) -> Generator[RefreshReport, None, None]:
        wanted = tuple(dict.fromkeys(feed_ids))
        known = self._known(wanted)
        for start in range(0, len(wanted), self.batch):
            chosen = wanted[start : start + self.batch]
            now = self.clock.now()
            with self.storage.writing() as work:
                claimed = work.feeds.claim(chosen, owner=self.owner, now=now, until=now + self.lease_for)
            taken = {feed.id for feed in claimed}
            for feed_id in chosen:
                if feed_id not in taken:
                    yield _report(known[feed_id], "unchanged", message=OVERTAKEN)
            yield from self._polled(claimed)

    def _known(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, Feed]:
        known: dict[FeedId, Feed] = {}
        with self.storage.reading() as work:
            for feed_id in feed_ids:
                feed = work.feeds.get(feed_id)
                if feed is None:
                    raise FeedUnknown(str(feed_id))
                known[feed_id] = feed
        return known

    def _polled(self, claimed: Sequence[Feed]) -> Generator[RefreshReport, None, None]:
        """Poll the claimed feeds in parallel and store each as it ends; leases left over are given back."""
        waiting = {feed.id for feed in claimed}
        job = partial(
            poll_feed, fetcher=self.fetcher, clock=self.clock, limits=self.limits, jitter=self.jitter
        )
        try:
            for findings in each_done(self.executor, job, claimed):
                report = self._stored(findings)
                waiting.discard(findings.feed.id)
                yield report
        finally:
            if waiting:
                with self.storage.writing() as work:
                    work.feeds.release(tuple(waiting), owner=self.owner)

    def _stored(self, findings: Findings) -> RefreshReport:
        """Write one feed's findings; a bug on the way is noted on the feed and stops no other."""
        try:
            return self._write(findings)
        except BroadfoldError:
            raise
        except Exception:
            log.exception("feed could not be stored", feed=findings.feed.id, url=findings.feed.url)
        outcome = _internal(findings.feed, now=self.clock.now(), limits=self.limits, jitter=self.jitter())
        return self._write(Findings(feed=findings.feed, outcome=outcome))

    def _write(self, findings: Findings) -> RefreshReport:
        """Store outcome and articles in one transaction, unless the lease was lost."""
        feed, outcome = findings.feed, findings.outcome
        new = changed = 0
        with self.storage.writing() as work:
            if not work.feeds.record(feed.id, outcome, owner=self.owner):
                return _report(feed, "unchanged", message=OVERTAKEN)
            if findings.drafts:
                new, changed = _keep(work.articles, findings)
            work.polls.add(feed.id, at=outcome.polled_at, failure=outcome.failure, new=new)
        return _told(findings, new=new, changed=changed)


def _keep(articles: "Articles", findings: Findings) -> tuple[int, int]:
    """Store what the drafts bring, decided against what is stored; return the counts of new and changed."""
    feed, now = findings.feed, findings.outcome.polled_at
    stored = articles.fingerprints(feed.outlet_id, findings.drafts)
    plan = decide(stored, findings.drafts)
    added = articles.add(plan.new, outlet_id=feed.outlet_id, feed_id=feed.id, now=now)
    for article_id, draft in plan.changed:
        articles.change(article_id, draft, feed_id=feed.id, now=now)
    articles.sight(plan.same, feed_id=feed.id, now=now)
    return len(added), len(plan.changed)


def poll_feed(
    feed: Feed, *, fetcher: "Fetcher", clock: Clock, limits: PollLimits, jitter: Callable[[], float]
) -> Findings:
    """Fetch and read one feed and decide what the poll changes; runs in a worker, touches no storage."""
    try:
        return _findings(feed, fetcher, clock, limits, jitter())
    except Exception:
        log.exception("feed could not be polled", feed=feed.id, url=feed.url)
        return Findings(feed=feed, outcome=_internal(feed, now=clock.now(), limits=limits, jitter=0.0))


def _findings(feed: Feed, fetcher: "Fetcher", clock: Clock, limits: PollLimits, jitter: float) -> Findings:
    result = fetcher(FetchRequest(url=feed.url, validators=feed.validators))
    now = clock.now()
    body_hash: str | None = None
    parsed: ParsedFeed | ParseFailed | None = None
    if isinstance(result, Fetched):
        body_hash = sha256(result.body).hexdigest()
        if body_hash != feed.body_hash:
            parsed = parse(result.body, result.content_type, url=result.moved_to or feed.url)
    outcome = next_poll(feed, result, parsed, body_hash=body_hash, now=now, limits=limits, jitter=jitter)
    if not isinstance(result, Fetched) or not isinstance(parsed, ParsedFeed):
        return Findings(feed=feed, outcome=outcome)
    site_url = feed.site_url or parsed.site_url
    drafts = normalise(parsed, feed_url=result.moved_to or feed.url, site_url=site_url, now=now)
    return Findings(feed=feed, outcome=outcome, drafts=drafts, was_read=True)


def _internal(feed: Feed, *, now: datetime, limits: PollLimits, jitter: float) -> PollOutcome:
    """Return the outcome for a bug of ours: kept on the feed, tried again later."""
    result = FetchFailed(url=feed.url, failure=Failure.INTERNAL)
    return failed(feed, result, now=now, limits=limits, jitter=jitter)


def _told(findings: Findings, *, new: int, changed: int) -> RefreshReport:
    feed, outcome = findings.feed, findings.outcome
    if outcome.failure is not None:
        words = explain(outcome.failure, url=feed.url, detail=outcome.failure_detail)
        return _report(feed, "failed", message=" ".join(words))
    if not findings.was_read:
        return _report(feed, "unchanged", message=_moved(outcome))
    return _report(
        feed,
        "new" if new or changed else "same",
        title=outcome.title,
        new=new,
        changed=changed,
        message=" ".join(filter(None, (_moved(outcome), outcome.warning))),
    )


def _moved(outcome: PollOutcome) -> str:
    return f"The feed has moved to {outcome.moved_to}." if outcome.moved_to else ""


def _report(
    feed: Feed, outcome: str, *, title: str | None = None, new: int = 0, changed: int = 0, message: str = ""
) -> RefreshReport:
    return RefreshReport(
        feed_id=feed.id,
        url=feed.url,
        title=title or feed.title,
        outcome=outcome,
        new=new,
        changed=changed,
        message=message,
    )
