"""Passwords and other secrets: how they are hashed and compared; nothing here is ever logged.

Passwords are hashed by argon2id (RFC 9106) with the parameters of argon2-cffi, which follow that
document's second recommended option. Tokens have 256 random bits, so a plain SHA-256 of them is enough.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from argon2 import PasswordHasher

TOKEN_BYTES = 32


class Verdict(NamedTuple):
    """Whether a password is right; `again` when it should be hashed anew, with today's parameters."""

    is_right: bool
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """Hash passwords and compare them; `hasher` None is argon2-cffi's own, made at the first use."""

    hasher: "PasswordHasher | None" = None

    def hash(self, password: str) -> str:
        """Return the hash of a password, with its salt and parameters."""
        return self._hasher().hash(password)

    def compare(self, stored: str | None, password: str) -> Verdict:
        """Compare a password with a hash. Without one it takes just as long, and is never right."""
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._hasher()
        # Made for known names, too: else the first unknown one would take twice as long.
        nobody = _nobody(hasher)
        try:
            hasher.verify(stored or nobody, password)
        except (VerificationError, InvalidHashError):
            return Verdict(is_right=False)
        return Verdict(is_right=stored is not None, again=hasher.check_needs_rehash(stored or nobody))

    def _hasher(self) -> "PasswordHasher":
        return self.hasher or _own_hasher()


@lru_cache
def _own_hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache
def _nobody(hasher: "PasswordHasher") -> str:
    """Return the hash of a password that nobody knows."""
    return hasher.hash(new_token())


def new_token() -> str:
    """Return a new secret of 256 random bits in letters that addresses and cookies may hold."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """Return what is stored of a token: by it the token can be found, and not be made."""
    return sha256(token.encode()).hexdigest()
