"""A day with the sample newsroom in a real Chromium over real HTTP, model and database: four ways to work."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from aggregator.stories.embed import open_embedder
from tests.browser import Sheet
from tests.e2e.hands import EVERYBODY, Hands, is_too_wide
from tests.e2e.room import Room, room
from tests.fakes import NOON, FrozenClock
from tests.newsroom import Paper

pytestmark = [
    pytest.mark.model,
    pytest.mark.loopback,
    pytest.mark.browser,
    pytest.mark.xdist_group("newsroom"),
]

STRIKE = "Isvik dockers walk out, leaving 31 ships and 240 million marks at anchor"
NEWS = "Port of Isvik raises offer to 5 percent, talks resume"
OPML = """<opml version="2.0"><body>
  <outline text="Far" ><outline type="rss" text="The Far Post" xmlUrl="https://far-post.example/feed.xml"/></outline>
  <outline type="rss" text="Broken" xmlUrl="gopher://far-post.example/"/>
</body></opml>"""


@dataclass(frozen=True)
class Desk:
    """What one reader has before them."""

    room: Room
    clock: FrozenClock
    home: str


@pytest.fixture
def desk(paper: Paper, tmp_path: Path, serve: Callable[[Flask], str]) -> Iterator[Desk]:
    """A copy of the morning for each test; its clock goes back to noon afterwards."""
    file = shutil.copy(paper.morning, tmp_path / "broadfold.db")
    with room(file, clock=paper.clock, embedder=open_embedder(), lease_for=timedelta(minutes=5)) as one:
        yield Desk(one, paper.clock, serve(one.site()))
    paper.clock.at = NOON


def card(page: Page, headline: str) -> Locator:
    """Return the card of a story on a list."""
    return page.locator("article[data-item]").filter(has=page.get_by_role("link", name=headline, exact=True))


def home(page: Page, hands: Hands) -> None:
    hands.press(page.locator(".name a"))
    page.wait_for_load_state()


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_reads_a_story_and_comes_back_to_what_is_new(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands
) -> None:
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page

    hands.press(page.get_by_role("link", name=STRIKE, exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(STRIKE)
    hands.press(page.get_by_role("link", name="Read here").first)
    expect(page.get_by_role("link", name="Original").first).to_be_visible()
    home(page, hands)
    hands.press(page.get_by_role("link", name="Unread", exact=True))
    expect(card(page, STRIKE)).to_have_count(0)

    desk.clock.advance(minutes=40)
    desk.room.catch_up()
    page.reload()
    expect(card(page, STRIKE).locator(".updated")).to_have_text("2 new facts since you read")
    hands.press(page.get_by_role("link", name=STRIKE, exact=True).first)
    expect(page.locator("article.is-new")).to_contain_text(NEWS)

    home(page, hands)
    hands.press(page.get_by_role("link", name="Unread", exact=True))
    expect(card(page, STRIKE)).to_have_count(0)
    assert not is_too_wide(page)
    assert sheet.complaints == []


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_saves_follows_and_mutes(desk: Desk, open_page: Callable[..., Sheet], hands: Hands) -> None:
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page
    first = page.locator("article[data-item] [data-open]").first.inner_text()

    hands.press(card(page, first).get_by_role("button", name="Save"))
    expect(card(page, first).get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")
    hands.press(card(page, first).get_by_role("button", name="Follow"))
    expect(card(page, first).get_by_role("button", name="Following")).to_have_attribute(
        "aria-pressed", "true"
    )
    hands.press(page.get_by_role("link", name="Saved", exact=True))
    expect(card(page, first)).to_have_count(1)
    hands.press(page.get_by_role("link", name="Followed", exact=True))
    expect(card(page, first)).to_have_count(1)

    home(page, hands)
    hands.press(card(page, first).get_by_role("link", name="Mute…"))
    hands.write(page.get_by_label("Word or phrase", exact=True), "ferry")
    hands.press(page.get_by_role("button", name="Mute", exact=True))
    hidden = page.locator("details.hidden-stories")
    hands.press(hidden.locator("summary"))
    expect(hidden).to_contain_text("“ferry”")
    hands.press(page.get_by_role("link", name="Your rules"))
    hands.press(page.get_by_role("button", name=re.compile("Remove.*ferry")))
    home(page, hands)
    expect(page.locator("details.hidden-stories")).to_have_count(0)
    assert not is_too_wide(page)
    assert sheet.complaints == []


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_searches_and_corrects_what_was_put_together(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands
) -> None:
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page

    hands.write(page.locator("#q"), "dockers")
    page.keyboard.press("Enter")
    expect(card(page, STRIKE).locator("mark").first).to_be_visible()
    hands.press(page.get_by_role("link", name=STRIKE, exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(STRIKE)
    before = page.locator("article.report").count()
    hands.press(page.get_by_text("Something wrong here?"))
    hands.press(page.get_by_role("button", name="Not this story").last)
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("Corrected")
    expect(page.locator("article.report")).to_have_count(before - 1)
    hands.press(page.get_by_role("main").get_by_role("status").get_by_role("button", name="Undo"))
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("undone")
    assert not is_too_wide(page)
    assert sheet.complaints == []


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_comments_and_thinks_better_of_it(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands
) -> None:
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page

    hands.press(page.get_by_role("link", name=STRIKE, exact=True).first)
    hands.write(page.get_by_label("Write a comment"), "The salmon will not wait: https://isvik.example/fish")
    hands.press(page.get_by_role("button", name="Send", exact=True))
    said = page.locator(".comment .said")
    expect(said.get_by_role("link")).to_have_attribute("rel", "nofollow noopener noreferrer")
    hands.press(page.locator(".comment summary", has_text="Edit"))
    hands.write(page.get_by_label("Your text"), "The salmon can wait.")
    hands.press(page.locator(".comment").get_by_role("button", name="Save", exact=True))
    expect(said).to_have_text("The salmon can wait.")
    expect(page.locator(".comment")).to_contain_text("edited")
    hands.press(page.locator(".comment summary", has_text="Delete"))
    hands.press(page.get_by_role("button", name="Delete this comment"))
    expect(page.locator(".comment")).to_have_count(0)
    assert not is_too_wide(page)
    assert sheet.complaints == []


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_keeps_a_search_and_looks_at_yesterday(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands
) -> None:
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page

    hands.write(page.locator("#q"), "dockers")
    page.keyboard.press("Enter")
    hands.write(page.get_by_label("Name", exact=True), "The quays")
    hands.press(page.get_by_role("button", name="Save this search"))
    hands.press(page.get_by_role("button", name="Put on the front page"))
    expect(page.get_by_role("button", name="On the front page")).to_have_attribute("aria-pressed", "true")
    home(page, hands)
    section = page.get_by_role("region", name="The quays")
    expect(section.get_by_role("link", name=STRIKE, exact=True)).to_be_visible()
    hands.press(page.get_by_role("link", name="Yesterday", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Friday 13 March 2026")
    assert not is_too_wide(page)
    assert sheet.complaints == []


@pytest.mark.parametrize("hands", [one for one in EVERYBODY if one.runs_script], ids=lambda hands: hands.name)
def test_reader_reads_and_marks_in_a_tunnel(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands
) -> None:
    sheet = open_page(desk.home, **hands.options)
    page = sheet.page
    page.wait_for_selector("html[data-kept-ahead]", state="attached")

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#kept-note")).to_be_visible()
    hands.press(page.get_by_role("link", name=STRIKE, exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(STRIKE)
    hands.press(page.locator(".story-head").get_by_role("button", name="Save"))
    expect(page.locator("#waiting")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#waiting")).to_be_hidden(timeout=15_000)

    page.goto(desk.home + "/saved")
    expect(card(page, STRIKE)).to_have_count(1)


@pytest.mark.parametrize("hands", EVERYBODY, ids=lambda hands: hands.name)
def test_reader_brings_the_feeds_of_another_reader(
    desk: Desk, open_page: Callable[..., Sheet], hands: Hands, tmp_path: Path
) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(OPML)
    sheet = open_page(desk.home, saves_data=True, **hands.options)
    page = sheet.page

    hands.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Feeds"))
    page.get_by_label("OPML file from another reader").set_input_files(file)
    hands.press(page.get_by_role("button", name="Look into the file"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Import of feeds.opml")
    expect(page.locator("tr.refused")).to_contain_text("Cannot be added")
    hands.press(page.get_by_role("button", name="Add the ticked feeds"))
    expect(page.get_by_role("row", name="The Far Post")).to_contain_text("Added")
    assert not is_too_wide(page)
    assert sheet.complaints == []
