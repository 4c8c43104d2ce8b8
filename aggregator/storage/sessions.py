"""Sessions: the browsers in which somebody is logged in, by the hash of what their cookie holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ReaderId, SessionId
from aggregator.domain.people import Session
from aggregator.storage.tables_people import sessions


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of every reader; `token` is always the hash of the secret, never the secret."""

    connection: Connection

    def add(self, token: str, session: Session) -> None:
        """Store a session, whatever the number in it says."""
        self.connection.execute(
            sessions.insert().values(
                token=token,
                reader_id=session.reader,
                created_at=session.created_at,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
                agent=session.agent,
            )
        )

    def by_token(self, token: str) -> Session | None:
        """Return a session, ended or not, or None."""
        row = self.connection.execute(select(sessions).where(sessions.c.token == token)).first()
        return None if row is None else _session_of(row)

    def of(self, reader: ReaderId) -> tuple[Session, ...]:
        """Return a reader's sessions, the one seen last first."""
        found = self.connection.execute(select(sessions).where(sessions.c.reader_id == reader))
        return tuple(sorted(map(_session_of, found), key=lambda one: one.seen_at, reverse=True))

    def renew(self, session: SessionId, *, seen_at: datetime, expires_at: datetime) -> None:
        """Note that a session is in use."""
        changed = sessions.update().where(sessions.c.id == session)
        self.connection.execute(changed.values(seen_at=seen_at, expires_at=expires_at))

    def remove(self, reader: ReaderId, session: SessionId) -> None:
        """End a session of this reader."""
        mine = sessions.c.reader_id == reader
        self.connection.execute(sessions.delete().where(sessions.c.id == session, mine))

    def remove_all(self, reader: ReaderId, *, but: SessionId | None = None) -> None:
        """End every session of a reader, but for one."""
        gone = sessions.delete().where(sessions.c.reader_id == reader)
        self.connection.execute(gone if but is None else gone.where(sessions.c.id != but))

    def forget(self, *, before: datetime) -> None:
        """Remove the sessions that had ended by then (UTC)."""
        self.connection.execute(sessions.delete().where(sessions.c.expires_at <= before))


def _session_of(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        reader=ReaderId(row.reader_id),
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        agent=row.agent,
    )
