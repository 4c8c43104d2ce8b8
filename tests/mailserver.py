"""A real SMTP server on 127.0.0.1 that takes mails, and fails in the ways that a test asks for."""

import asyncio
import socket
import ssl
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from threading import Lock
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SERVER
from aiosmtpd.smtp import AuthResult, Envelope, Session

DROP = "drop"
"""Take the mail, and hang up before saying so."""
SLOW = "slow"
"""Say nothing for longer than anybody waits."""


@dataclass
class MailServer:
    """What came in. `answers` are given to the next recipients, `endings` to the next mails; then 250."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    endings: deque[str] = field(default_factory=deque)
    greetings: int = 0
    users: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SERVER, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        self.greetings += 1
        session.host_name = name
        return lines

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SERVER, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.popleft() if self.answers else "250 OK"
        if answer == SLOW:
            await asyncio.sleep(30)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SERVER, session: Session, envelope: Envelope) -> str:  # noqa: N802
        ending = self.endings.popleft() if self.endings else "250 OK"
        if ending == SLOW:
            await asyncio.sleep(30)
        if ending == DROP or ending.startswith("250"):
            with self.lock:
                self.mails.append(cast(bytes, envelope.original_content))
        if ending == DROP:
            assert server.transport is not None
            server.transport.abort()
        return ending

    def parsed(self) -> list[EmailMessage]:
        """Return the mails that came in."""
        return [cast(EmailMessage, message_from_bytes(one, policy=SMTP)) for one in self.mails]

    def ids(self) -> Counter[str]:
        """Return how often each Message-ID came in."""
        return Counter(str(one["Message-ID"]) for one in self.parsed())


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def mail_server(
    *,
    certificate: ssl.SSLContext | None = None,
    implicit_tls: bool = False,
    login: tuple[str, str] | None = None,
) -> Iterator[MailServer]:
    """Serve on a free port until the block ends; with a certificate, STARTTLS is asked for."""
    server = MailServer(port=free_port())

    def check(_: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        server.users.append(given[0])
        return AuthResult(success=given == login, handled=given == login)

    controller = Controller(
        server,
        hostname=server.host,
        port=server.port,
        ssl_context=certificate if implicit_tls else None,
        tls_context=None if implicit_tls else certificate,
        require_starttls=certificate is not None and not implicit_tls,
        auth_required=login is not None,
        auth_require_tls=True,
        authenticator=check if login else None,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
