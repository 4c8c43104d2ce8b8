from io import BytesIO

import pytest
from flask.testing import FlaskClient

from aggregator.domain.feeds import NewFeed
from tests.web.fake_reading import Bell, FakeReading, FakeSubscribe
from tests.web.markup import read

OURS = {"Origin": "http://localhost"}


def test_health_of_every_feed_is_told_the_troubled_first(client: FlaskClient) -> None:
    page = read(client.get("/feeds").text)

    rows = [row.text for row in page.all("tr") if row.has("class")]
    assert rows[0] == (
        "Porto Sereno Courier: front page Porto Sereno Courier · Castelmare · outlet2.example/front.xml "
        "Failing The server did not answer within 20 seconds. "
        "Nothing for now: it is tried again later. If it goes on for days, "
        "look whether the outlet has moved its feed. "
        "12 minutes ago · 12:48 last worked a day ago in 18 minutes · 13:18 1,242 "
        "Remove Porto Sereno Courier: front page It is no longer fetched; its articles stay. Remove it"
    )
    assert [row["class"] for row in page.all("tr") if row.has("class")] == [
        *("failing", "gone", "ok", "waiting", "ok", "paused"),
    ]
    assert page.with_class("size")[0].text == (
        "6 feeds · 2 fine · 1 not checked yet · 1 failing · 1 gone · 1 paused"
    )


def test_feed_never_polled_is_due_now_and_gone_feed_is_not_scheduled(client: FlaskClient) -> None:
    rows = [row.text for row in read(client.get("/feeds").text).all("tr") if row.has("class")]

    assert "Not checked yet never due now 0" in rows[3]
    assert "12 minutes ago · 12:48 none 1,243" in rows[1]


def test_without_feeds_the_page_leads_to_its_forms(reading: FakeReading, client: FlaskClient) -> None:
    reading.feed_lines = ()

    page = read(client.get("/feeds").text)

    assert "No feeds yet." in page.one("main").text
    assert page.all("table") == []


@pytest.mark.parametrize(
    ("url", "done", "rings"),
    [
        ("https://new.example/rss", "added", 1),
        ("https://outlet1.example/front.xml", "known", 0),
        ("https://asleep.example/rss", "unseen", 1),
    ],
)
def test_adding_a_feed_says_what_became_of_it(
    client: FlaskClient, bell: Bell, url: str, done: str, rings: int
) -> None:
    answer = client.post("/feeds", data={"url": f"  {url} ", "folder": "World"}, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/feeds?done={done}")
    assert bell.rings == rings
    assert read(client.get(answer.headers["Location"]).text).with_class("done")[0].text != ""


def test_added_feed_reaches_the_service_with_its_folder(
    client: FlaskClient, subscribe: FakeSubscribe
) -> None:
    client.post("/feeds", data={"url": "https://new.example/rss", "folder": "World"}, headers=OURS)

    assert subscribe.added == [NewFeed(url="https://new.example/rss", folder="World")]


def test_refused_address_is_explained_beside_the_field_and_kept(client: FlaskClient) -> None:
    answer = client.post("/feeds", data={"url": 'https://x.invalid/"><script>'}, headers=OURS)

    page = read(answer.text)
    field = next(node for node in page.all("input") if node.attributes.get("name") == "url")
    assert answer.status_code == 400
    assert field["value"] == 'https://x.invalid/"><script>'
    assert (
        "cannot be added as a feed"
        in next(n for n in page.nodes if n.attributes.get("id") == field["aria-describedby"]).text
    )


def test_form_without_an_address_is_explained(client: FlaskClient) -> None:
    answer = client.post("/feeds", data={}, headers=OURS)

    assert answer.status_code == 400
    assert "Write the address of a feed" in answer.text


def test_feed_is_removed_by_its_number(client: FlaskClient, subscribe: FakeSubscribe) -> None:
    answer = client.post("/feeds/1/remove", headers=OURS)

    assert answer.headers["Location"] == "/feeds?done=removed"
    assert subscribe.removed == ["1"]


def test_feed_removed_twice_is_explained(client: FlaskClient) -> None:
    answer = client.post("/feeds/77/remove", headers=OURS)

    assert answer.status_code == 404
    assert "It may have been removed already." in answer.text


def test_import_tells_what_became_of_each_line(client: FlaskClient, bell: Bell) -> None:
    file = (BytesIO(b"<opml/>"), "lists/my <feeds>.opml")

    answer = client.post("/feeds/import", data={"opml": file}, headers=OURS)

    page = read(answer.text)
    assert page.one("h1").text == "Import of my <feeds>.opml"
    assert page.with_class("size")[0].text == "1 feed added · 1 known already · 1 refused"
    assert [row.text for row in page.all("tr")[1:]] == [
        "New <b>Paper</b> https://new.example/rss Added",
        "The Orsholm Lantern https://outlet1.example/front.xml Known already",
        "gopher://old.example gopher://old.example Refused only http and https addresses can be read",
    ]
    assert bell.rings == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose an OPML file first."),
        ({"opml": (BytesIO(b""), "")}, "Choose an OPML file first."),
        ({"opml": (BytesIO(b"\x00\xff"), "list.opml")}, "list.opml cannot be imported: it is not OPML."),
    ],
)
def test_import_that_cannot_be_done_is_explained(
    client: FlaskClient, data: dict[str, object], sentence: str
) -> None:
    answer = client.post("/feeds/import", data=data, headers=OURS, content_type="multipart/form-data")

    assert answer.status_code == 400
    assert sentence in answer.text


def test_file_too_large_is_refused_with_a_sentence(client: FlaskClient) -> None:
    form = "multipart/form-data; boundary=x"

    answer = client.post("/feeds/import", data=b"x" * (4 * 1024 * 1024 + 1), content_type=form, headers=OURS)

    assert answer.status_code == 413
    assert "Files of up to 4 MB can be sent." in answer.text


def test_export_is_a_file_to_keep(client: FlaskClient) -> None:
    answer = client.get("/feeds.opml")

    assert answer.mimetype == "text/x-opml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="broadfold-feeds.opml"'
    assert answer.data.startswith(b"<?xml")


def test_check_now_asks_the_scheduler(client: FlaskClient, bell: Bell) -> None:
    answer = client.post("/feeds/refresh", headers=OURS)

    assert answer.headers["Location"] == "/feeds?done=refresh"
    assert bell.rings == 1


def test_outcome_nobody_gave_out_says_nothing(client: FlaskClient) -> None:
    assert read(client.get("/feeds?done=<script>").text).with_class("done") == []
