"""API tokens: the rights of programs, by the hash of the token."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.domain.ids import ApiTokenId, ReaderId
from aggregator.domain.people import ApiToken
from aggregator.storage.tables_people import api_tokens


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """The tokens of every reader; `token` is always the hash of the secret."""

    connection: Connection

    def add(self, token: str, entry: ApiToken) -> None:
        """Store a token, whatever the number in it says."""
        self.connection.execute(
            api_tokens.insert().values(
                token=token, reader_id=entry.reader, name=entry.name, created_at=entry.created_at
            )
        )

    def by_token(self, token: str) -> ApiToken | None:
        """Return a token, or None."""
        row = self.connection.execute(select(api_tokens).where(api_tokens.c.token == token)).first()
        return None if row is None else _token_of(row)

    def of(self, reader: ReaderId) -> tuple[ApiToken, ...]:
        """Return a reader's tokens, the oldest first."""
        found = self.connection.execute(select(api_tokens).where(api_tokens.c.reader_id == reader))
        return tuple(sorted(map(_token_of, found), key=lambda one: one.id))

    def used(self, entry: ApiTokenId, *, at: datetime) -> None:
        """Note when a token was used (UTC)."""
        self.connection.execute(api_tokens.update().where(api_tokens.c.id == entry).values(used_at=at))

    def remove(self, reader: ReaderId, entry: ApiTokenId) -> None:
        """Remove a token of this reader."""
        mine = api_tokens.c.reader_id == reader
        self.connection.execute(api_tokens.delete().where(api_tokens.c.id == entry, mine))


def _token_of(row: Row[Any]) -> ApiToken:
    return ApiToken(
        id=ApiTokenId(row.id),
        reader=ReaderId(row.reader_id),
        name=row.name,
        created_at=row.created_at,
        used_at=row.used_at,
    )
