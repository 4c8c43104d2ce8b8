"""Accounts over a database: who becomes what, what lets them in, and for how long."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from aggregator.domain.errors import (
    AccountRefused,
    InvitationUnknown,
    LoginRefused,
    PersonUnknown,
    TooManyTries,
)
from aggregator.domain.people import Unfollowed
from aggregator.domain.readers import PERSONAL, Mute, MuteKind, Role
from aggregator.readers.passwords import Passwords, fingerprint
from aggregator.readers.people import People
from aggregator.readers.sessions import IDLE, INVITED, LONGEST, ends
from aggregator.readers.throttle import FOR_ADDRESS, FOR_NAME, SPAN
from aggregator.storage import Storage
from tests.databases import memory_storage
from tests.fakes import NOON, FrozenClock
from tests.people import QUICK, SECRET, quick_people

HOME = "192.0.2.1"


@pytest.fixture
def storage() -> Iterator[Storage]:
    opened = memory_storage()
    yield opened
    opened.close()


@pytest.fixture
def people(storage: Storage, clock: FrozenClock) -> People:
    return quick_people(storage, clock)


def test_first_account_takes_over_what_the_instance_was_used_for(people: People, storage: Storage) -> None:
    rule = Mute(kind=MuteKind.WORD, value="cup", created_at=NOON)
    with storage.writing() as work:
        work.mutes.add(PERSONAL, rule)
    assert people.accounts.personal() is not None

    ada = people.accounts.add("Ada", SECRET)

    assert (ada.id, ada.role, people.accounts.personal()) == (PERSONAL, Role.ADMIN, None)
    assert ada.created_at == NOON
    with storage.reading() as work:
        assert [one.value for one in work.mutes.of(ada.id)] == ["cup"]


def test_later_accounts_get_the_role_that_was_asked_for(people: People) -> None:
    people.accounts.add("Ada", SECRET)
    people.accounts.add("Ben", SECRET)
    people.accounts.add("Cyd", SECRET, role=Role.ADMIN)
    assert [(one.name, one.role) for one in people.accounts.all()] == [
        ("Ada", Role.ADMIN),
        ("Ben", Role.READER),
        ("Cyd", Role.ADMIN),
    ]


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("", SECRET, "at least one letter or digit"),
        ("  - ", SECRET, "at least one letter or digit"),
        ("a" * 41, SECRET, "40 characters"),
        ("Ada\u200bB", SECRET, "invisible"),
        ("ADA", SECRET, "somebody has an account called 'ADA'"),
        ("Ben", "ninechars", "at least 10 characters"),
        ("Ben", "x" * 1001, "1000 characters"),
        ("Long Name Here", "long name here", "another one than the name"),
    ],
)
def test_account_that_cannot_be_is_refused(people: People, name: str, password: str, reason: str) -> None:
    people.accounts.add("Ada", SECRET)
    with pytest.raises(AccountRefused, match=reason):
        people.accounts.add(name, password)
    assert [one.name for one in people.accounts.all()] == ["Ada"]


def test_password_is_stored_as_argon2id_and_found_again(people: People, storage: Storage) -> None:
    ada = people.accounts.add("Ada", SECRET)
    assert ada.password is not None
    assert ada.password.startswith("$argon2id$")
    assert people.accounts.check(" aDA ", SECRET, address=HOME).id == ada.id


def test_hash_with_old_parameters_is_made_anew_at_the_next_login(people: People, storage: Storage) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    ada = people.accounts.add("Ada", SECRET)
    with storage.writing() as work:
        work.readers.put(replace(ada, password=old.hash(SECRET)))
    people.accounts.check("Ada", SECRET, address=HOME)
    stored = people.accounts.named("Ada").password
    assert stored is not None
    assert (QUICK.check_needs_rehash(stored), QUICK.verify(stored, SECRET)) == (False, True)


def test_unknown_name_costs_a_hash_as_a_known_one_does() -> None:
    compared: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, *hash_and_password: str) -> bool:
            compared.append(hash_and_password[0])
            return super().verify(*hash_and_password)

    passwords = Passwords(hasher=Counting(time_cost=1, memory_cost=8, parallelism=1))
    known = passwords.hash(SECRET)
    assert not passwords.compare(None, "guess").is_right
    assert not passwords.compare(known, "guess").is_right
    assert len(compared) == 2
    assert compared[0].split("$")[:4] == compared[1].split("$")[:4]


def test_name_can_be_tried_a_few_times_and_then_after_a_wait(people: People, clock: FrozenClock) -> None:
    people.accounts.add("Ada", SECRET)
    for number in range(FOR_NAME):
        with pytest.raises(LoginRefused):
            people.accounts.check("Ada", "wrong", address=f"192.0.2.{number}")
    clock.advance(minutes=5)
    with pytest.raises(TooManyTries, match="Try again in 10 minutes") as caught:
        people.accounts.check("ada", SECRET, address="192.0.2.99")
    assert caught.value.wait == timedelta(minutes=10)
    clock.advance(minutes=10)
    assert people.accounts.check("Ada", SECRET, address=HOME).name == "Ada"


def test_address_that_tries_many_names_has_to_wait(people: People, clock: FrozenClock) -> None:
    people.accounts.add("Ada", SECRET)
    for number in range(FOR_ADDRESS):
        with pytest.raises(LoginRefused):
            people.accounts.check(f"name{number}", "wrong", address=HOME)
    with pytest.raises(TooManyTries):
        people.accounts.check("Ada", SECRET, address=HOME)
    assert people.accounts.check("Ada", SECRET, address="198.51.100.1").name == "Ada"
    clock.at += SPAN
    assert people.accounts.check("Ada", SECRET, address=HOME).name == "Ada"


def test_password_is_changed_for_the_old_one_and_other_sessions_end(people: People) -> None:
    ada = people.accounts.add("Ada", SECRET)
    here, there = people.sessions.start(ada.id), people.sessions.start(ada.id)
    visit = people.sessions.visit(here)
    assert visit is not None
    with pytest.raises(AccountRefused, match="the old password is not right"):
        people.accounts.change_password(ada, old="wrong", new="another secret", address=HOME)
    people.accounts.change_password(
        ada, old=SECRET, new="another secret", address=HOME, keep=visit.session.id
    )
    assert (people.sessions.visit(here) is None, people.sessions.visit(there)) == (False, None)
    assert people.accounts.check("Ada", "another secret", address=HOME) != ada


def test_last_admin_can_neither_go_nor_be_lowered(people: People) -> None:
    ada = people.accounts.add("Ada", SECRET)
    people.accounts.add("Ben", SECRET)
    for act in (
        lambda: people.accounts.remove(ada.id),
        lambda: people.accounts.set_role(ada.id, Role.READER),
    ):
        with pytest.raises(AccountRefused, match="Ada is the only admin"):
            act()
    people.accounts.set_role(2, Role.ADMIN)
    people.accounts.remove(ada.id)
    assert [one.name for one in people.accounts.all()] == ["Ben"]
    assert people.accounts.personal() is None
    with pytest.raises(PersonUnknown):
        people.accounts.remove(ada.id)


def test_secret_of_a_session_is_not_in_the_database(people: People, storage: Storage) -> None:
    ada = people.accounts.add("Ada", SECRET)
    secret = people.sessions.start(ada.id, agent="Firefox on Linux")
    with storage.reading() as work:
        assert work.sessions.by_token(secret) is None
        assert work.sessions.by_token(fingerprint(secret)) is not None
    assert len(secret) >= 43


def test_session_slides_while_it_is_used_and_ends_when_it_is_not(people: People, clock: FrozenClock) -> None:
    secret = people.sessions.start(people.accounts.add("Ada", SECRET).id)
    first = people.sessions.visit(secret)
    clock.at += IDLE - timedelta(seconds=1)
    second = people.sessions.visit(secret)
    assert first is not None
    assert second is not None
    assert (first.is_renewed, second.is_renewed) == (False, True)
    clock.at += IDLE - timedelta(seconds=1)
    assert people.sessions.visit(secret) is not None
    clock.at += IDLE
    assert people.sessions.visit(secret) is None


def test_session_ends_after_a_year_however_much_it_is_used() -> None:
    assert ends(NOON, NOON) == NOON + IDLE
    assert ends(NOON, NOON + LONGEST - timedelta(days=1)) == NOON + LONGEST


def test_login_ends_the_session_that_the_browser_had(people: People) -> None:
    ada = people.accounts.add("Ada", SECRET)
    old = people.sessions.start(ada.id)
    new = people.sessions.start(ada.id, instead_of=old)
    assert (old == new, people.sessions.visit(old), people.sessions.visit(new) is None) == (
        False,
        None,
        False,
    )


def test_invitation_makes_one_account_within_a_week(people: People, clock: FrozenClock) -> None:
    ada = people.accounts.add("Ada", SECRET)
    secret, late = people.invitations.make(ada.id), people.invitations.make(ada.id)
    with pytest.raises(AccountRefused):
        people.invitations.accept(secret, "Ada", SECRET)
    ben = people.invitations.accept(secret, "Ben", SECRET)
    assert (ben.name, ben.role) == ("Ben", Role.READER)
    with pytest.raises(InvitationUnknown):
        people.invitations.accept(secret, "Cyd", SECRET)
    clock.at += INVITED
    with pytest.raises(InvitationUnknown):
        people.invitations.look(late)
    assert people.invitations.open() == ()


def test_nobody_is_invited_before_there_is_an_account(people: People) -> None:
    with pytest.raises(PersonUnknown):
        people.invitations.make(PERSONAL)
    with pytest.raises(PersonUnknown):
        people.api_tokens.make(PERSONAL, "Notes")


def test_api_token_is_its_readers_until_it_is_removed(people: People, clock: FrozenClock) -> None:
    ada = people.accounts.add("Ada", SECRET)
    token = people.api_tokens.make(ada.id, " Notes ")
    found = people.api_tokens.reader(token)
    assert (found and found.name, people.api_tokens.reader("other")) == ("Ada", None)
    (entry,) = people.api_tokens.of(ada.id)
    assert (entry.name, entry.used_at) == ("Notes", clock.now())
    people.api_tokens.remove(ada.id, entry.id)
    assert people.api_tokens.reader(token) is None


def test_what_is_not_ticked_is_not_followed(people: People, storage: Storage) -> None:
    with storage.writing() as work:
        one = work.outlets.ensure("lantern.example", name="The Lantern")
        work.outlets.ensure("herald.example", name="The Herald")
    people.preferences.follow(PERSONAL, outlets=[str(one)], folders=[])
    outlets, folders = people.preferences.sources(PERSONAL)
    assert [(line.shown, line.is_followed) for line in outlets] == [
        ("The Herald", False),
        ("The Lantern", True),
    ]
    assert folders == ()
    with storage.reading() as work:
        assert work.follows.of(PERSONAL) == Unfollowed(outlets=frozenset({"2"}))


@pytest.mark.parametrize(
    "looks",
    [
        {"time_zone": "Europe/Atlantis", "density": "", "theme": ""},
        {"time_zone": "", "density": "dense", "theme": ""},
        {"time_zone": "", "density": "", "theme": 'dark" onload="x'},
    ],
)
def test_looks_that_do_not_exist_are_refused(people: People, looks: dict[str, str]) -> None:
    with pytest.raises(AccountRefused):
        people.preferences.show(PERSONAL, **looks)
