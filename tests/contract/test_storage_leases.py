"""Leases: one owner at a time, for a time."""

from datetime import timedelta

from aggregator.storage import Storage
from tests.fakes import NOON

LATER = NOON + timedelta(minutes=5)


def test_a_lease_has_one_owner_until_it_runs_out(storage: Storage) -> None:
    with storage.writing() as work:
        assert work.leases.claim("build", owner="a", now=NOON, until=LATER)
        assert not work.leases.claim("build", owner="b", now=NOON, until=LATER)
        assert work.leases.claim("build", owner="b", now=LATER, until=LATER + timedelta(minutes=5))
        assert not work.leases.claim("build", owner="a", now=LATER, until=LATER)


def test_its_owner_prolongs_a_lease(storage: Storage) -> None:
    with storage.writing() as work:
        work.leases.claim("build", owner="a", now=NOON, until=LATER)
        assert work.leases.claim("build", owner="a", now=NOON, until=LATER + timedelta(minutes=5))
        assert not work.leases.claim("build", owner="b", now=LATER, until=LATER)


def test_leases_of_different_names_do_not_meet(storage: Storage) -> None:
    with storage.writing() as work:
        assert work.leases.claim("build", owner="a", now=NOON, until=LATER)
        assert work.leases.claim("digest", owner="b", now=NOON, until=LATER)


def test_only_its_owner_gives_a_lease_back(storage: Storage) -> None:
    with storage.writing() as work:
        work.leases.claim("build", owner="a", now=NOON, until=LATER)
        work.leases.release("build", owner="b")
        assert not work.leases.claim("build", owner="b", now=NOON, until=LATER)
        work.leases.release("build", owner="a")
        assert work.leases.claim("build", owner="b", now=NOON, until=LATER)
