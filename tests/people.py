"""Accounts for tests: argon2 with parameters that take no time."""

from argon2 import PasswordHasher

from aggregator.clock import Clock
from aggregator.readers.passwords import Passwords
from aggregator.readers.people import People, open_people
from aggregator.storage import Storage

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
SECRET = "correct horse battery"


def quick_people(storage: Storage, clock: Clock) -> People:
    return open_people(storage, clock, Passwords(hasher=QUICK))
