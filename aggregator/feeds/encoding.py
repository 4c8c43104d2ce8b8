"""Which characters a feed's bytes stand for: takes the body and the declared encodings, gives text.

Order of belief: byte order mark, then the HTTP charset, then the XML declaration (RFC 7303 section 3);
but bytes that are valid UTF-8 are UTF-8 whatever a server's default says, since text in another
encoding is hardly ever valid UTF-8 by chance.
"""

import codecs
import re
from dataclasses import dataclass

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "<?" without a mark (XML 1.0 appendix F)
_UNMARKED = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']\s*([A-Za-z][\w.:-]*)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)

# What browsers read under these labels: the larger set (WHATWG Encoding Standard, "names and labels").
_LARGER = {
    "iso8859-1": "windows-1252", "ascii": "windows-1252", "iso8859-9": "windows-1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "big5": "big5hkscs",
}  # fmt: skip
# Seven-bit encodings whose bytes are valid UTF-8 by construction.
_SEVEN_BIT = ("iso2022", "hz", "utf-7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The text of a body; `warning` tells when it was not what the server or the document declared."""

    text: str
    warning: str | None = None


def decode(body: bytes, content_type: str | None) -> Decoded:
    """Return the text of a feed's body; never raises, bytes that fit nothing become U+FFFD."""
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _read(body[len(mark) :], name, None)
    for start, name in _UNMARKED:
        if body.startswith(start):
            return _read(body, name, None)
    declared = _declared(body, content_type)
    said = next(iter(declared), None)
    if (
        not any(name.startswith(_SEVEN_BIT) for name in declared.values())
        and _strict(body, "utf-8") is not None
    ):
        fits = said is None or body.isascii() or declared[said] == "utf-8"
        return _read(body, "utf-8", None if fits and (said is None or declared[said]) else said)
    for name in declared.values():
        if name not in ("", "utf-8") and (text := _strict(body, name)) is not None:
            fits = said is not None and declared[said] == name
            return Decoded(text=text, warning=None if fits else _disagreement(said, name))
    name = _likeliest(body)
    fits = name == (declared[said] if said else "utf-8")
    return _read(body, name, None if fits else said or "")


def _declared(body: bytes, content_type: str | None) -> dict[str, str]:
    """Return the encodings that header and document declare, with Python's names ("" if unknown)."""
    labels = [found[1] for found in [_CHARSET.search(content_type or "")] if found]
    labels += [found[1].decode("ascii", "replace") for found in [_DECLARATION.search(body[:1024])] if found]
    # Latin-1 is what servers send when nobody set anything: believed after whatever else is declared.
    names = ((label, _python_name(label)) for label in labels)
    return dict(sorted(names, key=lambda pair: pair[1] == "windows-1252"))


def _python_name(label: str) -> str:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    return _LARGER.get(name, name)


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):  # LookupError: a codec that is not for text, such as "zip"
        return None


def _likeliest(body: bytes) -> str:
    """Return utf-8 when most of the bytes beyond ASCII are valid in it (one was cut), else windows-1252."""
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - broken
    return "utf-8" if whole > broken else "windows-1252"


def _read(body: bytes, name: str, said: str | None) -> Decoded:
    """Return the body read as `name`; `said` is the declaration it contradicts, "" a missing one."""
    text = body.decode(name, "replace")
    if said is not None:
        return Decoded(text=text, warning=_disagreement(said, name))
    if "\ufffd" in text and _strict(body, name) is None:
        return Decoded(text=text, warning=f"Some characters are not valid {name}; they are shown as \ufffd.")
    return Decoded(text=text)


def _disagreement(said: str | None, name: str) -> str:
    if said:
        return f"The feed is declared as {said} but is not; it was read as {name}."
    return f"The feed declares no encoding and is not utf-8; it was read as {name}."
