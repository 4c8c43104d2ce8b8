"""A digest as the bytes of a mail, made once: headers, text part, HTML part; pure.

The headers are those of RFC 5322, of lists (RFC 2369, 2919), of one-click unsubscribing (RFC 8058) and
of mail that no person wrote (RFC 3834).
"""

from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address as Mailbox
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from aggregator.domain.errors import DigestRefused

LIMIT = 100_000
"""Bytes of a whole mail: Gmail cuts off what is beyond 102 kB."""
LONGEST_ADDRESS = 254
CRLF = "\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is around a digest. `sender` is a mailbox such as `Broadfold <news@example.org>`.

    `list_name` names the list to people, `list_key` to machines. `unsubscribe` is the https address that
    takes one click. `message_id` is without angle brackets; the same for every attempt.
    """

    sender: str
    recipient: str
    message_id: str
    at: datetime
    list_name: str = ""
    list_key: str = ""
    unsubscribe: str = ""


def address_of(text: str) -> str:
    """Return a bare mail address that can stand in a header.

    Raises:
        DigestRefused: it is none.
    """
    name, address = parseaddr(text.strip())
    local, _, domain = address.rpartition("@")
    plain = address.isascii() and all(33 <= ord(sign) < 127 for sign in address)
    if name or not local or ("." not in domain.strip(".") and domain != "localhost"):
        raise DigestRefused(f"“{text.strip()[:80]}” is no mail address")
    if not plain or len(address) > LONGEST_ADDRESS or address != text.strip():
        raise DigestRefused(f"“{text.strip()[:80]}” is no mail address that Broadfold can use")
    try:
        Mailbox(addr_spec=address)
    except (ValueError, IndexError) as error:
        raise DigestRefused(f"“{address}” is no mail address") from error
    return address


def domain_of(sender: str) -> str:
    """Return the domain of a mailbox, "localhost" when it has none."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def message_id(seed: str, sender: str) -> str:
    """Return the Message-ID of a mail, without angle brackets: the same whenever it is tried again."""
    return f"{sha256(seed.encode()).hexdigest()[:32]}@{domain_of(sender)}"


def compose(envelope: Envelope, *, subject: str, text: str, html: str = "") -> bytes:
    """Return the mail with its text part first, lines ended by CR and LF."""
    lines = [
        f"From: {formataddr(parseaddr(envelope.sender))}",
        f"To: {envelope.recipient}",
        f"Subject: {Header(' '.join(subject.split()), header_name='Subject').encode(linesep=CRLF)}",
        f"Date: {format_datetime(envelope.at)}",
        f"Message-ID: <{envelope.message_id}>",
        "Auto-Submitted: auto-generated",
    ]
    if envelope.unsubscribe:
        lines += _list_headers(envelope)
    lines.append("MIME-Version: 1.0")
    if not html:
        return _joined(lines) + _part(text, "plain")
    # A boundary that no part can hold: quoted-printable writes "=" as "=3D".
    boundary = f"=_{sha256(envelope.message_id.encode()).hexdigest()[:32]}"
    lines += ["Content-Type: multipart/alternative;", f' boundary="{boundary}"', ""]
    parts = [
        f"--{boundary}\r\n".encode() + _part(one, kind) for one, kind in ((text, "plain"), (html, "html"))
    ]
    return _joined(lines) + b"".join(parts) + f"--{boundary}--\r\n".encode()


def _list_headers(envelope: Envelope) -> list[str]:
    """Return the headers of lists, unfolded but for us: Python's own folding would encode a long address."""
    host = urlsplit(envelope.unsubscribe).hostname or domain_of(envelope.sender)
    mailto = parseaddr(envelope.sender)[1]
    return [
        # https first: what can do one click takes the first that it knows (RFC 2369, section 2).
        f"List-Unsubscribe: <{envelope.unsubscribe}>,",
        f" <mailto:{mailto}?subject=unsubscribe>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        f"List-Id: {Header(envelope.list_name).encode(linesep=CRLF)}",
        f" <{envelope.list_key}.{host}>",
        # Not in any RFC, but mail programs that answer by themselves look for it.
        "Precedence: bulk",
    ]


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _part(text: str, kind: str) -> bytes:
    body = b"".join(map(_line, text.splitlines()))
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    )
    return head.encode() + body


@lru_cache(maxsize=8192)
def _line(text: str) -> bytes:
    """Return a line as quoted-printable: most lines are those of stories, the same in many mails."""
    return b2a_qp(f"{text}\n".encode(), quotetabs=False, istext=True).replace(b"\n", b"\r\n")
