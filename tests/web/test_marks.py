"""The buttons of cards and stories, over a real database: each does its work and leads back to its card."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import StoryChanges
from aggregator.readers.marks import Marks
from tests.browser import Sheet
from tests.databases import memory_storage
from tests.integration.test_reading import Paper
from tests.web.fake_reading import make_services
from tests.web.markup import Markup, read
from web.factory import create_app
from web.pages.marks import inside

OURS = {"Origin": "http://localhost"}
OPENED = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def app(paper: Paper) -> Flask:
    marks = Marks(storage=paper.storage, clock=paper.clock)
    return create_app(make_services(reading=paper.reading, marks=marks, clock=paper.clock))


def press(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    return client.post(address, data=fields, headers=OURS)


def front(client: FlaskClient, address: str = "/") -> Markup:
    return read(client.get(address).text)


def states(page: Markup) -> list[str]:
    return [node["class"].split()[-1] for node in page.all("article")]


def fields_of(page: Markup, name: str) -> list[str]:
    return [node["value"] for node in page.all("input") if node.attributes.get("name") == name]


def add_report(paper: Paper, story: StoryId, title: str) -> None:
    paper.clock.advance(minutes=1)
    one = paper.article("courier", title, f"{title}. Engineers say more.")
    with paper.storage.writing() as work:
        members = frozenset({*work.stories.members([story])[story], one})
        work.stories.apply(StoryChanges(members={story: members}), now=paper.clock.now())


def test_card_marked_read_is_dimmed_and_leads_back_to_itself(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Bridge closed")
    assert states(front(client)) == ["is-unread"]

    answer = press(client, f"/stories/{story}/mark", act="read", back="/topic/all?after=1~2")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/topic/all?after=1~2#card-{story}")
    assert states(front(client)) == ["is-read"]
    press(client, f"/stories/{story}/mark", act="unread", back="/")
    assert states(front(client)) == ["is-unread"]


def test_new_report_is_told_on_the_card_and_marked_on_the_page(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Bridge closed")
    press(client, f"/stories/{story}/mark", act="read")
    add_report(paper, story, "Bridge may open in May")

    assert states(front(client)) == ["is-updated"]
    assert [node.text for node in front(client).with_class("updated")] == ["1 new fact since you read"]
    page = read(client.get(f"/stories/{story}", headers=OPENED).text)
    assert page.with_class("is-new")[0].text.startswith("Bridge may open in May")
    assert states(front(client)) == ["is-read"]


def test_report_without_a_new_fact_is_told_quietly_and_the_story_stays_read(
    paper: Paper, client: FlaskClient
) -> None:
    story = paper.told("Bridge closed at noon")
    press(client, f"/stories/{story}/mark", act="read")
    add_report(paper, story, "Noon: bridge closed")

    told = front(client)
    assert states(told) == ["is-read"]
    assert told.with_class("updated") == []
    assert "1 new report since you read, no new fact" in told.one("article").text
    page = read(client.get(f"/stories/{story}", headers=OPENED).text)
    assert page.with_class("is-new")[0].text.startswith("Noon: bridge closed")
    assert "no new fact" not in front(client).one("article").text


def test_story_is_read_when_a_person_opens_it_and_not_when_a_browser_or_another_site_does(
    paper: Paper, client: FlaskClient
) -> None:
    story = paper.told("Bridge closed")
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        OPENED | {"Sec-Purpose": "prefetch"},
        {"Referer": "https://elsewhere.example/"},
    ):
        client.get(f"/stories/{story}", headers=headers)
        assert states(front(client)) == ["is-unread"]

    client.get(f"/stories/{story}", headers={"Referer": "http://localhost/"})

    assert states(front(client)) == ["is-read"]


def test_story_taken_back_on_its_page_stays_unread(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Bridge closed")
    client.get(f"/stories/{story}", headers=OPENED)

    answer = press(client, f"/stories/{story}/mark", act="unread", back=f"/stories/{story}")
    client.get(answer.headers["Location"], headers=OPENED)

    assert answer.headers["Location"] == f"/stories/{story}?unread=1#card-{story}"
    assert states(front(client)) == ["is-unread"]


def test_article_that_leads_reads_its_story_and_can_be_taken_back(paper: Paper, client: FlaskClient) -> None:
    paper.told("Bridge closed")
    client.get("/articles/1", headers=OPENED)
    assert states(front(client)) == ["is-read"]

    answer = press(client, "/articles/1/mark", act="unread", back="/articles/1")

    assert answer.headers["Location"] == "/articles/1?unread=1"
    assert states(front(client)) == ["is-unread"]


def test_page_marked_read_leaves_what_came_since_and_can_be_undone(paper: Paper, client: FlaskClient) -> None:
    first, _ = paper.told("Bridge closed"), paper.told("Bank lifts rate", hours_ago=2)
    page = front(client)
    (ids,) = fields_of(page, "stories")
    as_of = fields_of(page, "as_of")[-1]
    add_report(paper, first, "Bridge may open in May")

    answer = press(client, "/read", stories=ids, as_of=as_of, back="/?show=unread")

    done = answer.headers["Location"]
    assert done.startswith("/?show=unread&marked=")
    assert states(front(client)) == ["is-updated", "is-read"]
    (bulk,) = [
        node["value"] for node in front(client, done).all("button") if node.attributes.get("name") == "bulk"
    ]
    undone = press(client, "/read/undo", bulk=bulk, back=done)
    assert undone.headers["Location"] == "/?show=unread"
    assert states(front(client)) == ["is-unread", "is-unread"]
    assert press(client, "/read/undo", bulk=bulk).status_code == 400


def test_unread_list_leaves_out_what_is_read_and_says_when_nothing_is_left(
    paper: Paper, client: FlaskClient
) -> None:
    paper.feed()
    first, second = paper.told("Bridge closed"), paper.told("Bank lifts rate", hours_ago=2)
    press(client, f"/stories/{first}/mark", act="read")
    assert [node.text for node in front(client, "/?show=unread").all("h2")][:1] == ["Bank lifts rate"]
    press(client, f"/stories/{second}/mark", act="read")
    assert "There is no unread story here" in client.get("/?show=unread").text


@pytest.mark.parametrize(
    ("act", "undo", "address"), [("save", "unsave", "/saved"), ("follow", "unfollow", "/followed")]
)
def test_story_is_kept_on_a_list_until_it_is_taken_off(
    paper: Paper, client: FlaskClient, act: str, undo: str, address: str
) -> None:
    story = paper.told("Bridge closed")
    press(client, f"/stories/{story}/mark", act=act)
    page = front(client, address)
    pressed = [node["value"] for node in page.all("button") if node.attributes.get("aria-pressed") == "true"]
    assert (len(page.all("article")), pressed) == (1, [undo])
    press(client, f"/stories/{story}/mark", act=undo)
    assert front(client, address).all("article") == []


def test_muted_word_hides_a_story_and_the_page_says_so(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Cup final drawn")
    paper.told("Bridge closed", hours_ago=2)
    form = front(client, f"/mutes?story={story}&back=/")
    assert [node["value"] for node in form.all("input") if node.attributes.get("type") == "radio"] == [
        "word",
        "outlet:1",
    ]

    answer = press(client, "/mutes", what="word", word="cup", back="/")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    (told,) = front(client).with_class("hidden-stories")
    assert told.text.startswith("1 hidden · show Cup final drawn Hidden by your rule: “cup”")
    press(client, "/mutes/1/remove")
    assert front(client).with_class("hidden-stories") == []


def test_rule_that_cannot_be_keeps_what_was_typed(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Cup final drawn")
    answer = press(client, "/mutes", what="word", word="<!>", story=story, back="/saved")
    page = read(answer.text)
    assert answer.status_code == 400
    assert (fields_of(page, "word"), fields_of(page, "back")) == (["<!>"], ["/saved"])
    assert page.with_class("problem")[0].text.startswith("Nothing was muted")


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/stories/1/mark", {"act": "explode"}),
        ("/stories/1/mark", {"act": "read", "as_of": "yesterday"}),
        ("/stories/1/mark", {"act": "read", "as_of": "2026-03-14T12:00:00"}),
        ("/articles/1/mark", {"act": "save"}),
        ("/read/undo", {"bulk": "²"}),
    ],
)
def test_form_that_is_not_ours_changes_nothing(
    paper: Paper, client: FlaskClient, address: str, fields: dict[str, str]
) -> None:
    paper.told("Bridge closed")
    assert press(client, address, **fields).status_code == 400
    assert states(front(client)) == ["is-unread"]


def test_change_asked_for_by_another_site_is_refused(paper: Paper, client: FlaskClient) -> None:
    story = paper.told("Bridge closed")
    answer = client.post(
        f"/stories/{story}/mark", data={"act": "read"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert states(front(client)) == ["is-unread"]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "http://[",
        "",
        "evil",
    ],
)
def test_form_leads_nowhere_but_into_this_site(app: Flask, address: str) -> None:
    with app.test_request_context("/"):
        found = inside(address)
    assert found == "/"
    assert not urlsplit(found).netloc


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_m_and_s_mark_and_save_and_keep_the_focus(
    paper: Paper, app: Flask, serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    paper.told("Bridge closed")
    second = paper.told("Bank lifts rate", hours_ago=2)
    page = open_page(serve(app)).page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.wait_for_selector(f"#card-{second}.is-read")
    assert page.evaluate("document.activeElement.id") == f"card-{second}"
    page.keyboard.press("s")
    page.wait_for_selector(f"#card-{second} [aria-pressed=true]")
    assert page.evaluate("document.activeElement.id") == f"card-{second}"
    assert states(read(page.content())) == ["is-unread", "is-read"]


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_everything_can_be_marked_without_javascript(
    paper: Paper, app: Flask, serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    story = paper.told("Bridge closed")
    sheet = open_page(serve(app), java_script_enabled=False)
    sheet.page.get_by_role("link", name="Bridge closed", exact=True).click()
    sheet.page.go_back()
    sheet.page.reload()
    expect(sheet.page.locator(f"#card-{story}.is-read")).to_have_count(1)
    sheet.page.get_by_role("button", name="Mark unread").click()
    expect(sheet.page.locator(f"#card-{story}.is-unread")).to_have_count(1)
    sheet.page.get_by_role("button", name="Mark page read").click()
    expect(sheet.page.locator(f"#card-{story}.is-read")).to_have_count(1)
    sheet.page.get_by_role("button", name="Undo").click()
    expect(sheet.page.locator(f"#card-{story}.is-unread")).to_have_count(1)
    assert sheet.complaints == []


def test_front_page_whose_stories_are_all_hidden_says_so(paper: Paper, client: FlaskClient) -> None:
    paper.told("Otter seen in canal")
    press(client, "/mutes", what="word", word="otter", back="/")
    page = front(client)
    assert next(node.text for node in page.all("h2")) == "Everything is hidden"
    assert "1 hidden · show" in page.one("main").text
