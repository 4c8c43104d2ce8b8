"""The room's service: make what is due, send what waits, forget what is old."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from aggregator.clock import Clock
from aggregator.digests.deliver import Deliver
from aggregator.digests.make import Make
from aggregator.domain.digests import DigestReport, Outcome, PostState
from aggregator.storage import Storage

LEDGER_KEPT = timedelta(days=60)
"""A story without news for so long is closed, and its number never comes back with something new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigests:
    """One look at the digests. `deliver` is None where no mail leaves: editions are still made for feeds."""

    storage: Storage
    clock: Clock
    make: Make
    deliver: Deliver | None
    keep: timedelta

    def __call__(self) -> DigestReport:
        """Make and send everything that is due now; safe to run several times at once, and to be killed."""
        outcomes: Counter[Outcome] = Counter()
        for made in self.make():
            outcomes[made.edition.outcome] += 1
            outcomes[Outcome.JOINED] += len(made.order.turn.joined)
        if outcomes:
            self._forget()
        states: Counter[PostState] = Counter()
        if self.deliver is not None:
            states.update(post.state for post in self.deliver())
        return DigestReport(
            made=outcomes[Outcome.MADE],
            skipped=outcomes[Outcome.SKIPPED],
            joined=outcomes[Outcome.JOINED],
            sent=states[PostState.SENT],
            deferred=states[PostState.WAITING],
            refused=states[PostState.REFUSED],
            expired=states[PostState.EXPIRED],
        )

    def _forget(self) -> None:
        now = self.clock.now()
        with self.storage.writing() as work:
            work.digest_editions.forget_content(before=now - self.keep)
            work.digest_ledger.forget(before=now - LEDGER_KEPT)
