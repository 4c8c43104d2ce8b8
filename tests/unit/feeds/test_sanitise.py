"""What of a body is shown, and what text it holds."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.sanitise import clean, to_line, to_text

BASE = "https://lantern.example/news/bridge"
REL = 'rel="noopener noreferrer nofollow"'
RUNS = re.compile(
    r"<(?:script|style|iframe|form|input|svg|object)\b|<[^>]*\son\w+=|<[^>]*=\"\s*javascript:", re.IGNORECASE
)
SCRAPS = [
    "<", ">", "<p>", "</p>", "<script>", "</script>", "<b", '"', "=", " ", "a", "&lt;", "&", "<br>",
    '<img src="', "<!--", "-->", "<![CDATA[", "]]>", "\n", "\ud800", "\x00", "<svg>", "<style>", "</i>",
    '<i class="icon">', "<svg/onload=", '<a href="javascript:alert(1)">', "</a>", "<iframe src=x>", "<form>",
    "<noscript>", "<math>", "<title>", "<xmp>",
]  # fmt: skip
markup = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(SCRAPS), max_size=25).map("".join))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>The operation ends.</p><p>Karsha waits.</p>", "The operation ends.\n\nKarsha waits."),
        ("<div>One.<div>Two.</div>Three.</div>", "One.\n\nTwo.\n\nThree."),
        ("<h2>Head</h2>Body", "Head\n\nBody"),
        ("<section>One.</section><section>Two.</section>", "One.\n\nTwo."),
        ("<form>One.</form><form>Two.</form><nav>Three.</nav>", "One.\n\nTwo.\n\nThree."),
        ("First line<br>second line<br/><br/>Next", "First line\nsecond line\n\nNext"),
        ("<ul><li>one<li>two</ul>after", "one\ntwo\n\nafter"),
        ("<table><tr><td>Ash</td><td>3</td></tr><tr><td>Oak</td><td>1</td></tr></table>", "Ash 3\nOak 1"),
        ("Room for <a href='/x'>common ground</a>, <em>perhaps</em>.", "Room for common ground, perhaps."),
        ("<p>A <b>bold</b>ly <span>set</span> word</p>", "A boldly set word"),
        ("<script>let a = '<p>no</p>';</script><style>p{}</style>yes", "yes"),
        ('<img src="/clock.svg" alt="time">an hour ago', "an hour ago"),
        ('<i class="material-icons">schedule</i>an hour ago', "an hour ago"),
        ('<span class="icon icon-time" aria-hidden="true">time</span>an hour ago', "an hour ago"),
        ("<svg><title>time</title></svg>an hour ago", "an hour ago"),
        ("AT&amp;T &ndash; caf&eacute; &#8220;x&#8221;&nbsp;y", "AT&T – café “x” y"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("profit <5% and x<y z", "profit <5% and x<y z"),
        ("a<b and c>d", "a<b and c>d"),
        ("it breaks off <a", "it breaks off <a"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("One  block\nof   text.\n\nAnother.", "One block of text.\n\nAnother."),
        ("Follow us:\nLantern Radio", "Follow us:\nLantern Radio"),
        ("<![CDATA[wrapped]]>", "wrapped"),
        ("co\u00adoperate", "cooperate"),
        ("", ""),
    ],
)
def test_text_reads_as_the_page_does(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("Bridge <em>closed</em>", "Bridge closed"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("&amp;lt;i&amp;gt;Petrel&amp;lt;/i&amp;gt; sails", "Petrel sails"),
        ("Economy fell into \n\t\t\n recession", "Economy fell into recession"),
        ("Is 3 < 4?", "Is 3 < 4?"),
    ],
)
def test_titles_become_one_plain_line(html: str, line: str) -> None:
    assert to_line(html) == line


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<p onclick="x()" style="color:red" class="q" id="z">a</p>', "<p>a</p>"),
        (
            "<script>x</script><style>y</style><iframe src='https://x.example'></iframe>a<form><input>b</form>",
            "a<div>b</div>",
        ),
        ('<a href="../map?utm_source=rss">m</a>', f'<a href="https://lantern.example/map" {REL}>m</a>'),
        ('<a href="javascript:alert(1)">m</a>', f"<a {REL}>m</a>"),
        ('<a href="data:text/html,x">m</a>', f"<a {REL}>m</a>"),
        ('<a href="mailto:desk@lantern.example">m</a>', f'<a href="mailto:desk@lantern.example" {REL}>m</a>'),
        (
            '<img src="/a.jpg" alt="The bridge" onerror="x()">',
            '<img src="https://lantern.example/a.jpg" alt="The bridge">',
        ),
        ('<p>a<img src="https://count.example/b.gif" width="1" height="1"></p>', "<p>a</p>"),
        (
            '<img src="data:image/gif;base64,AA" data-src="/b.jpg" alt="Quay">',
            '<img src="https://lantern.example/b.jpg" alt="Quay">',
        ),
        (
            '<img src="/icons/clock.png" alt="time">',
            '<img src="https://lantern.example/icons/clock.png" alt="">',
        ),
        (
            '<img src="/c.png" alt="Clock" width="16" height="16">',
            '<img src="https://lantern.example/c.png" alt="" width="16" height="16">',
        ),
        (
            '<img class="wp-smiley" src="/s.png" alt=":)">',
            '<img src="https://lantern.example/s.png" alt=":)">',
        ),
        ("<p>a</p><p>&nbsp;</p><p><span></span></p><div><p></p></div>", "<p>a</p>"),
        ("line one.\n\nline two.", "<p>line one.</p><p>line two.</p>"),
        ("3 < 4", "<p>3 &lt; 4</p>"),
    ],
)
def test_only_safe_markup_is_kept(html: str, kept: str) -> None:
    assert clean(html, base=BASE) == kept


def test_markup_nested_without_end_is_shown_as_text_in_good_time() -> None:
    started = time.monotonic()
    assert to_text("<div>" * 50_000 + "deep") == "deep"
    assert time.monotonic() - started < 10


@given(markup)
def test_text_never_fails_and_never_holds_stray_space(html: str) -> None:
    text = to_text(html)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "\t" not in text


@given(markup)
def test_cleaned_html_holds_nothing_that_runs(html: str) -> None:
    assert not RUNS.search(clean(html, base=BASE))
