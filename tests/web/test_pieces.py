"""The pieces that pages have a hundred of: what is kept of them, and what never is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, g, render_template_string
from markupsafe import Markup

from tests.fakes import NOON
from tests.web.fake_reading import make_services
from web.factory import create_app
from web.pieces import Shelf, time_tag
from web.zones import zone_named

PAGE = """{% macro line(at, text) %}<p>{{ when(at) }} {{ text }}</p>{% endmacro %}
{% macro pair(at) %}{{ kept(line, at, "one") }}{{ kept(line, at, "two") }}{% endmacro %}
{{ kept(pair, at) }}{{ kept(line, at, text) }}"""


class Making:
    """A macro that counts how often it is called."""

    name = "line"

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, *values: object) -> Markup:
        self.calls += 1
        return Markup("<p>{}</p>").format(*values)


@pytest.fixture
def shown() -> Callable[..., str]:
    app: Flask = create_app(make_services())

    def show(text: str = "", *, minutes: int = 0) -> str:
        with app.test_request_context():
            g.now, g.zone = NOON + timedelta(minutes=minutes), zone_named("Europe/Oslo")
            return render_template_string(PAGE, at=NOON - timedelta(minutes=5), text=text)

    return show


def test_piece_is_made_once_for_the_same_values_in_the_same_place() -> None:
    shelf, making = Shelf(), Making()
    places = [("Oslo", NOON.date()), ("Oslo", NOON.date()), ("Apia", NOON.date())]

    pieces = [shelf.piece(making, ("a <b>",), place, now=NOON, here=str) for place in places]

    assert (set(pieces), making.calls) == ({Markup("<p>a &lt;b&gt;</p>")}, 2)
    shelf.piece(making, ("another",), places[0], now=NOON, here=str)
    assert making.calls == 3


def test_pieces_that_were_not_shown_for_longest_make_room() -> None:
    shelf, making = Shelf(most=25), Making()

    def show(*values: str) -> int:
        for value in values:
            shelf.piece(making, (value,), "Oslo", now=NOON, here=str)
        return making.calls

    assert show("one", "two", "one", "two") == 2
    assert show("one", "six", "one") == 3
    assert show("two") == 4
    assert show("a text that alone is too long", "one") == 6


def test_kept_piece_tells_anew_how_long_ago_it_was(shown: Callable[..., str]) -> None:
    first, later = shown("three"), shown("three", minutes=60)

    assert (first.count("5 minutes ago"), later.count("an hour ago")) == (3, 3)
    assert first.replace("5 minutes ago", "an hour ago") == later


def test_kept_piece_leads_back_to_the_page_that_it_stands_on() -> None:
    app = create_app(make_services())
    page = (
        '{% macro way(n) %}<a href="/rules?of={{ n }}&amp;back={{ here_quoted() }}">{{ here() }}</a>'
        "{% endmacro %}{{ way(1) }}{{ kept(way, 1) }}"
    )

    def shown(address: str) -> list[str]:
        with app.test_request_context(address):
            g.now, g.zone = NOON, zone_named("Europe/Oslo")
            return str(render_template_string(page)).split("</a>")[:2]

    first, second = shown("/search?q=a+%26+b"), shown("/")

    assert first == ['<a href="/rules?of=1&amp;back=%2Fsearch%3Fq%3Da%2B%2526%2Bb">/search?q=a+%26+b'] * 2
    assert second == ['<a href="/rules?of=1&amp;back=%2F">/'] * 2


@pytest.mark.parametrize(
    "number", ["1", "99999999999999999", "-9999999999999999", "x", "1" * 40, "", "here", "back"]
)
def test_text_with_the_characters_of_kept_times_does_no_harm(shown: Callable[..., str], number: str) -> None:
    page = shown(f"before \x02{number}\x03 <i>after</i>")

    assert "before " in page
    assert "&lt;i&gt;after&lt;/i&gt;" in page


def test_time_tells_the_moment_in_words_and_in_full() -> None:
    oslo = zone_named("Europe/Oslo")

    told = time_tag(NOON - timedelta(hours=3), NOON, oslo, dated=False)

    assert told == (
        '<time datetime="2026-03-14T09:00:00Z" title="Saturday 14 March 2026, 10:00 CET (first seen; the '
        'feed gave no usable date)">first seen <span class="relative">3 hours ago</span>&nbsp;· '
        '<span class="absolute">10:00</span></time>'
    )
