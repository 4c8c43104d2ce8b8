"""Addresses in plain texts become links, and nothing else of a text is markup."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.links import with_links

LONG = "https://lantern.example/" + 90 * "x"


def link(address: str, shown: str = "") -> str:
    return f'<a href="{address}" rel="nofollow noopener noreferrer">{shown or address}</a>'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("See https://lantern.example/a.", f"See {link('https://lantern.example/a')}."),
        ("(https://lantern.example/b_(c))", f"({link('https://lantern.example/b_(c)')})"),
        ("HTTP://Lantern.example!", f"{link('HTTP://Lantern.example')}!"),
        ("https://lantern.example/?a=1&b=2", link("https://lantern.example/?a=1&amp;b=2")),
        ('https://lantern.example/"onclick="x', f"{link('https://lantern.example/')}&#34;onclick=&#34;x"),
        ("javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"),
        ("<b>https://</b> & http://[", "&lt;b&gt;https://&lt;/b&gt; &amp; http://["),
        (LONG, link(LONG, LONG[:79] + "…")),
    ],
)
def test_only_addresses_of_web_pages_become_links(text: str, html: str) -> None:
    assert with_links(text) == html


@given(st.text(alphabet=st.sampled_from("<>&\"'ax:/.()[] \nhtps")).map(lambda s: s.replace("hs", "https://")))
def test_text_is_the_same_without_the_links(text: str) -> None:
    html = str(with_links(text))

    bare = re.sub(r'<a href="[^"<>]*" rel="nofollow noopener noreferrer">|</a>', "", html)

    assert "<" not in bare
    assert unescape(bare) == text
