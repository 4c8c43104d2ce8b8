"""What outlets and readers write is never executed, with the Content-Security-Policy and without it."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode
from xml.sax.saxutils import quoteattr

import pytest
import pytest_socket
from flask import Flask
from playwright.sync_api import Dialog, Frame
from playwright.sync_api import Error as PlaywrightError

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import MuteRefused
from aggregator.domain.readers import PERSONAL
from tests.browser import Sheet
from tests.web.living import Item, Living, json_feed, living, rss
from tests.web.xss_payloads import ADDRESSES, ALL, MARKUP

pytestmark = [pytest.mark.browser, pytest.mark.loopback, pytest.mark.xdist_group("browser")]

Opener = Callable[..., Sheet]
NOT_XML = {*map(chr, range(32))} - {"\t", "\n", "\r"}
HEADER = "content-security-policy"
AT_ONCE = 24
"""Pages that are opened in frames of one page."""
ALONE = 24
"""Of so many pages one is opened by itself, too."""
NEXT = re.compile(r'<a href="([^"]*)" rel="next">')
PROBE = """() => {
    const bad = [];
    const isPage = document.contentType === 'text/html'; // Chromium shows text and XML in a style of its own
    if (window.__xss) bad.push('executed');
    if (typeof document.getElementById !== 'function' || !(document.body instanceof HTMLBodyElement))
        bad.push('clobbered');
    for (const node of document.querySelectorAll('*')) {
        for (const {name, value} of node.attributes) {
            if (name.startsWith('on') || (name === 'style' && isPage) || name === 'srcdoc')
                bad.push(`${name}=${value}`);
            if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(name)
                && !['http:', 'https:'].includes(new URL(value, document.baseURI).protocol))
                bad.push(`${name}=${value}`);
        }
    }
    for (const link of document.querySelectorAll('a[href]'))
        if (link.origin !== location.origin && link.rel !== 'noopener noreferrer')
            bad.push(`rel of ${link.href}`);
    return bad;
}"""
"""Finds what ran, and what would run when somebody clicked, hovered or tabbed to it."""


def framed(app: Flask, *, policy: bool) -> Flask:
    """Let `app` be shown in frames of its own, and answer `/frames?of=ADDRESS&of=...` with those addresses.

    A frame is a whole document with scripts of its own, and costs half of a visit. Only who may frame is
    changed in the headers; without `policy` there is no Content-Security-Policy, as if a proxy had lost it.
    """
    inner = app.wsgi_app

    def seen(name: str, value: str) -> list[tuple[str, str]]:
        if name.lower() == "x-frame-options" or (name.lower() == HEADER and not policy):
            return []
        return [(name, value.replace("frame-ancestors 'none'", "frame-ancestors 'self'"))]

    def answer(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/frames":
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            of = parse_qs(environ["QUERY_STRING"])["of"]
            frames = "".join(f"<iframe width=600 height=1 src={quoteattr(one)}></iframe>" for one in of)
            return [f"<!doctype html><title>Frames</title>{frames}".encode()]

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(
                status, [pair for name, value in headers for pair in seen(name, value)], *rest
            )

        return inner(environ, start)

    app.wsgi_app = answer  # type: ignore[method-assign]
    return app


def items() -> list[Item]:
    """Return an entry a payload, with payloads in its title, body, author and address."""
    count = len(ALL)
    return [
        Item(
            title=f"Report {place} {ALL[place]}",
            body=f"<p>Before {place}.</p>{ALL[place]}<p>After {place}.</p>",
            author=ALL[(place * 7 + 3) % count],
        )
        for place in range(count)
    ]


def links() -> list[Item]:
    """Return an entry an address. A link that is none is dropped, so two of them may be one article."""
    return [Item(title=f"Linked {place}", link=address) for place, address in enumerate(ADDRESSES)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """An instance in which every payload is stored in every place that takes one."""
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
    with living(tmp_path_factory.mktemp("hostile")) as one:
        listed = [*items(), *links()]
        in_xml = [item for item in listed if not NOT_XML & {*item.title, *item.author, *item.link}]
        in_json = [item for item in listed if item not in in_xml] + in_xml[::8]
        one.read(
            one.web.serve("/feed.xml", rss(in_xml, title=MARKUP[0])),
            one.web.serve("/feed.json", json_feed(in_json, title=MARKUP[20])),
        )
        lines = "".join(
            f"<outline text={quoteattr(text)} title={quoteattr(text)}><outline type='rss' "
            f"xmlUrl='https://outlet{place}.example/rss' "
            f"htmlUrl={quoteattr(text)} text={quoteattr(text)}/></outline>"
            for place, text in enumerate(ALL)
            if not NOT_XML & {*text}
        )
        one.room.subscribe.import_opml(f"<opml version='2.0'><body>{lines}</body></opml>".encode(), MARKUP[0])
        one.room.subscribe.learn(
            [
                OutletFacts(
                    domain="127.0.0.1", name=MARKUP[24], owner=MARKUP[1], country=MARKUP[2], kind=MARKUP[3]
                ),
                *(OutletFacts(domain=f"outlet{place}.example", name=text) for place, text in enumerate(ALL)),
            ]
        )
        for text in ALL:
            # A payload that is too long for a rule is refused, and that is as good.
            with suppress(MuteRefused):
                one.room.marks.mute(PERSONAL, "word", text)
        yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacked:
    """A site full of payloads. Without its policy every page is opened, with it every third: it only adds."""

    app: Flask
    address: str
    step: int


@pytest.fixture(params=["with the policy", "without the policy"])
def attacked(request: pytest.FixtureRequest, hostile: Living, serve: Callable[[Flask], str]) -> Attacked:
    policy = request.param == "with the policy"
    app = framed(hostile.site(), policy=policy)
    return Attacked(app=app, address=serve(app), step=3 if policy else 1)


def probed(frame: Frame) -> list[str]:
    """Return what the probe finds in a frame; one that goes elsewhere at that moment was made to."""
    try:
        return list(frame.evaluate(PROBE))
    except PlaywrightError as error:
        return [f"gone while it was looked at: {error.message}"]


def visit(sheet: Sheet, site: str, address: str, frames: int = 0) -> list[str]:
    """Open a page and return what went wrong on it, and in each of its `frames` frames."""
    page = sheet.page
    dialogs: list[str] = []

    def hear(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    sheet.complaints.clear()
    sheet.asked.clear()
    try:
        page.goto(site + address)
    except PlaywrightError as error:  # the page before it left for elsewhere at that moment
        page.remove_listener("dialog", hear)
        return [f"not reached: {error.message}", *dialogs]
    shown = page.frames[1:] if frames else page.frames
    bad = [line for frame in shown for line in probed(frame)]
    bad += [asked for asked in sheet.asked if not asked.startswith(f"{site}/")]
    # Chromium looks for a favicon.ico beside what is not HTML; what others are asked for is told above.
    bad += [line for line in sheet.complaints if not line.startswith("Failed to load resource")]
    bad += [frame.url for frame in (page.main_frame, *shown) if not frame.url.startswith(f"{site}/")]
    if frames and len(shown) != frames:
        bad.append(f"{len(shown)} frames instead of {frames}")
    page.remove_listener("dialog", hear)
    return [*bad, *dialogs]


def damage(sheet: Sheet, site: str, addresses: Sequence[str]) -> dict[str, list[str]]:
    """Open pages one after the other and return what went wrong on each."""
    return {address: bad for address in addresses if (bad := visit(sheet, site, address))}


def damage_in_frames(sheet: Sheet, site: str, addresses: Sequence[str]) -> dict[str, list[str]]:
    """Open pages many at once; where something is wrong, one after the other, to tell which it was.

    A page now and then is opened by itself all the same, as readers do.
    """
    found: dict[str, list[str]] = damage(sheet, site, addresses[::ALONE])
    for start in range(0, len(addresses), AT_ONCE):
        some = addresses[start : start + AT_ONCE]
        together = "/frames?" + urlencode({"of": some}, doseq=True)
        if bad := visit(sheet, site, together, len(some)):
            found |= damage(sheet, site, some) or {f"one of {some}": bad}
    return found


def onward(app: Flask, address: str) -> list[str]:
    """Return the addresses of the pages of a list that follow its first."""
    client, found = app.test_client(), []
    while links := NEXT.findall(client.get(address, base_url="http://127.0.0.1").text):
        address = unescape(links[0])
        found.append(address)
    return found


def numbered(one: Living, kind: str) -> list[int]:
    """Return the numbers of the stored articles or stories."""
    with one.room.storage.reading() as work:
        articles = work.articles.window(since=one.clock.now().replace(year=2025))
    if kind == "articles":
        return sorted(article.id for article in articles)
    stories = set()
    for article in articles:
        page = one.room.reading.article(article.id)
        assert page is not None
        stories |= {page.story.id} if page.story else set()
    return sorted(stories)


def test_payloads_are_many_and_all_of_them_are_stored(hostile: Living) -> None:
    with hostile.room.storage.reading() as work:
        stored = work.articles.window(since=hostile.clock.now().replace(year=2025))
    places = {int(words[1]) for article in stored if (words := article.title.split())[0] == "Report"}

    assert len(set(ALL)) >= 100
    assert places == set(range(len(ALL)))


@pytest.mark.timeout(1200)
def test_articles_execute_nothing(hostile: Living, attacked: Attacked, open_page: Opener) -> None:
    addresses = [f"/articles/{number}" for number in numbered(hostile, "articles")[:: attacked.step]]

    assert damage_in_frames(open_page(attacked.address, saves_data=True), attacked.address, addresses) == {}


@pytest.mark.timeout(1200)
def test_stories_and_their_exports_execute_nothing(
    hostile: Living, attacked: Attacked, open_page: Opener
) -> None:
    stories = numbered(hostile, "stories")
    addresses = [
        *(f"/stories/{number}" for number in stories[:: 3 * attacked.step]),
        *(f"/stories/{number}.json" for number in stories[::20]),
        *(f"/mutes?story={number}" for number in stories[::10]),
    ]

    assert damage_in_frames(open_page(attacked.address, saves_data=True), attacked.address, addresses) == {}


def test_lists_execute_nothing(hostile: Living, attacked: Attacked, open_page: Opener) -> None:
    sheet = open_page(attacked.address, saves_data=True)
    lists = [
        "/",
        "/?show=unread",
        "/outlets",
        "/feeds",
        "/mutes",
        "/saved",
        "/topic/other",
        "/feeds?done=<b>",
    ]
    with hostile.room.storage.reading() as work:
        lists += [f"/outlets/{outlet.id}" for outlet in work.outlets.all()][::8]

    following = [*onward(attacked.app, "/"), *onward(attacked.app, "/outlets/1")]

    assert len(following) > 3
    assert damage_in_frames(sheet, attacked.address, [*lists, *following]) == {}


def test_search_reflects_nothing_that_runs(attacked: Attacked, open_page: Opener) -> None:
    queries = [" ".join(ALL[start : start + 3]) for start in range(0, len(ALL), 3)][:: attacked.step]
    asked = [f"/search?q={quote(query)}" for query in queries]

    assert damage_in_frames(open_page(attacked.address, saves_data=True), attacked.address, asked) == {}


@pytest.mark.parametrize(
    "address", ["/search.atom?q=report", "/feeds.opml", "/stories/1.json", "/stories/1.md"]
)
def test_exports_are_never_taken_for_pages(hostile: Living, address: str) -> None:
    answer = hostile.site().test_client().get(address, base_url="http://127.0.0.1")

    assert answer.status_code == 200
    assert answer.mimetype not in {"text/html", "application/xhtml+xml", "image/svg+xml"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in answer.headers


def test_atom_of_hostile_titles_executes_nothing(attacked: Attacked, open_page: Opener) -> None:
    assert (
        damage(open_page(attacked.address, saves_data=True), attacked.address, ["/search.atom?q=report"])
        == {}
    )


def test_probe_finds_what_runs(open_page: Opener, serve: Callable[[Flask], str]) -> None:
    naked = Flask("naked")
    naked.add_url_rule("/<int:place>", "one", lambda place: f"<!doctype html><p>{MARKUP[place]}</p>")
    naked.add_url_rule("/", "home", lambda: "")
    site = serve(naked)

    found = damage(open_page(site), site, [f"/{place}" for place in range(40)])

    assert len(found) > 30


def test_probe_finds_the_one_page_of_many_that_runs(open_page: Opener, serve: Callable[[Flask], str]) -> None:
    naked = Flask("naked")
    hurt = "<img src=/nothing onerror='window.__xss = 1'>"
    naked.add_url_rule(
        "/<int:place>", "one", lambda place: f"<!doctype html><p>{hurt if place == 7 else ''}</p>"
    )
    site = serve(framed(naked, policy=False))

    found = damage_in_frames(open_page(site + "/1"), site, [f"/{place}" for place in range(1, 30)])

    assert {address: bad[0] for address, bad in found.items()} == {"/7": "executed"}


@pytest.mark.parametrize(
    "hurt",
    [
        "<script>alert(1)</script>",
        "<script>top.location = '/1'</script>",
        "<meta http-equiv=refresh content='0;about:blank'>",
        "<img src=https://elsewhere.example/x>",
    ],
    ids=["dialog", "top", "away", "asks elsewhere"],
)
def test_probe_finds_what_one_frame_does_beside_its_page(
    open_page: Opener, serve: Callable[[Flask], str], hurt: str
) -> None:
    naked = Flask("naked")
    naked.add_url_rule(
        "/<int:place>", "one", lambda place: f"<!doctype html><p>{hurt if place == 7 else ''}</p>"
    )
    site = serve(framed(naked, policy=False))

    assert damage_in_frames(open_page(site + "/1"), site, [f"/{place}" for place in range(2, 12)]) != {}
