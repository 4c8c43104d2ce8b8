"""Accounts: who may read, with which role and password. Each change is one short transaction."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from aggregator.clock import Clock
from aggregator.domain.errors import AccountRefused, LoginRefused, PersonUnknown, TooManyTries
from aggregator.domain.ids import ReaderId, SessionId
from aggregator.domain.readers import PERSONAL, Reader, Role
from aggregator.readers.passwords import Passwords, fingerprint
from aggregator.readers.throttle import FOR_ADDRESS, FOR_NAME, Throttle, place
from aggregator.storage import Storage, UnitOfWork

LONGEST_NAME = 40
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1000
"""Characters. A short bound below, a far one above, and no rules on kinds of characters: NIST SP 800-63B."""


def tidy_name(written: str) -> str:
    """Return a name as it is kept: composed, and with single blanks.

    Raises:
        AccountRefused: it is empty, too long, or has signs that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", written).split())
    if not any(letter.isalnum() for letter in name):
        raise AccountRefused("an account needs a name with at least one letter or digit")
    if len(name) > LONGEST_NAME:
        raise AccountRefused(f"a name may have {LONGEST_NAME} characters")
    if any(unicodedata.category(letter)[0] == "C" for letter in name):
        raise AccountRefused("a name may hold no invisible signs")
    return name


def same(name: str) -> str:
    """Return what two names have in common that are the same name."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def check_password(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or the name itself.

    Raises:
        AccountRefused: the reason is in it.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise AccountRefused(f"a password needs at least {SHORTEST_PASSWORD} characters")
    if len(password) > LONGEST_PASSWORD:
        raise AccountRefused(f"a password may have {LONGEST_PASSWORD} characters")
    if same(password) == same(name):
        raise AccountRefused("the password must be another one than the name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The people of an instance. Until there is an account, one reader without a name has it alone."""

    storage: Storage
    clock: Clock
    passwords: Passwords
    throttle: Throttle

    def personal(self) -> Reader | None:
        """Return the reader of an instance without accounts, None as soon as there is an account."""
        with self.storage.reading() as work:
            return personal(work)

    def all(self) -> tuple[Reader, ...]:
        """Return everybody who has an account, the first one first."""
        with self.storage.reading() as work:
            return with_account(work.readers.all())

    def named(self, name: str) -> Reader:
        """Return the account of this name, whatever its capitals.

        Raises:
            PersonUnknown: nobody has it.
        """
        with self.storage.reading() as work:
            return find(work, name)

    def add(self, name: str, password: str, *, role: Role = Role.READER) -> Reader:
        """Make an account. The first one becomes an admin, and takes over what the instance was used for.

        Raises:
            AccountRefused: the name is taken or cannot be one, or the password is too short.
        """
        name = tidy_name(name)
        check_password(password, name)
        hashed = self.passwords.hash(password)
        with self.storage.writing() as work:
            return make(
                work,
                Reader(id=ReaderId(0), name=name, role=role, created_at=self.clock.now(), password=hashed),
            )

    def check(self, name: str, password: str, *, address: str) -> Reader:
        """Return whose name and password these are; a hash with old parameters is made anew.

        Args:
            name: as typed.
            password: as typed.
            address: the network address that asks.

        Raises:
            LoginRefused: they are nobody's.
            TooManyTries: there were too many wrong ones; these were not looked at.
        """
        now = self.clock.now()
        by_name, by_address = f"name {fingerprint(same(name))}", f"address {place(address)}"
        wait = self.throttle.take({by_name: FOR_NAME, by_address: FOR_ADDRESS}, now)
        if wait:
            raise TooManyTries(wait)
        with self.storage.reading() as work:
            reader = next(
                (one for one in with_account(work.readers.all()) if same(one.name) == same(name)), None
            )
        verdict = self.passwords.compare(reader.password if reader else None, password[:LONGEST_PASSWORD])
        if reader is None or not verdict.is_right:
            raise LoginRefused
        self.throttle.forgive(by_name, by_address, now)
        if verdict.again:
            hashed = self.passwords.hash(password)
            with self.storage.writing() as work:
                if (current := work.readers.get(reader.id)) and current.password == reader.password:
                    work.readers.put(replace(current, password=hashed))
        return reader

    def set_password(self, reader: ReaderId, password: str, *, keep: SessionId | None = None) -> None:
        """Give an account a new password, and end its sessions but for `keep`.

        Raises:
            AccountRefused: the password is too short or too long.
            PersonUnknown: the account is gone.
        """
        with self.storage.reading() as work:
            check_password(password, get(work, reader).name)
        hashed = self.passwords.hash(password)
        with self.storage.writing() as work:
            work.readers.put(replace(get(work, reader), password=hashed))
            work.sessions.remove_all(reader, but=keep)

    def change_password(
        self, reader: Reader, *, old: str, new: str, address: str, keep: SessionId | None = None
    ) -> None:
        """Give an account a new password for its old one, and end its sessions but for `keep`.

        Raises:
            AccountRefused: the old password is not right, or the new one too short or too long.
            TooManyTries: the old one was wrong too often.
        """
        try:
            self.check(reader.name, old, address=address)
        except LoginRefused as error:
            raise AccountRefused("the old password is not right") from error
        self.set_password(reader.id, new, keep=keep)

    def set_role(self, reader: int, role: Role) -> Reader:
        """Give an account another role.

        Raises:
            AccountRefused: it is the last admin.
            PersonUnknown: there is no such account.
        """
        with self.storage.writing() as work:
            person = get(work, ReaderId(reader))
            if role is not Role.ADMIN:
                refuse_last_admin(work, person)
            changed = replace(person, role=role)
            work.readers.put(changed)
            return changed

    def remove(self, reader: int) -> Reader:
        """Remove an account with its marks, rules, lists, sessions and tokens.

        Raises:
            AccountRefused: it is the last admin.
            PersonUnknown: there is no such account.
        """
        with self.storage.writing() as work:
            person = get(work, ReaderId(reader))
            refuse_last_admin(work, person)
            work.readers.remove(person.id)
            return person


