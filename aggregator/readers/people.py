"""Everything about people in one place, for the pages and the commands."""

from dataclasses import dataclass

from aggregator.clock import Clock
from aggregator.readers.accounts import Accounts
from aggregator.readers.passwords import Passwords
from aggregator.readers.preferences import Preferences
from aggregator.readers.sessions import ApiTokens, Invitations, Sessions
from aggregator.readers.throttle import Throttle
from aggregator.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The services about people."""

    accounts: Accounts
    sessions: Sessions
    invitations: Invitations
    api_tokens: ApiTokens
    preferences: Preferences


def open_people(storage: Storage, clock: Clock, passwords: Passwords | None = None) -> People:
    """Return the services about people over an open storage; `passwords` are argon2-cffi's own by default."""
    passwords = passwords or Passwords()
    return People(
        accounts=Accounts(storage=storage, clock=clock, passwords=passwords, throttle=Throttle()),
        sessions=Sessions(storage=storage, clock=clock),
        invitations=Invitations(storage=storage, clock=clock, passwords=passwords),
        api_tokens=ApiTokens(storage=storage, clock=clock),
        preferences=Preferences(storage=storage),
    )
