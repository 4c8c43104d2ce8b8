"""Secrets of the digest: made once, kept in files that only their owner can read."""

import os
import secrets
from functools import cache
from pathlib import Path

from aggregator.domain.errors import MailKeyUnusable

KEY_BYTES = 32


@cache
def link_key(file: Path) -> bytes:
    """Return the key that signs links, made at its first use when its file is missing.

    Raises:
        MailKeyUnusable: the file can be neither read nor made, or is too short for a key.
    """
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            _make(file)
        found = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no key"
        raise MailKeyUnusable(file, reason) from error
    if len(found) < KEY_BYTES // 2:
        raise MailKeyUnusable(file, "it is too short for a key")
    return found


def _make(file: Path) -> None:
    """Make the file whole or not at all; another process may do so at the same time, and is as good."""
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(secrets.token_hex(KEY_BYTES) + "\n")
    try:
        if not file.exists():
            os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def secret_of(file: Path) -> str:
    """Return the first line of a file with a password.

    Raises:
        MailKeyUnusable: it cannot be read, or is empty.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not text"
        raise MailKeyUnusable(file, reason) from error
    if not lines or not lines[0]:
        raise MailKeyUnusable(file, "it is empty")
    return lines[0]
