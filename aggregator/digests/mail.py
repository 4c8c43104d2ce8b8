"""How a mail leaves: by SMTP, or into a folder of .eml files.

A `Mailer` opens a session, and the session takes one mail at a time and says what became of it. What the
server does is a value, never an exception: a mail that could not be handed over waits for another try.
"""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Protocol

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is handed over. `message_id` is without angle brackets."""

    message_id: str
    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """The server, or the folder, has it."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now. `is_general`: it is the server that is in trouble, so that other mails need not be tried."""

    why: str
    is_general: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the server will not take mail for this address."""

    why: str


Delivery = Handed | Deferred | Refused
Hand = Callable[[Mail], Delivery]


class Mailer(Protocol):
    """Take mails out. Implementations: `SmtpMailer`, `FolderMailer`, and the outbox of the tests."""

    def session(self) -> AbstractContextManager[Hand]:
        """Open what can be used for several mails one after the other; a server is called at the first."""
        ...


Sign = Callable[[bytes], bytes]
"""Adds a DKIM signature to a mail."""


def unsigned(message: bytes) -> bytes:
    """Return the mail as it is."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMailer:
    """Writes each mail as a file, whole or not at all; the same mail twice is one file."""

    folder: Path
    sign: Sign = unsigned

    @contextmanager
    def session(self) -> Iterator[Hand]:
        """Write into the folder, which is made when it is missing."""
        yield self._hand

    def _hand(self, mail: Mail) -> Delivery:
        file = self.folder / f"{mail.message_id.partition('@')[0]}.eml"
        draft = file.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(self.sign(mail.message))
            draft.replace(file)
        except OSError as error:
            return Deferred(f"{self.folder} cannot be written ({error.strerror})", is_general=True)
        return Handed()


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Hands mails to a server, over one connection a session.

    `timeout` is seconds for each answer of the server. `password` is None where no login is wanted.
    Without `context`, certificates are checked against those of the system.
    """

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    context: ssl.SSLContext | None = None
    sign: Sign = unsigned

    @contextmanager
    def session(self) -> Iterator[Hand]:
        """Call the server at the first mail, and again should it hang up between two."""
        line = _Line(mailer=self)
        try:
            yield line.hand
        finally:
            line.hang_up()

    def connect(self) -> smtplib.SMTP:
        """Return a connection, secured and logged in.

        Raises:
            OSError, smtplib.SMTPException: the server cannot be reached, trusted or logged in to.
        """
        context = self.context or ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.password is not None:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


@dataclass(slots=True, kw_only=True)
class _Line:
    """The connection of a session."""

    mailer: SmtpMailer
    server: smtplib.SMTP | None = None

    def hand(self, mail: Mail) -> Delivery:
        if self.server is not None and not self._is_alive(self.server):
            self.hang_up()
        if self.server is None:
            try:
                self.server = self.mailer.connect()
            except (OSError, smtplib.SMTPException) as error:
                return Deferred(f"{self.mailer.host}:{self.mailer.port}: {reason(error)}", is_general=True)
        try:
            return _transact(self.server, mail, self.mailer.sign)
        except (OSError, smtplib.SMTPException) as error:
            self.hang_up()
            return Deferred(reason(error))

    @staticmethod
    def _is_alive(server: smtplib.SMTP) -> bool:
        """Return whether the server still listens; it may have hung up on a long wait."""
        try:
            return server.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def hang_up(self) -> None:
        """Say goodbye, if the server still listens."""
        server, self.server = self.server, None
        if server is not None:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()


def _transact(server: smtplib.SMTP, mail: Mail, sign: Sign) -> Delivery:
    """Hand over one mail, command by command, so that it is known which of them was refused."""
    server.ehlo_or_helo_if_needed()
    code, answer = server.mail(parseaddr(mail.sender)[1] or mail.sender)
    if code != 250:
        # Whom the server will not let send is a matter of the settings, not of this address.
        return Deferred(said(code, answer), is_general=True)
    code, answer = server.rcpt(mail.recipient)
    if code not in (250, 251):
        return _refusal(code, answer)
    try:
        code, answer = server.data(sign(mail.message))
    except smtplib.SMTPDataError as error:
        return _refusal(error.smtp_code, error.smtp_error)
    return Handed() if code == 250 else _refusal(code, answer)


def _refusal(code: int, answer: bytes | str) -> Delivery:
    # 421: the server closes the connection, whatever the mail (RFC 5321, section 4.2.3).
    if code >= 500:
        return Refused(said(code, answer))
    return Deferred(said(code, answer), is_general=code == 421)


def said(code: int, answer: bytes | str) -> str:
    """Return a server's answer in one short line, without what could be more than text."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    flat = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f"the server said {code} {flat[:160]}".rstrip()


def reason(error: OSError | smtplib.SMTPException) -> str:
    """Return half a sentence about what went wrong with the server."""
    if isinstance(error, smtplib.SMTPResponseException):
        return said(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection could be made ({error.reason})"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it hung up"
    if isinstance(error, smtplib.SMTPException):
        return str(error)[:160] or type(error).__name__
    return error.strerror or type(error).__name__