def personal(work: UnitOfWork) -> Reader | None:
    """Return the reader of an instance without accounts, None when it has some."""
    first = work.readers.get(PERSONAL)
    return first if first is not None and not first.name else None


def with_account(readers: Iterable[Reader]) -> tuple[Reader, ...]:
    """Return those who have an account."""
    return tuple(one for one in readers if one.name)


def get(work: UnitOfWork, reader: ReaderId) -> Reader:
    """Return an account by its number; raise PersonUnknown when there is none."""
    person = work.readers.get(reader)
    if person is None or not person.name:
        raise PersonUnknown(str(reader))
    return person


def find(work: UnitOfWork, name: str) -> Reader:
    """Return an account by its name; raise PersonUnknown when there is none."""
    for person in with_account(work.readers.all()):
        if same(person.name) == same(name):
            return person
    raise PersonUnknown(name)


def make(work: UnitOfWork, reader: Reader) -> Reader:
    """Store a new account: the first one in place of the reader without a name, as an admin."""
    if any(same(one.name) == same(reader.name) for one in with_account(work.readers.all())):
        raise AccountRefused(f"somebody has an account called {reader.name!r}")
    first = personal(work)
    if first is None:
        return replace(reader, id=work.readers.add(reader))
    taken = replace(
        first,
        name=reader.name,
        password=reader.password,
        role=Role.ADMIN,
        created_at=reader.created_at,
    )
    work.readers.put(taken)
    return taken


def refuse_last_admin(work: UnitOfWork, person: Reader) -> None:
    """Raise AccountRefused when nobody but this person is an admin."""
    admins = [one for one in with_account(work.readers.all()) if one.is_admin]
    if person.is_admin and len(admins) == 1:
        raise AccountRefused(f"{person.name} is the only admin; make somebody else one first")
