"""axe-core finds nothing to complain of on any page, light, dark, and on a telephone."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from flask import Flask

from tests.browser import Sheet
from tests.newsroom import Paper
from tests.web.fake_reading import FakeReading, make_front, make_services
from tests.web.walk import addresses, pages
from web.factory import create_app

if TYPE_CHECKING:
    from playwright.sync_api import ViewportSize

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.loopback,
    pytest.mark.xdist_group("newsroom"),  # reading the newsroom takes longer than starting a second browser
]

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
RUN = """async tags => (await axe.run(document, {
        iframes: false,  // axe hangs on frames that allow no scripts
        runOnly: {type: 'tag', values: tags},
        resultTypes: ['violations'],  // what was found right is counted, but not described element by element
    })).violations
    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html} ${node.failureSummary}`))"""
DESK: "ViewportSize" = {"width": 1280, "height": 720}
PHONE: "ViewportSize" = {"width": 390, "height": 844}
LOOKS: dict[str, "tuple[Literal['light', 'dark'], ViewportSize]"] = {
    "light": ("light", DESK),
    "dark": ("dark", DESK),
    "phone": ("light", PHONE),
}
BESIDE_ROUTES = (
    "/search?q=bridge",
    "/search?q=zzzz",
    "/?show=unread",
    "/day/2026-03-13",
    "/saved?after=zzzz",
    "/?lens=one",
    "/?lens=by&axis=type",
    "/?lens=blindspots&axis=country",
    "/ask?q=bridge",
    "/no-such-page",
)
"""States of pages that their plain address does not show."""
OTHER_SAMPLES = {"name": "science", "token": "x", "secret": "x", "schedule_id": 1}
"""Of what the newsroom does not have, its pages of error are looked at."""
Opener = Callable[..., Sheet]


def every_page(paper: Paper) -> list[str]:
    story = paper.story_id(paper.newsroom.pieces[0].id)
    samples = {"story_id": story, "article_id": paper.article_id(paper.newsroom.pieces[0].id), "outlet_id": 1}
    found = addresses(paper.site, samples | OTHER_SAMPLES, excused={})
    return [*pages(paper.site, found), f"/mutes?story={story}", *BESIDE_ROUTES]


def reported(sheet: Sheet) -> list[str]:
    """Return what axe reports, everything unfolded, without leaving the page or its look."""
    sheet.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    if not sheet.page.evaluate("'axe' in window"):
        sheet.page.evaluate(AXE.read_text("utf-8"))
    return list(sheet.page.evaluate(RUN, RULES))


def put_on(sheet: Sheet, look: str) -> None:
    """Give the open page another look at once: half way between two, colours have no contrast."""
    scheme, size = LOOKS[look]
    sheet.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sheet.page.set_viewport_size(size)


def test_axe_reports_nothing_on_any_page_in_any_look(
    paper: Paper, serve: Callable[[Flask], str], open_page: Opener
) -> None:
    site = serve(paper.site)
    walked = every_page(paper)
    sheet = open_page(site + walked[0], saves_data=True)

    found = {}
    for address in walked:
        sheet.page.goto(site + address)
        for look in LOOKS:
            put_on(sheet, look)
            if complaints := reported(sheet):
                found[address, look] = complaints

    assert found == {}


def test_looks_are_put_on_without_a_reload(
    app: Flask, serve: Callable[[Flask], str], open_page: Opener
) -> None:
    sheet = open_page(serve(app))
    sheet.page.evaluate("window.still = true")

    seen = {}
    for look in LOOKS:
        put_on(sheet, look)
        seen[look] = sheet.page.evaluate(
            "[getComputedStyle(document.documentElement).backgroundColor, innerWidth, window.still]"
        )

    assert len({colour for colour, _, _ in seen.values()}) == 2
    assert {look: [width, still] for look, (_, width, still) in seen.items()} == {
        "light": [1280, True],
        "dark": [1280, True],
        "phone": [390, True],
    }


@pytest.mark.parametrize("address", ["/", "/stories/1", "/feeds"])
def test_axe_reports_nothing_where_much_is_wrong_with_feeds_and_stories(
    app: Flask, serve: Callable[[Flask], str], open_page: Opener, address: str
) -> None:
    assert reported(open_page(serve(app) + address)) == []


def test_axe_reports_nothing_while_a_page_waits_for_stories(
    serve: Callable[[Flask], str], open_page: Opener
) -> None:
    app = create_app(make_services(FakeReading(front=make_front(feeds=2, polled=0))))

    assert reported(open_page(serve(app))) == []


def test_axe_would_report_a_field_without_a_label(open_page: Opener) -> None:
    sheet = open_page("data:text/html,<html lang=en><title>t</title><main><h1>t</h1><input></main>")

    assert [line.split(":")[0] for line in reported(sheet)] == ["label"]
