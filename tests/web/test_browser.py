from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser import Sheet
from tests.web.fake_reading import FakeReading, ago, make_card, make_front, make_services
from web.factory import create_app

# One worker runs them all, so that the browser starts once.
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADDRESSES = (
    "/",
    "/stories/1",
    "/articles/3",
    "/outlets",
    "/outlets/1",
    "/feeds",
    "/search?q=bridge",
    "/settings",
    "/people",
    "/outlets/labels",
    "/outlets/overlap",
    "/?lens=one",
    "/?lens=blindspots&axis=owner",
    "/ask?q=divers",
)
BEYOND = """[...document.querySelectorAll('body *')]
    .filter(node => node.getBoundingClientRect().right > innerWidth)
    .map(node => node.outerHTML.slice(0, 120))"""
Opener = Callable[..., Sheet]


@pytest.fixture
def site(app: Flask, serve: Callable[[Flask], str]) -> str:
    return serve(app)


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_has_no_complaints_and_asks_no_other_host(site: str, open_page: Opener, address: str) -> None:
    sheet = open_page(site + address)

    assert sheet.complaints == []
    assert [url for url in sheet.asked if not url.startswith(site)] == []


@pytest.mark.parametrize("address", [*ADDRESSES, "/no-such-page"])
def test_page_fits_every_width_of_screen(site: str, open_page: Opener, address: str) -> None:
    page = open_page(site + address).page
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")

    too_wide = {}
    for width in (360, 600, 840, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide[width] = page.evaluate(BEYOND)

    assert too_wide == {}


def test_navigation_stands_in_one_line_on_a_telephone(site: str, open_page: Opener) -> None:
    page = open_page(site, viewport={"width": 390, "height": 844}).page
    tops = "links => [...new Set(links.map(link => link.getBoundingClientRect().top))].length"

    assert page.locator(".masthead nav li a").count() == 5
    assert page.locator(".masthead nav li a").evaluate_all(tops) == 1


def test_dark_scheme_applies(site: str, open_page: Opener) -> None:
    colours = [
        open_page(site, color_scheme=scheme).page.evaluate(
            "getComputedStyle(document.documentElement).backgroundColor"
        )
        for scheme in ("light", "dark")
    ]

    assert colours == ["rgb(251, 250, 246)", "rgb(23, 22, 20)"]


def test_j_and_k_move_and_enter_opens(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    focused = "document.activeElement.getAttribute('aria-labelledby')"

    walk = []
    for key in "jjkkk":
        page.keyboard.press(key)
        walk.append(page.evaluate(focused))
    page.keyboard.press("Enter")
    page.wait_for_url("**/stories/1")

    assert walk == ["story-1", "story-2", "story-1", "story-1", "story-1"]


def test_o_opens_and_g_h_goes_home(site: str, open_page: Opener) -> None:
    page = open_page(site + "/stories/1").page

    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/articles/1")
    page.keyboard.press("g")
    page.keyboard.press("h")

    page.wait_for_url(site + "/")


def test_v_opens_the_original_in_a_new_tab(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))

    page.keyboard.press("j")
    with page.context.expect_page() as tab:
        page.keyboard.press("v")
    tab.value.wait_for_load_state()

    assert "https://orsholm-lantern.example/1" in asked


def test_slash_searches_and_letters_are_only_letters_there(site: str, open_page: Opener) -> None:
    page = open_page(site).page

    page.keyboard.press("/")
    page.keyboard.type("jovgh?/k")

    expect(page.locator("#q")).to_have_value("jovgh?/k")
    assert page.url == site + "/"


def test_question_mark_shows_the_keys_and_escape_hides_them(site: str, open_page: Opener) -> None:
    page = open_page(site).page

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#keys")).to_be_hidden()


def test_keys_can_be_turned_off_for_good(site: str, open_page: Opener) -> None:
    page = open_page(site).page
    page.click("#keys-open")
    page.uncheck("#keys-on")
    page.reload()

    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_script_tells_times_as_the_server_does(open_page: Opener, serve: Callable[[Flask], str]) -> None:
    spans = [
        30,
        70,
        3599,
        3700,
        86300,
        90000,
        13 * 86400,
        15 * 86400,
        61 * 86400,
        400 * 86400,
        800 * 86400,
        -400,
        -9000,
    ]
    cards = [make_card(number, last_at=ago(seconds=span)) for number, span in enumerate(spans, start=1)]
    site = serve(create_app(make_services(FakeReading(front=make_front(*cards)))))
    relative = "[...document.querySelectorAll('.relative')].map(time => time.textContent)"

    plain = open_page(site, java_script_enabled=False).page.locator(".relative").all_text_contents()
    told = open_page(site).page.evaluate(relative)

    assert told == plain


def test_everything_works_without_script(site: str, open_page: Opener) -> None:
    page = open_page(site, java_script_enabled=False).page

    page.fill("#q", "bridge")
    page.press("#q", "Enter")
    page.click("text=Harbour bridge in Orsholm closed")
    page.click("text=Same text at 4 other outlets")

    expect(page).to_have_url(site + "/stories/1")
    expect(page.locator("details.copies[open] li")).to_have_count(4)
    expect(page.locator("#keys-open")).to_be_hidden()


def test_form_of_our_own_page_passes_the_cross_site_check(site: str, open_page: Opener) -> None:
    page = open_page(site + "/feeds").page

    page.fill("#url", "https://new.example/rss")
    page.click("text=Add feed >> nth=-1")

    expect(page).to_have_url(site + "/feeds?done=added&n=1")
    expect(page.get_by_text("1 feed added")).to_be_visible()


def test_skip_link_is_the_first_stop_of_the_keyboard(site: str, open_page: Opener) -> None:
    page = open_page(site).page

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()


def test_headlines_wait_to_be_read_by_their_names(site: str, open_page: Opener) -> None:
    page = open_page(site + "/stories/1").page

    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("navigation", name="Main").count() == 1
    assert page.get_by_role("article", name="Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt").count() == 1
    assert page.get_by_role("search").count() == 1


def test_feeds_are_changed_together_without_script_and_enter_moves_them(site: str, open_page: Opener) -> None:
    page = open_page(site + "/feeds", java_script_enabled=False).page

    page.locator("input[name=feed]").nth(0).check()
    page.locator("input[name=feed]").nth(2).check()
    page.fill("#to", "World")
    page.press("#to", "Enter")

    expect(page).to_have_url(site + "/feeds?done=moved&n=2")
    page.locator("input[name=feed]").nth(1).check()
    page.click("button[value=remove]")
    expect(page).to_have_url(site + "/feeds?done=removed&n=1&undo=77")
    page.click("text=Undo")
    expect(page).to_have_url(site + "/feeds?done=restored&n=1")
