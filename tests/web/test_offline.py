"""The pages as an app: kept for reading without a network, with marks that are sent when it is back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_socket
from flask import Flask
from playwright.sync_api import Page, expect

from aggregator.domain.readers import PERSONAL, Shelf
from aggregator.readers.lens import Lens
from aggregator.readers.views import StoryPage
from tests.browser import Sheet
from tests.fakes import NOON
from tests.web.living import Gate, Item, Living, living, rss
from web.factory import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.loopback, pytest.mark.xdist_group("browser")]

Opener = Callable[..., Sheet]
HEADLINES = (
    "Harbour bridge closed after divers find crack",
    "Otter seen in canal beside old paper mill",
    "Kettle maker recalls forty thousand kettles",
)
KEPT = """async () =>
    [...await (await caches.open('pages-1')).keys()].map(key => new URL(key.url).pathname).sort()"""
SIZE = """async icon => {
    const picture = await createImageBitmap(await (await fetch(icon.src)).blob());
    return `${picture.width}x${picture.height}`;
}"""
DATABASES = "async () => (await indexedDB.databases()).map(one => one.name)"

FAILING = """slow => {
    window.fetch = address => new Promise((_, fail) => {
        setTimeout(fail, address.endsWith(slow) ? 500 : 0, new TypeError('There is no network.'));
    });
}"""
WAITING = """() => new Promise(done => {
    indexedDB.open('broadfold', 1).onsuccess = opening => {
        const database = opening.target.result;
        database.transaction('marks').objectStore('marks').getAll().onsuccess = asking => {
            database.close();
            done(asking.target.result.map(mark => mark.address));
        };
    };
})"""


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Living]:
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with living(tmp_path) as one:
        one.read(one.web.serve("/feed.xml", rss([Item(title=title) for title in HEADLINES])))
        yield one


@pytest.fixture
def site(alive: Living, serve: Callable[[Flask], str]) -> str:
    app = alive.site()
    app.add_url_rule("/logout", view_func=lambda: "<p>Bye</p>", methods=["POST"])
    return serve(app)


def opened_and_kept(open_page: Opener, address: str) -> Page:
    """Open the front page and wait until the worker has kept what it links to."""
    page: Page = open_page(address).page
    page.wait_for_selector("html[data-kept-ahead]", state="attached")
    page.clock.set_fixed_time(NOON)
    return page


def story_numbers(alive: Living) -> list[int]:
    return sorted(card.id for card in alive.room.reading.front_page().cards)


def mark_of(alive: Living, story: int) -> tuple[str, bool, bool]:
    found = alive.room.reading.story(story, lens=Lens(reader=PERSONAL))
    assert isinstance(found, StoryPage)
    assert found.card.mark is not None
    return found.card.mark.state.reading.value, found.card.mark.is_saved, found.card.mark.is_followed


def test_front_page_its_stories_and_their_articles_are_read_offline(
    alive: Living, site: str, open_page: Opener
) -> None:
    page = opened_and_kept(open_page, site)
    assert [mark_of(alive, story)[0] for story in story_numbers(alive)] == ["unread"] * 3

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#kept-note")).to_have_text("You are offline; this page was kept at 13:00.")
    page.click(f"text={HEADLINES[1]}")
    expect(page.locator("h1")).to_have_text(HEADLINES[1])
    page.click("text=Read here")

    expect(page.locator(".body")).to_have_text("The bridge is shut.")


def test_device_that_saves_data_keeps_nothing_ahead_of_reading(site: str, open_page: Opener) -> None:
    page = open_page(site, saves_data=True).page
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    story = page.locator("[data-item] a[data-open]").first
    address = (story.get_attribute("href") or "").partition("?")[0]
    story.click()
    page.wait_for_url(f"**{address}")
    page.wait_for_function(f"async () => (await ({KEPT})()).includes('{address}')")

    assert [kept for kept in page.evaluate(KEPT) if kept.startswith("/stories/")] == [address]


def test_page_of_another_day_says_which(site: str, open_page: Opener) -> None:
    page = opened_and_kept(open_page, site)

    page.context.set_offline(True)
    page.clock.set_fixed_time(NOON + timedelta(days=2))
    page.reload()

    expect(page.locator("#kept-note")).to_have_text(
        "You are offline; this page was kept on Saturday 14 March 2026 at 13:00."
    )


def test_saved_stories_are_kept_from_their_list(alive: Living, site: str, open_page: Opener) -> None:
    story = story_numbers(alive)[2]
    alive.room.marks.keep(PERSONAL, story, Shelf.SAVED, is_kept=True)
    page = opened_and_kept(open_page, site + "/saved")

    page.context.set_offline(True)
    page.goto(f"{site}/stories/{story}")

    expect(page.locator("#kept-note")).to_contain_text("You are offline")
    assert set(page.evaluate(KEPT)) >= {"/offline", "/saved", f"/stories/{story}"}


def test_page_that_is_not_kept_says_so_and_lists_what_is(site: str, open_page: Opener) -> None:
    page = opened_and_kept(open_page, site)

    page.context.set_offline(True)
    page.goto(site + "/outlets")

    expect(page.locator("#not-kept")).to_be_visible()
    for headline in ("Front page", *HEADLINES):
        expect(page.locator("#kept-pages a", has_text=headline).first).to_be_visible()


def test_marks_wait_in_the_order_in_which_they_were_pressed(
    alive: Living, site: str, open_page: Opener
) -> None:
    page = opened_and_kept(open_page, site)
    slow, quick = (f"/stories/{story}/mark" for story in story_numbers(alive)[:2])
    page.evaluate(FAILING, slow)

    for address in (slow, quick):
        page.click(f"form[action='{address}'] button[value=save]")
    expect(page.locator("#waiting")).to_have_text("2 marks wait to be sent.")

    assert page.evaluate(WAITING) == [site + slow, site + quick]


def test_marks_made_offline_wait_and_are_sent_in_order_once(
    alive: Living, site: str, open_page: Opener
) -> None:
    page = opened_and_kept(open_page, site)
    first, second = story_numbers(alive)[:2]
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )

    page.context.set_offline(True)
    page.click(f"#card-{first} button[value=save]")
    expect(page.locator("#waiting")).to_have_text("1 mark waits to be sent.")
    page.click(f"#card-{first} button[value=unsave]")
    page.click(f"#card-{second} button[value=read]")
    expect(page.locator("#waiting")).to_have_text("3 marks wait to be sent.")
    assert (mark_of(alive, first), mark_of(alive, second)) == (("unread", False, False),) * 2
    assert page.evaluate("document.activeElement.value") == "unread"
    sent.clear()
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden()
    page.reload()

    assert [next(act for act in ("unsave", "save", "read") if f"act={act}" in body) for body in sent] == [
        *("save", "unsave", "read")
    ]
    assert (mark_of(alive, first), mark_of(alive, second)) == (
        ("unread", False, False),
        ("read", False, False),
    )


def test_marks_wait_through_a_closed_page_and_a_new_visit_sends_them(
    alive: Living, site: str, open_page: Opener
) -> None:
    page = opened_and_kept(open_page, site)
    story = story_numbers(alive)[0]
    page.context.set_offline(True)
    page.click(f"#card-{story} button[value=follow]")
    expect(page.locator("#waiting")).to_be_visible()
    context = page.context
    page.close()

    context.set_offline(False)
    page = context.new_page()
    page.goto(site)

    expect(page.locator("#waiting")).to_be_hidden()
    expect(
        page.locator(f"#card-{story} button[value=follow], #card-{story} button[value=unfollow]")
    ).to_have_count(1)
    assert mark_of(alive, story) == ("unread", False, True)


def test_story_opened_offline_is_read_when_the_network_is_back(
    alive: Living, site: str, open_page: Opener
) -> None:
    page = opened_and_kept(open_page, site)
    story = story_numbers(alive)[0]

    page.context.set_offline(True)
    page.goto(f"{site}/stories/{story}")
    expect(page.locator("#waiting")).to_have_text("1 mark waits to be sent.")
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden()

    assert mark_of(alive, story) == ("read", False, False)


@pytest.mark.parametrize("address", ["/logout", "/login", "/invitation/a-token"])
def test_another_reader_meets_no_kept_page_and_no_waiting_mark(
    site: str, open_page: Opener, address: str
) -> None:
    page = opened_and_kept(open_page, site)
    page.context.set_offline(True)
    page.locator("button[value=save]").first.click()
    expect(page.locator("#waiting")).to_be_visible()
    page.context.set_offline(False)
    page.evaluate(
        "to => navigator.locks.request('broadfold-marks', () => fetch(to, {method: 'POST'}))", address
    )

    page.wait_for_function(f"async () => (await ({KEPT})()).join() === '/offline'")
    page.wait_for_function(f"async () => (await ({DATABASES})()).length === 0")


def test_errors_and_other_answers_are_never_kept(site: str, open_page: Opener) -> None:
    page = opened_and_kept(open_page, site)

    for address in ("/stories/999", "/stories/1.md", "/search?q=bridge", "/feeds"):
        page.evaluate("address => fetch(address)", address)
        if not address.endswith(".md"):
            page.goto(site + address)

    kept = page.evaluate(KEPT)
    assert [path for path in kept if path in {"/stories/999", "/stories/1.md", "/search", "/feeds"}] == []


def test_page_that_takes_too_long_is_shown_as_it_was_kept(
    alive: Living, serve: Callable[[Flask], str], open_page: Opener
) -> None:
    gate = Gate()
    page = opened_and_kept(open_page, serve(gate.before(alive.site())))

    gate.close()
    page.reload()

    expect(page.locator("#kept-note")).to_have_text("The network is slow; this page was kept at 13:00.")
    gate.open()


def test_app_can_be_installed(site: str, open_page: Opener) -> None:
    page = opened_and_kept(open_page, site)
    session = page.context.new_cdp_session(page)

    told = session.send("Page.getAppManifest")

    assert told["errors"] == []
    manifest = page.evaluate("async () => (await fetch('/manifest.webmanifest')).json()")
    assert {key: manifest[key] for key in ("name", "start_url", "scope", "display")} == {
        "name": "Broadfold",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
    }
    pictures = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
    assert [page.evaluate(SIZE, icon) for icon in pictures] == [icon["sizes"] for icon in pictures]
    assert {icon.get("purpose") for icon in pictures} == {"any", "maskable"}


def test_worker_is_sent_from_the_root_and_asked_for_anew(app: Flask) -> None:
    answer = app.test_client().get("/service-worker.js", base_url="http://127.0.0.1", buffered=True)

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert answer.data == (STATIC / "service-worker.js").read_bytes()
