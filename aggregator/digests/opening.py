"""Wires the room together from numbers and files; the composition root hands them over."""

import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aggregator.clock import Clock
from aggregator.digests.deliver import Deliver
from aggregator.digests.desk import Desk
from aggregator.digests.dkim import open_dkim
from aggregator.digests.keys import secret_of
from aggregator.digests.mail import FolderMailer, Mailer, Security, SmtpMailer, unsigned
from aggregator.digests.make import FindStories, Make
from aggregator.digests.message import domain_of
from aggregator.digests.press import Press
from aggregator.digests.send import SendDigests
from aggregator.domain.errors import MailKeyUnusable
from aggregator.domain.topics import Topic
from aggregator.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWay:
    """How mail leaves. A path is None where none is set; `smtp_host` is empty for a folder of files."""

    sender: str
    folder: Path
    smtp_host: str
    smtp_port: int
    smtp_security: Security
    smtp_user: str
    smtp_password_file: Path | None
    smtp_ca_file: Path | None
    timeout: float
    dkim_key_file: Path | None
    dkim_selector: str

    def mailer(self) -> Mailer:
        """Return what takes mails out.

        Raises:
            MailKeyUnusable: a file with a key, certificate or password cannot be used.
        """
        sign = unsigned if self.dkim_key_file is None else open_dkim(
            self.dkim_key_file, selector=self.dkim_selector, domain=domain_of(self.sender)
        )  # fmt: skip
        if not self.smtp_host:
            return FolderMailer(folder=self.folder, sign=sign)
        password = None if self.smtp_password_file is None else secret_of(self.smtp_password_file)
        return SmtpMailer(
            host=self.smtp_host,
            port=self.smtp_port,
            security=self.smtp_security,
            user=self.smtp_user,
            password=password,
            timeout=self.timeout,
            context=None if self.smtp_ca_file is None else trusting(self.smtp_ca_file),
            sign=sign,
        )


def trusting(file: Path) -> ssl.SSLContext:
    """Return what checks certificates against those of a PEM file.

    Raises:
        MailKeyUnusable: it cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=str(file))
    except OSError as error:
        raise MailKeyUnusable(file, error.strerror or "it holds no certificate") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """The two services of the room: `send` makes and sends what is due, `desk` answers pages and commands."""

    send: SendDigests
    desk: Desk


def open_digests(
    storage: Storage,
    clock: Clock,
    *,
    topics: Sequence[Topic],
    owner: str,
    press: Press,
    find: FindStories,
    zone: str,
    mailer: Mailer | None,
    lease_for: timedelta,
    give_up: timedelta,
    keep: timedelta,
) -> Digests:
    """Return the services of the room; `mailer` is None where no mail leaves, `find` finds saved searches."""
    make = Make(
        storage=storage,
        clock=clock,
        press=press,
        find=find,
        topics=topics,
        owner=owner,
        lease_for=lease_for,
        is_mailing=mailer is not None,
    )
    deliver = None if mailer is None else Deliver(
        storage=storage, clock=clock, mailer=mailer, sender=press.sender, owner=owner,
        lease_for=lease_for, give_up=give_up, jitter=random.random,
    )  # fmt: skip
    send = SendDigests(storage=storage, clock=clock, make=make, deliver=deliver, keep=keep)
    return Digests(send=send, desk=Desk(storage=storage, clock=clock, make=make, zone=zone))
