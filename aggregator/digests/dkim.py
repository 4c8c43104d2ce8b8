"""DKIM (RFC 6376): sign mails, so that receivers can tell that they came from this domain as they are."""

from dataclasses import dataclass, field
from pathlib import Path

from aggregator.domain.errors import MailKeyUnusable

SIGNED = (
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type", b"auto-submitted",
    b"list-id", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""Both headers of one-click unsubscribing must be signed (RFC 8058, section 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSign:
    """Adds the signature. The public key stands in the DNS at `<selector>._domainkey.<domain>`."""

    selector: str
    domain: str
    key: bytes = field(repr=False)

    def __call__(self, message: bytes) -> bytes:
        """Return the mail with its signature in front."""
        import dkim

        head = message.partition(b"\r\n\r\n")[0].lower()
        there = [name for name in SIGNED if b"\r\n" + name + b":" in b"\r\n" + head]
        signature: bytes = dkim.sign(
            message,
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"simple"),
            include_headers=there,
        )
        return signature + message


def open_dkim(file: Path, *, selector: str, domain: str) -> DkimSign:
    """Return what signs with the private key of a PEM file, tried on a mail.

    Raises:
        MailKeyUnusable: the file cannot be read, or holds no RSA key.
    """
    import dkim

    try:
        made = DkimSign(selector=selector, domain=domain, key=file.read_bytes())
        made(b"From: a@localhost\r\n\r\nA try.\r\n")
    except OSError as error:
        raise MailKeyUnusable(file, error.strerror or "it cannot be read") from error
    except dkim.DKIMException as error:
        raise MailKeyUnusable(file, "it is no RSA key in PEM form") from error
    return made
