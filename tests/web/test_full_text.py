"""The button that fetches the whole text, and what an article's edits changed."""

import pytest
from flask.testing import FlaskClient

from aggregator.readers.edits import Edit, Piece
from tests.web.fake_reading import FakeReading, ago, make_article_page
from tests.web.markup import read

OURS = {"Sec-Fetch-Site": "same-origin"}


def test_whole_text_stands_in_place_of_the_feeds(client: FlaskClient, reading: FakeReading) -> None:
    full = "<p>All of it.</p><script>bad()</script>"
    reading.articles = {1: make_article_page(1, full_html=full, full_at=ago(hours=1))}
    page = read(client.get("/articles/1").text)

    assert page.with_class("body")[0].text == "All of it."
    assert "Fetch the whole text again" in page.one("main").text


def test_button_fetches_and_leads_back_to_the_article(client: FlaskClient) -> None:
    answer = client.post("/articles/1/full-text", headers=OURS)
    assert (answer.status_code, answer.location) == (303, "/articles/1")


def test_failure_is_told_on_the_article_page(client: FlaskClient) -> None:
    answer = client.post("/articles/3/full-text", headers=OURS)
    assert answer.status_code == 502
    (problem,) = read(answer.text).with_class("problem")
    assert (problem.text, problem["role"]) == ("It took too long.", "alert")


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("/articles/99/full-text", OURS, 404),
        ("/articles/1/full-text", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/articles/1/full-text", {}, 403),
    ],
)
def test_other_sites_and_wrong_numbers_fetch_nothing(
    client: FlaskClient, address: str, headers: dict[str, str], status: int
) -> None:
    assert client.post(address, headers=headers).status_code == status


def test_markup_in_an_edited_text_is_shown_as_text(client: FlaskClient, reading: FakeReading) -> None:
    edit = Edit(
        seen_at=ago(hours=2),
        headline=(Piece(kind="gone", text="<b>Old</b>"), Piece(kind="new", text="<script>x()</script>")),
        text=(),
    )
    reading.articles = {1: make_article_page(1, edits=(edit,))}
    page = client.get("/articles/1").text
    assert "<del>&lt;b&gt;Old&lt;/b&gt;</del> <ins>&lt;script&gt;x()&lt;/script&gt;</ins>" in page
