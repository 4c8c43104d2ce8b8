"""Bytes to text, and dates to moments."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.dates import utc_of
from aggregator.feeds.encoding import Decoded, decode

WORDS = "Café naïve €"


def declared(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?><t>{WORDS}</t>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (declared("utf-8").encode(), None),
        (WORDS.encode(), "application/xml"),
        (declared("windows-1252").encode("windows-1252"), None),
        (WORDS.encode("iso-8859-15"), "text/xml; charset=iso-8859-15"),
        (declared("utf-16").encode("utf-16"), "text/xml"),
        (declared("utf-16").encode("utf-16-be"), None),
        (b"\xef\xbb\xbf" + WORDS.encode(), "text/xml; charset=iso-8859-1"),
        (declared("iso-8859-15").encode("iso-8859-15"), "text/xml; charset=iso-8859-15"),
    ],
)
def test_declared_encodings_are_read_without_a_warning(body: bytes, content_type: str | None) -> None:
    decoded = decode(body, content_type)
    assert (WORDS in decoded.text, decoded.warning) == (True, None)


def test_latin_bytes_declared_as_utf8_are_read_with_a_warning() -> None:
    body = declared("utf-8").encode("windows-1252")
    warning = "The feed is declared as utf-8 but is not; it was read as windows-1252."
    assert decode(body, None) == Decoded(text=declared("utf-8"), warning=warning)


def test_utf8_bytes_under_a_servers_default_charset_are_read_with_a_warning() -> None:
    warning = "The feed is declared as ISO-8859-1 but is not; it was read as utf-8."
    assert decode(WORDS.encode(), "text/xml; charset=ISO-8859-1") == Decoded(text=WORDS, warning=warning)


def test_the_document_is_believed_before_a_servers_latin_default() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?>Мост'.encode("windows-1251")
    assert decode(body, "text/xml; charset=iso-8859-1").text.endswith("Мост")


def test_latin_bytes_without_any_declaration_are_read_with_a_warning() -> None:
    warning = "The feed declares no encoding and is not utf-8; it was read as windows-1252."
    assert decode(WORDS.encode("windows-1252"), None) == Decoded(text=WORDS, warning=warning)


def test_one_cut_character_does_not_make_utf8_latin() -> None:
    decoded = decode(WORDS.encode() + b"\xc3", "text/xml; charset=utf-8")
    assert decoded.text == WORDS + "\ufffd"
    assert decoded.warning == "Some characters are not valid utf-8; they are shown as \ufffd."


def test_an_unknown_encoding_is_told() -> None:
    assert decode(declared("klingon").encode(), None).warning == (
        "The feed is declared as klingon but is not; it was read as utf-8."
    )


@given(
    st.binary(max_size=200), st.sampled_from([None, "text/xml; charset=zip", "x; charset=utf-16", "charset="])
)
def test_any_bytes_become_some_text(body: bytes, content_type: str | None) -> None:
    assert isinstance(decode(body, content_type).text, str)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2031-03-14T12:00:00+02:00", datetime(2031, 3, 14, 10, tzinfo=UTC)),
        ("2031-03-14 12:00", datetime(2031, 3, 14, 12, tzinfo=UTC)),
        ("14 March 2031 12:30", datetime(2031, 3, 14, 12, 30, tzinfo=UTC)),
        ("March 14, 2031 09:05 PM", datetime(2031, 3, 14, 21, 5, tzinfo=UTC)),
        ("14.03.2031 12:00", datetime(2031, 3, 14, 12, tzinfo=UTC)),
        ("Fri, 14 Mar 2031 12:00:00 AEST", datetime(2031, 3, 14, 2, tzinfo=UTC)),
        ("Fri, 14 Mar 2031 12:00:00 IST", datetime(2031, 3, 14, 6, 30, tzinfo=UTC)),
        ("1931262000", datetime(2031, 3, 14, 13, 40, tzinfo=UTC)),
        ("1931262000000", datetime(2031, 3, 14, 13, 40, tzinfo=UTC)),
        ("yesterday", None),
        ("0000-00-00 00:00:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_that_feedparser_misreads_are_read(raw: str | None, moment: datetime | None) -> None:
    assert utc_of(raw) == moment


def test_feedparsers_reading_is_believed() -> None:
    assert utc_of("x", (2031, 3, 14, 12, 0, 60, 4, 73, 0)) == datetime(2031, 3, 14, 12, 0, 59, tzinfo=UTC)
    assert utc_of("x", (0, 13, 40, 0, 0, 0, 0, 0, 0)) is None


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_none(raw: str) -> None:
    moment = utc_of(raw)
    assert moment is None or moment.tzinfo is UTC
