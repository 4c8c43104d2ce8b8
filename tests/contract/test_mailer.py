"""What every mailer promises: a value for each mail, never an exception, and the mail as it was given."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from aggregator.digests.dkim import open_dkim
from aggregator.digests.mail import Deferred, FolderMailer, Handed, Mail, Mailer, SmtpMailer
from aggregator.domain.errors import MailKeyUnusable
from tests.fakes import OutboxMailer
from tests.mailserver import mail_server

pytestmark = pytest.mark.loopback

BODY = b"From: news@orsholm.example\r\nSubject: A try\r\n\r\n.hidden dots\r\n.\r\nend\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A mailer, and what it has taken out."""

    mailer: Mailer
    taken: Callable[[], list[bytes]]


@contextmanager
def way(kind: str, folder: Path) -> Iterator[Way]:
    if kind == "smtp":
        with mail_server() as server:
            mailer = SmtpMailer(host=server.host, port=server.port, security="none", timeout=20)
            yield Way(mailer=mailer, taken=lambda: list(server.mails))
    elif kind == "folder":
        yield Way(
            mailer=FolderMailer(folder=folder / "mail"),
            taken=lambda: [file.read_bytes() for file in sorted((folder / "mail").iterdir())],
        )
    else:
        outbox = OutboxMailer()
        yield Way(mailer=outbox, taken=lambda: [mail.message for mail in outbox.mails])


@pytest.fixture(params=["smtp", "folder", "outbox"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with way(request.param, tmp_path) as one:
        yield one


def make_mail(number: int = 1) -> Mail:
    return Mail(
        message_id=f"{number}@orsholm.example",
        sender="Broadfold <news@orsholm.example>",
        recipient="marta@orsholm.example",
        message=BODY,
    )


def test_mail_arrives_byte_for_byte(opened: Way) -> None:
    with opened.mailer.session() as hand:
        assert hand(make_mail()) == Handed()
    assert opened.taken() == [BODY]


def test_session_takes_several_mails(opened: Way) -> None:
    with opened.mailer.session() as hand:
        assert [hand(make_mail(number)) for number in range(3)] == [Handed()] * 3
    assert len(opened.taken()) == 3


def test_session_without_mails_is_fine(opened: Way) -> None:
    with opened.mailer.session():
        pass


@pytest.mark.parametrize("kind", ["smtp", "folder"])
def test_what_cannot_be_reached_defers_every_mail(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    mailer: Mailer = (
        SmtpMailer(host="127.0.0.1", port=1, security="none", timeout=5)
        if kind == "smtp"
        else FolderMailer(folder=tmp_path / "file" / "mail")
    )
    with mailer.session() as hand:
        found = hand(make_mail())
    assert isinstance(found, Deferred)
    assert found.is_general


def test_mail_is_signed_with_a_key_that_receivers_can_check(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    sign = open_dkim(tmp_path / "key.pem", selector="broadfold", domain="orsholm.example")
    with FolderMailer(folder=tmp_path / "mail", sign=sign).session() as hand:
        listed = b"List-Unsubscribe: <https://x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        hand(Mail(message_id="1@x", sender="a@x", recipient="b@x", message=listed + BODY))
    (file,) = (tmp_path / "mail").iterdir()
    signed = file.read_bytes()

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"broadfold._domainkey.orsholm.example."
        return b"v=DKIM1; k=rsa; p=" + b64encode(public)

    assert dkim.verify(signed, dnsfunc=dns)
    assert not dkim.verify(signed.replace(b"One-Click", b"No-Click"), dnsfunc=dns)


def test_file_that_is_no_dkim_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(MailKeyUnusable, match="no RSA key"):
        open_dkim(tmp_path / "key.pem", selector="a", domain="b")
