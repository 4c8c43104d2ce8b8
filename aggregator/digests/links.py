"""Links in mails that do something: signed, for one purpose, one reader and one thing, and for a time.

Pure. A link is not a login: whoever has it can do that one thing and nothing else. Following it shows a
page; only the button there acts, because mail scanners follow every link.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from aggregator.domain.errors import LinkExpired
from aggregator.domain.ids import ReaderId

GOOD_FOR = timedelta(days=60)
"""Two months: longer than anybody lets a digest lie, shorter than a mailbox is kept."""
CONFIRM_FOR = timedelta(days=3)
SIGNATURE = 22
"""Signs of the signature: 132 bits."""


class Purpose(StrEnum):
    """What a link does."""

    UNSUBSCRIBE = "u"
    CONFIRM = "c"
    READ = "r"
    MUTE = "m"
    WRONG = "w"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a link lets its holder do: `target` is the number of a schedule, address or story."""

    purpose: Purpose
    reader: ReaderId
    target: int


def sign(key: bytes, deed: Deed, *, until: datetime) -> str:
    """Return the token of a link that is good until a moment (UTC)."""
    body = f"{deed.purpose.value}-{deed.reader:x}-{deed.target:x}-{int(until.timestamp()):x}"
    return f"{body}-{_signature(key, body)}"


def read(key: bytes, token: str, *, now: datetime) -> Deed:
    """Return what a token lets its holder do.

    Raises:
        LinkExpired: it is too old, changed, or none of ours.
    """
    parts = token.split("-", 4)
    body = "-".join(parts[:4])
    if len(parts) != 5 or not hmac.compare_digest(_signature(key, body).encode(), parts[4].encode()):
        raise LinkExpired
    purpose, reader, target, until = parts[:4]
    if datetime.fromtimestamp(int(until, 16), UTC) < now:
        raise LinkExpired
    return Deed(purpose=Purpose(purpose), reader=ReaderId(int(reader, 16)), target=int(target, 16))


def _signature(key: bytes, body: str) -> str:
    digest = hmac.digest(key, body.encode(), sha256)
    return urlsafe_b64encode(digest).decode()[:SIGNATURE]
