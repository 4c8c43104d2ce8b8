"""Bounds how often passwords can be tried: by the name that is tried, and by the address that tries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from threading import Lock

SPAN = timedelta(minutes=15)
"""How long a failed try counts."""
FOR_NAME = 5
"""Failed tries of one name within the span."""
FOR_ADDRESS = 20
"""Failed tries from one address within the span: several people may sit behind one."""
MOST = 10_000
"""Names and addresses remembered at a time; then those that were tried longest ago are forgotten."""


def wait(tries: Sequence[datetime], most: int, now: datetime) -> timedelta:
    """Return how long to wait before another try; nothing while fewer than `most` were within the span."""
    recent = [at for at in tries if now - at < SPAN]
    if len(recent) < most:
        return timedelta(0)
    return recent[-most] + SPAN - now


def place(address: str) -> str:
    """Return what counts as one address: of IPv6 the first 64 bits, which one household has to itself."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    if not isinstance(number, IPv6Address):
        return str(number)
    return str(number.ipv4_mapped) if number.ipv4_mapped else f"{IPv6Address(int(number) >> 64 << 64)}/64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """The failed tries of the last minutes, in memory: a restart forgets them, and processes share none.

    In the database, anybody who reaches the login page could make it write; docs/explanation/safety.md.
    """

    tries: dict[str, list[datetime]] = field(default_factory=dict)
    turn: Lock = field(default_factory=Lock)

    def take(self, bounds: Mapping[str, int], now: datetime) -> timedelta:
        """Count a try under each key, unless one of them has reached its bound.

        It counts before the password is looked at, so that many tries at once are no way around.

        Args:
            bounds: the most tries for each key.
            now: UTC.

        Returns:
            How long to wait; nothing when the try was counted and may go on.
        """
        with self.turn:
            longest = max(wait(self.tries.get(key, ()), most, now) for key, most in bounds.items())
            if not longest:
                for key, most in bounds.items():
                    kept = [*self.tries.pop(key, ()), now]
                    self.tries[key] = kept[-most:]
                while len(self.tries) > MOST:
                    del self.tries[next(iter(self.tries))]
            return longest

    def forgive(self, name: str, address: str, now: datetime) -> None:
        """Forget the tries of a name after a right one, and this one of its address."""
        with self.turn:
            self.tries.pop(name, None)
            if now in (kept := self.tries.get(address, [])):
                kept.remove(now)
