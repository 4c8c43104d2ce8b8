"""The comments of a story's page: every form leads back to its comment, and loses nothing that was typed."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from werkzeug.test import TestResponse

from aggregator.domain.ids import StoryId
from aggregator.readers.comments import Comments
from aggregator.readers.marks import Marks
from tests.browser import Sheet
from tests.databases import memory_storage
from tests.integration.test_reading import Paper
from tests.web.fake_reading import make_services
from tests.web.markup import Markup, read
from web.factory import create_app

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def story(paper: Paper) -> StoryId:
    return paper.told("Bridge closed")


@pytest.fixture
def app(paper: Paper) -> Flask:
    seams = {"storage": paper.storage, "clock": paper.clock}
    services = {"marks": Marks(**seams), "comments": Comments(**seams), "clock": paper.clock}
    return create_app(make_services(reading=paper.reading, **services))


def send(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    return client.post(address, data=fields, headers=OURS)


def page(client: FlaskClient, story: StoryId) -> Markup:
    return read(client.get(f"/stories/{story}").text)


def texts(markup: Markup) -> list[str]:
    return [node.text for node in markup.with_class("said")]


def version(markup: Markup) -> str:
    return next(node["value"] for node in markup.all("input") if node.attributes.get("name") == "version")


def test_comment_stands_on_the_page_with_its_links(client: FlaskClient, story: StoryId) -> None:
    answer = send(client, f"/stories/{story}/comments", text="Who pays? See https://lantern.example/a.")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/stories/{story}#comment-1")
    shown = page(client, story)
    assert texts(shown) == ["Who pays? See https://lantern.example/a."]
    (link,) = [node for node in shown.all("a") if node.attributes.get("rel", "").startswith("nofollow")]
    assert (link["href"], link["rel"]) == ("https://lantern.example/a", "nofollow noopener noreferrer")
    assert [node["href"] for node in shown.all("a") if node.text == "1 comment"] == ["#comments"]


def test_markup_in_a_comment_is_text(client: FlaskClient, story: StoryId) -> None:
    told = "<script>alert(1)</script><img src=x onerror=alert(1)> </textarea>"
    send(client, f"/stories/{story}/comments", text=told)

    shown = page(client, story)

    assert texts(shown) == [told]
    assert shown.unbalanced == []
    assert shown.all("img") == []


def test_refused_comment_comes_back_with_the_reason_and_what_was_typed(
    client: FlaskClient, story: StoryId
) -> None:
    told = "x" * 4001
    answer = send(client, f"/stories/{story}/comments", text=told)

    shown = read(answer.text)
    (field,) = [node for node in shown.all("textarea") if node.has("aria-invalid")]
    assert (answer.status_code, field["id"], field.text) == (400, "text-new", told)
    assert "4,001 characters" in next(n.text for n in shown.all("p") if n.attributes.get("id") == "problem")


def test_sixth_comment_is_kept_in_its_form(client: FlaskClient, story: StoryId) -> None:
    for number in range(5):
        send(client, f"/stories/{story}/comments", text=f"Number {number}")

    answer = send(client, f"/stories/{story}/comments", text="Number 5", reply_to=2)

    shown = read(answer.text)
    (field,) = [node for node in shown.all("textarea") if node.has("aria-invalid")]
    assert (field["id"], field.text) == ("text-reply-2", "Number 5")
    assert "Wait 5 minutes" in answer.text


def test_second_window_sees_both_texts_and_can_save_again(
    paper: Paper, client: FlaskClient, story: StoryId
) -> None:
    send(client, f"/stories/{story}/comments", text="Who pays?")
    first = version(page(client, story))
    paper.clock.advance(minutes=1)
    send(client, "/comments/1/edit", text="Who paid?", version=first)

    answer = send(client, "/comments/1/edit", text="Who will pay?", version=first)

    shown = read(answer.text)
    (field,) = [node for node in shown.all("textarea") if node.has("aria-invalid")]
    assert (answer.status_code, texts(shown), field.text) == (400, ["Who paid?"], "Who will pay?")
    send(client, "/comments/1/edit", text=field.text, version=version(shown))
    assert texts(page(client, story)) == ["Who will pay?"]


def test_deleting_leads_to_what_is_left(client: FlaskClient, story: StoryId) -> None:
    send(client, f"/stories/{story}/comments", text="Who pays?")
    send(client, f"/stories/{story}/comments", text="The city.", reply_to=1)

    first = send(client, "/comments/1/delete")
    left = [node.text for node in page(client, story).with_class("comment")]
    second = send(client, "/comments/2/delete")

    assert first.headers["Location"] == f"/stories/{story}#comment-1"
    assert left[0] == "A comment, deleted by its author."
    assert second.headers["Location"] == f"/stories/{story}#comments"
    assert page(client, story).with_class("comment") == []


def test_hidden_comment_tells_why(client: FlaskClient, story: StoryId) -> None:
    send(client, f"/stories/{story}/comments", text="Buy my pills")

    refused = send(client, "/comments/1/hide", why=" ")
    send(client, "/comments/1/hide", why="An advertisement")

    assert (refused.status_code, "say why the comment is hidden" in refused.text) == (400, True)
    assert "Hidden by an admin: An advertisement" in page(client, story).with_class("comment")[0].text
    send(client, "/comments/1/show")
    assert "Hidden" not in page(client, story).with_class("comment")[0].text


def test_answer_to_a_comment_that_is_gone_is_not_lost(client: FlaskClient, story: StoryId) -> None:
    answer = send(client, f"/stories/{story}/comments", text="But why?", reply_to=77)

    (field,) = [node for node in read(answer.text).all("textarea") if node.has("aria-invalid")]
    assert (answer.status_code, field["id"], field.text) == (400, "text-new", "But why?")


@pytest.mark.parametrize(
    "address",
    [
        "/stories/99/comments",
        "/comments/9/edit",
        "/comments/9/delete",
        "/comments/9/hide",
        "/comments/9/show",
    ],
)
def test_unknown_numbers_are_not_found(client: FlaskClient, address: str) -> None:
    assert send(client, address, text="Hello").status_code == 404


def test_exports_count_the_comments(client: FlaskClient, story: StoryId) -> None:
    send(client, f"/stories/{story}/comments", text="Who pays?")

    assert client.get(f"/stories/{story}.json").json["comments"] == 1
    assert "1 independent report, 1 comment" in client.get(f"/stories/{story}.md").text


def type_in(page: Page, summary: str, label: str, text: str) -> None:
    """Open a fold and fill its form, by the keyboard alone."""
    if summary:
        page.locator("summary", has_text=summary).first.press("Enter")
    page.get_by_label(label, exact=True).and_(page.locator(":visible")).first.fill(text)
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_reader_writes_changes_answers_and_deletes_by_keyboard(
    app: Flask,
    paper: Paper,
    story: StoryId,
    serve: Callable[[Flask], str],
    open_page: Callable[..., Sheet],
    script: bool,
) -> None:
    site = serve(app)
    sheet = open_page(f"{site}/stories/{story}", java_script_enabled=script)
    shown = sheet.page

    type_in(shown, "", "Write a comment", "Who pays?\nAnd when?")
    expect(shown).to_have_url(f"{site}/stories/{story}#comment-1")
    paper.clock.advance(minutes=1)
    type_in(shown, "Edit", "Your text", "Who paid?")
    expect(shown.locator("#comment-1 > .byline")).to_contain_text("edited")
    type_in(shown, "Reply", "Your reply", "The city, in May.")
    expect(shown).to_have_url(f"{site}/stories/{story}#comment-2")
    shown.locator("summary", has_text="Delete").first.press("Enter")
    shown.locator("button", has_text="Delete this comment").first.press("Enter")
    shown.wait_for_url("**#comment-1")

    expect(shown.locator(".said")).to_have_text(["The city, in May."])
    expect(shown.locator("#comment-1")).to_have_text("A comment, deleted by its author.")
    assert sheet.complaints == []
