"""Invitations: links by which somebody may make an account, by the hash of what the link holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import InvitationId, ReaderId
from aggregator.domain.people import Invitation
from aggregator.domain.readers import Role
from aggregator.storage.tables_people import invitations


@dataclass(frozen=True, slots=True)
class Invitations:
    """The invitations that nobody has used; `token` is always the hash of the secret."""

    connection: Connection

    def add(self, token: str, invitation: Invitation) -> None:
        """Store an invitation, whatever the number in it says."""
        self.connection.execute(
            invitations.insert().values(
                token=token,
                role=invitation.role.value,
                made_by=invitation.made_by,
                created_at=invitation.created_at,
                expires_at=invitation.expires_at,
            )
        )

    def by_token(self, token: str) -> Invitation | None:
        """Return an invitation, ended or not, or None."""
        row = self.connection.execute(select(invitations).where(invitations.c.token == token)).first()
        return None if row is None else _invitation_of(row)

    def open(self, *, now: datetime) -> tuple[Invitation, ...]:
        """Return those that have not ended (UTC), the one that ends first first."""
        query = select(invitations).where(invitations.c.expires_at > now).order_by(invitations.c.expires_at)
        return tuple(map(_invitation_of, self.connection.execute(query)))

    def remove(self, invitation: InvitationId) -> bool:
        """Take an invitation back, or use it up; false when it is not there any more."""
        gone = invitations.delete().where(invitations.c.id == invitation).returning(invitations.c.id)
        return self.connection.execute(gone).first() is not None

    def forget(self, *, before: datetime) -> None:
        """Remove those that had ended by then (UTC)."""
        self.connection.execute(invitations.delete().where(invitations.c.expires_at <= before))


def _invitation_of(row: Row[Any]) -> Invitation:
    return Invitation(
        id=InvitationId(row.id),
        role=Role(row.role),
        made_by=ReaderId(row.made_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
