"""Marks and filters without a new page, the keys, and words that run from right to left."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import pytest_socket
from flask import Flask
from playwright.sync_api import Page, expect

from aggregator.domain.readers import PERSONAL, Shelf
from tests.browser import Sheet
from tests.web.fake_reading import FakeReading, make_card, make_front, make_services
from tests.web.living import Item, Living, living, rss
from web.factory import create_app

pytestmark = [pytest.mark.browser, pytest.mark.loopback, pytest.mark.xdist_group("browser")]

Opener = Callable[..., Sheet]
ARABIC = "إغلاق جسر الميناء بعد اكتشاف شق طوله 12 مترا"
BODY = "قال رئيس البلدية إن العبارات ستعمل طوال الليل"
HEBREW = "הגשר בנמל נסגר לאחר שנמצא סדק"
HEADLINES = ("Harbour bridge closed after divers find crack", "Otter seen in canal beside old paper mill")
FOCUSED = "[document.activeElement.tagName, document.activeElement.value ?? '']"


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Living]:
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with living(tmp_path) as one:
        items = [Item(title=title, body=f"<p>{title}.</p>") for title in HEADLINES]
        foreign = [
            Item(title=title, body=f"<blockquote>{BODY}</blockquote>", lang="ar")
            for title in (ARABIC, HEBREW)
        ]
        one.read(
            one.web.serve("/feed.xml", rss(items)),
            one.web.serve("/arabic.xml", rss(foreign, title="Dosht Times", first=10)),
        )
        yield one


@pytest.fixture
def site(alive: Living, serve: Callable[[Flask], str]) -> str:
    return serve(alive.site())


def unchanged(page: Page) -> bool:
    """Return whether the document is still the one that `page.evaluate('window.same = true')` was said to."""
    return bool(page.evaluate("window.same === true"))


@pytest.mark.parametrize(
    ("pressed", "becomes", "said"),
    [
        ("read", "unread", "Marked read"),
        ("save", "unsave", "Saved"),
        ("follow", "unfollow", "Followed"),
    ],
)
def test_button_marks_without_a_new_page_and_keeps_the_focus(
    site: str, open_page: Opener, pressed: str, becomes: str, said: str
) -> None:
    page = open_page(site).page
    page.evaluate("window.same = true")
    card = page.locator("article", has_text=HEADLINES[0]).first
    card.locator(f"button[value={pressed}]").focus()

    page.keyboard.press("Enter")
    expect(card.locator(f"button[value={becomes}]")).to_be_focused()
    expect(page.locator("#said")).to_have_text(f"{said}: {HEADLINES[0]}")
    page.keyboard.press("Enter")

    expect(card.locator(f"button[value={pressed}]")).to_be_focused()
    assert unchanged(page)


def test_m_and_s_mark_and_the_focus_stays_in_the_card(alive: Living, site: str, open_page: Opener) -> None:
    page = open_page(site).page
    page.evaluate("window.same = true")

    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("button[value=unread]")).to_have_count(1)
    page.keyboard.press("s")
    expect(page.locator("button[value=unsave]")).to_have_count(1)
    inside = page.evaluate(
        "document.activeElement.closest('[data-item]') === document.querySelector('[data-item]')"
    )

    assert inside
    assert unchanged(page)
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.querySelectorAll('[data-item]')[1]")


def test_story_that_leaves_the_list_gives_the_focus_to_the_next(site: str, open_page: Opener) -> None:
    page = open_page(site + "/?show=unread").page
    second = page.evaluate("document.querySelectorAll('[data-item]')[1].id")

    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("[data-item]")).to_have_count(3)

    assert page.evaluate("document.activeElement.id") == second


def test_filter_changes_the_list_without_a_new_page_and_back_leads_back(
    alive: Living, site: str, open_page: Opener
) -> None:
    story = min(card.id for card in alive.room.reading.front_page().cards)
    alive.room.marks.keep(PERSONAL, story, Shelf.SAVED, is_kept=True)
    page = open_page(site).page
    page.evaluate("window.same = true")

    page.click(".filters >> text=Saved")
    expect(page.locator("[data-item]")).to_have_count(1)
    assert unchanged(page)
    assert page.url == site + "/saved"
    assert page.evaluate("document.activeElement.textContent") == "Saved"
    page.go_back()

    expect(page.locator("[data-item]")).to_have_count(4)


def test_front_page_that_waits_for_stories_shows_them_by_itself(
    serve: Callable[[Flask], str], open_page: Opener
) -> None:
    reading = FakeReading(front=make_front(feeds=2, polled=0))
    page = open_page(serve(create_app(make_services(reading)))).page
    page.evaluate("window.same = true")
    expect(page.locator("main h2")).to_have_text("Your feeds are being fetched")

    reading.front = make_front(make_card(1, "Harbour bridge closed"), feeds=2, polled=2)

    expect(page.locator("main h2")).to_have_text("Harbour bridge closed", timeout=15000)
    assert unchanged(page)


def test_refused_mark_shows_the_page_that_says_why(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.post_data or "") if one.method == "POST" else None)
    page.evaluate("document.querySelector('form.marks [name=as_of]').value = 'yesterday'")

    page.locator("form.marks button[value=read]").first.click()

    expect(page.locator("h1")).to_have_text("That request could not be read")
    assert ["act=read" in body for body in sent] == [
        True,
        True,
    ]  # a login that is asked for keeps what it was


def test_every_key_of_the_list_of_keys_is_told(site: str, open_page: Opener) -> None:
    page = open_page(site).page

    page.keyboard.press("?")

    told = page.locator("#keys kbd").all_text_contents()
    assert told == ["j", "k", "o", "Enter", "v", "m", "s", "x", "/", "g", "h", "?"]


def test_x_follows_the_link_to_compare_where_there_is_one(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    page.keyboard.press("x")
    assert page.url == site + "/"
    page.evaluate(
        """() => {
            const link = document.createElement('a');
            link.href = '/outlets'; link.dataset.key = 'x'; link.textContent = 'Compare';
            document.querySelector('[data-item]').append(link);
        }"""
    )

    page.keyboard.press("j")
    page.keyboard.press("x")

    page.wait_for_url(site + "/outlets")


def test_arabic_and_hebrew_run_from_right_to_left_and_the_page_does_not(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    direction = "node => getComputedStyle(node).direction"

    for headline in (ARABIC, HEBREW):
        assert page.locator("h2, h3", has_text=headline).first.evaluate(direction) == "rtl"
    page.click(f"text={ARABIC}")
    assert page.locator("h1").evaluate(direction) == "rtl"
    page.click("text=Read here")
    expect(page.locator(".body")).to_contain_text(BODY)

    assert page.locator(".body").evaluate(direction) == "rtl"
    edges = "node => (s => [s.borderLeftWidth, s.borderRightWidth])(getComputedStyle(node))"
    assert page.locator(".body blockquote").evaluate(edges) == ["0px", "3px"]
    assert page.evaluate("getComputedStyle(document.documentElement).direction") == "ltr"


@pytest.mark.parametrize(
    "address", ["/", "/stories/1", "/articles/1", "/search?q=bridge", "/feeds", "/mutes"]
)
def test_twice_as_large_nothing_is_cut_off(site: str, open_page: Opener, address: str) -> None:
    # 1280 px at 200 % is 640 px of layout; and 400 % is 320 px (WCAG 2.2, 1.4.10).
    widths = []
    for width in (640, 320):
        page = open_page(site + address, viewport={"width": width, "height": 500}, device_scale_factor=2).page
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [640, 320]


def test_focus_can_be_seen_and_so_in_forced_colours(site: str, open_page: Opener) -> None:
    for options in ({}, {"forced_colors": "active"}):
        page = open_page(site, **options).page
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        style, width = page.evaluate(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
        )

        assert style == "solid"
        assert width >= 2


def test_what_can_be_pressed_is_24_pixels_high(site: str, open_page: Opener) -> None:
    page = open_page(site).page

    small = page.evaluate(
        """[...document.querySelectorAll('button, summary, .marks a, nav a, .actions > p > a')]
            .filter(node => node.offsetParent && node.getBoundingClientRect().height < 24)
            .map(node => node.outerHTML)"""
    )

    assert small == []


def test_nothing_moves_for_those_who_asked_for_less(site: str, open_page: Opener) -> None:
    page = open_page(site, reduced_motion="reduce").page

    moving = page.evaluate(
        """[...document.querySelectorAll('*')].map(node => getComputedStyle(node))
            .filter(style => style.transitionDuration !== '0s' || style.animationName !== 'none').length"""
    )

    assert moving == 0
