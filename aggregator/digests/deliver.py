"""Empty the outbox: each mail is handed over at least once, and marked after the server's 250.

A mail whose handing over may have worked, because the line broke before the answer came, is tried again
with the same Message-ID, by which receivers can tell that they have it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from aggregator.clock import Clock
from aggregator.digests.mail import Deferred, Delivery, Handed, Mail, Mailer, Refused
from aggregator.domain.digests import AddressState, Post, PostState
from aggregator.storage import Storage

log = structlog.get_logger()

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
"""RFC 5321, section 4.5.4.1, asks for at least half an hour once a few quick tries were in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Sends what waits. `jitter` returns 0 to 1; `give_up` is how long a mail may wait in all."""

    storage: Storage
    clock: Clock
    mailer: Mailer
    sender: str
    owner: str
    lease_for: timedelta
    give_up: timedelta
    jitter: Callable[[], float]
    batch: int = 20

    def __call__(self) -> Iterator[Post]:
        """Try every mail that is due once, and yield each as it stands then.

        When the server itself is in trouble, the rest waits for the next run.
        """
        with self.mailer.session() as hand:
            while claimed := self._claim():
                for place, post in enumerate(claimed):
                    if not self._hold(post):
                        continue
                    delivery = hand(
                        Mail(
                            message_id=post.message_id,
                            sender=self.sender,
                            recipient=post.recipient,
                            message=post.message,
                        )
                    )
                    yield self._record(post, delivery)
                    if isinstance(delivery, Deferred) and delivery.is_general:
                        self._release(claimed[place + 1 :])
                        return

    def _claim(self) -> tuple[Post, ...]:
        with self.storage.writing() as work:
            now = self.clock.now()
            until = now + self.lease_for
            return work.digest_posts.claim_due(owner=self.owner, now=now, until=until, limit=self.batch)

    def _hold(self, post: Post) -> bool:
        """Prolong the lease for as long as one mail may take; false when the mail is not ours to send."""
        with self.storage.writing() as work:
            until = self.clock.now() + self.lease_for
            return work.digest_posts.hold(post.id, owner=self.owner, until=until)

    def _record(self, post: Post, delivery: Delivery) -> Post:
        done = after(post, delivery, now=self.clock.now(), give_up=self.give_up, jitter=self.jitter())
        with self.storage.writing() as work:
            work.digest_posts.record(done)
            if done.state is PostState.REFUSED:
                work.digest_addresses.set_state(post.address, AddressState.REFUSED, problem=done.problem)
        if done.state is not PostState.SENT:
            log.warning("mail not sent", post=post.id, state=done.state.value, why=done.problem)
        return done

    def _release(self, posts: tuple[Post, ...]) -> None:
        with self.storage.writing() as work:
            work.digest_posts.release([post.id for post in posts], owner=self.owner)


def after(post: Post, delivery: Delivery, *, now: datetime, give_up: timedelta, jitter: float) -> Post:
    """Return a mail as it stands after an attempt; pure. `jitter` is 0 to 1."""
    tried = replace(post, attempts=post.attempts + 1)
    match delivery:
        case Handed():
            return replace(tried, state=PostState.SENT, sent_at=now, problem="")
        case Refused(why):
            return replace(tried, state=PostState.REFUSED, problem=why)
        case Deferred(why):
            if now - post.made_at >= give_up:
                return replace(tried, state=PostState.EXPIRED, problem=why)
            return replace(tried, next_try_at=now + wait(tried.attempts, jitter), problem=why)


def wait(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after so many tries in vain: doubled each time, and up to a quarter longer."""
    doubled: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    return doubled * (1 + jitter / 4)
