"""Sessions, invitations and API tokens: the secrets that let people and their programs in.

A secret is told once, when it is made; only its hash is stored.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from aggregator.clock import Clock
from aggregator.domain.errors import AccountRefused, InvitationUnknown
from aggregator.domain.ids import ApiTokenId, InvitationId, ReaderId, SessionId
from aggregator.domain.people import ApiToken, Invitation, Session
from aggregator.domain.readers import Reader, Role
from aggregator.readers import accounts
from aggregator.readers.passwords import Passwords, fingerprint, new_token
from aggregator.storage import Storage

IDLE = timedelta(days=30)
"""How long a session lasts without being used."""
LONGEST = timedelta(days=365)
"""How long a session lasts at most, used or not."""
RENEWED = timedelta(hours=1)
"""How often the use of a session or a token is noted: not at every page, which would be a write each."""
INVITED = timedelta(days=7)
"""How long an invitation can be used."""
LONGEST_LABEL = 60
"""Characters of the name of a token, and of a browser."""
MOST_TOKENS = 50
"""API tokens of one reader."""


def ends(created_at: datetime, now: datetime) -> datetime:
    """Return when a session ends that is used now (UTC)."""
    return min(now + IDLE, created_at + LONGEST)


class Visit(NamedTuple):
    """A person in a session. `is_renewed` when the cookie should be sent again."""

    person: Reader
    session: Session
    is_renewed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The browsers in which people are logged in."""

    storage: Storage
    clock: Clock

    def start(self, reader: ReaderId, *, agent: str = "", instead_of: str = "") -> str:
        """Begin a session and return its secret, a new one each time.

        Args:
            reader: who logged in.
            agent: the browser in a few words.
            instead_of: the secret of a session that this browser had; it ends.
        """
        now, secret = self.clock.now(), new_token()
        session = Session(
            id=SessionId(0),
            reader=reader,
            created_at=now,
            seen_at=now,
            expires_at=ends(now, now),
            agent=agent[:LONGEST_LABEL],
        )
        with self.storage.writing() as work:
            work.sessions.forget(before=now)
            if instead_of and (old := work.sessions.by_token(fingerprint(instead_of))):
                work.sessions.remove(old.reader, old.id)
            work.sessions.add(fingerprint(secret), session)
        return secret

    def visit(self, secret: str) -> Visit | None:
        """Return who has this secret, and note now and then that they are here; None for nobody."""
        now = self.clock.now()
        with self.storage.reading() as work:
            session = work.sessions.by_token(fingerprint(secret))
            if session is None or session.expires_at <= now:
                return None
            person = accounts.get(work, session.reader)
        if now - session.seen_at < RENEWED:
            return Visit(person, session)
        with self.storage.writing() as work:
            work.sessions.renew(session.id, seen_at=now, expires_at=ends(session.created_at, now))
        return Visit(person, session, is_renewed=True)

    def of(self, reader: ReaderId) -> tuple[Session, ...]:
        """Return a reader's sessions that have not ended, the one seen last first."""
        now = self.clock.now()
        with self.storage.reading() as work:
            return tuple(one for one in work.sessions.of(reader) if one.expires_at > now)

    def end(self, reader: ReaderId, session: int) -> None:
        """End a session of this reader; nothing happens when there is none."""
        with self.storage.writing() as work:
            work.sessions.remove(reader, SessionId(session))

    def end_all(self, reader: ReaderId, *, but: SessionId | None = None) -> None:
        """End every session of a reader, but for one."""
        with self.storage.writing() as work:
            work.sessions.remove_all(reader, but=but)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitations:
    """Links by which people make their own accounts."""

    storage: Storage
    clock: Clock
    passwords: Passwords

    def make(self, by: ReaderId, *, role: Role = Role.READER) -> str:
        """Return the secret of a new invitation, which can be used once within a week.

        Raises:
            PersonUnknown: whoever invites has no account.
        """
        now, secret = self.clock.now(), new_token()
        entry = Invitation(
            id=InvitationId(0), role=role, made_by=by, created_at=now, expires_at=now + INVITED
        )
        with self.storage.writing() as work:
            accounts.get(work, by)
            work.invitations.forget(before=now)
            work.invitations.add(fingerprint(secret), entry)
        return secret

    def open(self) -> tuple[Invitation, ...]:
        """Return those that can still be used."""
        with self.storage.reading() as work:
            return work.invitations.open(now=self.clock.now())

    def look(self, secret: str) -> Invitation:
        """Return an invitation that can be used.

        Raises:
            InvitationUnknown: there is none.
        """
        with self.storage.reading() as work:
            found = work.invitations.by_token(fingerprint(secret))
        if found is None or found.expires_at <= self.clock.now():
            raise InvitationUnknown
        return found

    def accept(self, secret: str, name: str, password: str) -> Reader:
        """Make the account that an invitation is for, and use the invitation up.

        Raises:
            AccountRefused: the name is taken or cannot be one, or the password is too short.
            InvitationUnknown: the invitation cannot be used.
        """
        invitation = self.look(secret)
        name = accounts.tidy_name(name)
        accounts.check_password(password, name)
        reader = Reader(
            id=ReaderId(0),
            name=name,
            role=invitation.role,
            created_at=self.clock.now(),
            password=self.passwords.hash(password),
        )
        with self.storage.writing() as work:
            if not work.invitations.remove(invitation.id):
                raise InvitationUnknown
            return accounts.make(work, reader)

    def take_back(self, invitation: int) -> None:
        """Make an invitation useless; nothing happens when it is gone."""
        with self.storage.writing() as work:
            work.invitations.remove(InvitationId(invitation))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokens:
    """What programs show to read and mark as a reader."""

    storage: Storage
    clock: Clock

    def make(self, reader: ReaderId, name: str) -> str:
        """Return a new token of a reader's.

        Raises:
            AccountRefused: it has no name, or too long a one, or there are too many.
            PersonUnknown: the reader has no account.
        """
        label = " ".join(name.split())
        if not label:
            raise AccountRefused("give the token a name, so that you know it again")
        if len(label) > LONGEST_LABEL:
            raise AccountRefused(f"the name of a token may have {LONGEST_LABEL} characters")
        secret = new_token()
        entry = ApiToken(id=ApiTokenId(0), reader=reader, name=label, created_at=self.clock.now())
        with self.storage.writing() as work:
            accounts.get(work, reader)
            if len(work.api_tokens.of(reader)) >= MOST_TOKENS:
                raise AccountRefused(f"there are {MOST_TOKENS} tokens; remove one first")
            work.api_tokens.add(fingerprint(secret), entry)
        return secret

    def reader(self, secret: str) -> Reader | None:
        """Return whose token this is, and note now and then that it is used; None for nobody's."""
        now = self.clock.now()
        with self.storage.reading() as work:
            entry = work.api_tokens.by_token(fingerprint(secret))
            if entry is None:
                return None
            person = accounts.get(work, entry.reader)
        if entry.used_at is None or now - entry.used_at >= RENEWED:
            with self.storage.writing() as work:
                work.api_tokens.used(entry.id, at=now)
        return person

    def of(self, reader: ReaderId) -> tuple[ApiToken, ...]:
        """Return a reader's tokens, the oldest first."""
        with self.storage.reading() as work:
            return work.api_tokens.of(reader)

    def remove(self, reader: ReaderId, entry: int) -> None:
        """Make a token of this reader useless; nothing happens when there is none."""
        with self.storage.writing() as work:
            work.api_tokens.remove(reader, ApiTokenId(entry))
