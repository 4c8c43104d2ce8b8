from datetime import timedelta
from io import BytesIO
from random import Random

import pytest
from flask.testing import FlaskClient

from aggregator.domain.feeds import NewFeed, PollSlot
from tests.web.fake_reading import Bell, FakeManage, FakeReading, FakeSubscribe, make_feed_line
from tests.web.markup import read
from web.pages.feeds import packed

OURS = {"Origin": "http://localhost"}


def test_health_of_every_feed_is_told_the_troubled_first(client: FlaskClient) -> None:
    page = read(client.get("/feeds").text)

    rows = [row.text for row in page.all("tr") if row.has("class")]
    assert rows[0] == (
        "Porto Sereno Courier: front page Porto Sereno Courier · Castelmare · outlet2.example/front.xml "
        "Failing The server did not answer within 20 seconds. "
        "Nothing for now: it is tried again later. If it goes on for days, "
        "look whether the outlet has moved its feed. "
        "12 minutes ago · 12:48 last worked a day ago in 18 minutes · 13:18 1,242"
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
        ("https://new.example/rss", "added&n=1", 1),
        ("https://outlet1.example/front.xml", "known", 0),
        ("https://asleep.example/rss", "unseen&n=1", 1),
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


def test_a_site_with_several_feeds_offers_them_as_choices(
    client: FlaskClient, subscribe: FakeSubscribe
) -> None:
    answer = client.post("/feeds", data={"url": "https://several.example", "folder": "World"}, headers=OURS)

    page = read(answer.text)
    assert answer.status_code == 200
    assert [box["value"] for box in page.all("input") if box.attributes.get("name") == "url"][:2] == [
        "https://several.example/news",
        "https://several.example/sport",
    ]
    assert "<news> several.example/news" in [label.text for label in page.all("label")]
    values = {node["id"]: node["value"] for node in page.all("input") if node.has("id") and node.has("value")}
    assert (values["url"], values["folder"]) == ("", "World")
    assert "several.example has several feeds" in page.one("legend").text
    assert subscribe.added == []


def test_all_chosen_feeds_are_added(client: FlaskClient, subscribe: FakeSubscribe, bell: Bell) -> None:
    urls = ["https://a.example/rss", "", "https://outlet1.example/rss", "https://b.example/rss"]

    answer = client.post("/feeds", data={"url": urls}, headers=OURS)

    assert answer.headers["Location"] == "/feeds?done=added&n=2"
    assert [feed.url for feed in subscribe.added] == [urls[0], urls[3]]
    assert bell.rings == 1


@pytest.mark.parametrize(
    ("form", "asked", "told"),
    [
        ({"do": "pause"}, ("pause", 2, 3), "done=pause&n=2"),
        ({"do": "resume"}, ("resume", 2, 3), "done=resume&n=2"),
        ({"do": "move", "folder": "World/East"}, ("move", 2, 3, "World/East"), "done=moved&n=2"),
        ({"do": "every", "minutes": "180"}, ("every", 2, 3, timedelta(hours=3)), "done=every&n=2"),
        ({"do": "every", "minutes": ""}, ("every", 2, 3, None), "done=every&n=2"),
        ({"do": "whole"}, ("whole", 2, 3), "done=whole&n=2"),
        ({"do": "brief"}, ("brief", 2, 3), "done=brief&n=2"),
        ({"do": "mute"}, ("mute", 2, 3), "done=mute&n=2"),
        ({"do": "unmute"}, ("unmute", 2, 3), "done=unmute&n=2"),
        ({"do": "remove"}, ("remove", 2, 3), "done=removed&n=2&undo=77"),
    ],
)
def test_a_button_does_something_with_all_ticked_feeds(
    client: FlaskClient, manage: FakeManage, form: dict[str, str], asked: tuple[object, ...], told: str
) -> None:
    answer = client.post("/feeds/change", data=form | {"feed": ["2", "3"]}, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/feeds?{told}")
    assert manage.asked == [asked]


def test_removed_feeds_can_be_brought_back(client: FlaskClient, manage: FakeManage, bell: Bell) -> None:
    page = read(client.get("/feeds?done=removed&n=2&undo=77").text)

    assert page.with_class("done")[0].text == "2 feeds removed: no longer fetched. The articles stay. Undo"
    assert next(node for node in page.all("button") if node.text == "Undo")["value"] == "77"
    answer = client.post("/feeds/restore", data={"removal": "77"}, headers=OURS)
    assert (answer.headers["Location"], bell.rings) == ("/feeds?done=restored&n=1", 1)
    assert manage.asked == [("restore", 77)]


@pytest.mark.parametrize(
    ("address", "form", "sentence"),
    [
        ("change", {"do": "pause"}, "Tick some feeds first."),
        ("change", {"do": "pause", "feed": "x"}, "Tick some feeds first."),
        ("change", {"do": "pause", "feed": str(2**70)}, "Tick some feeds first."),
        ("change", {"do": "remove", "feed": "404"}, "No feed is called"),
        ("change", {"do": "juggle", "feed": "2"}, "Pressing one of the buttons"),
        ("change", {"do": "every", "feed": "2", "minutes": "7"}, "only as often as the list offers"),
        ("restore", {"removal": "404"}, "cannot be brought back any more"),
        ("folders", {"old": "nowhere", "new": "x"}, "No feed is in a folder called"),
    ],
)
def test_a_change_that_cannot_be_made_is_explained(
    client: FlaskClient, manage: FakeManage, address: str, form: dict[str, str], sentence: str
) -> None:
    answer = client.post(f"/feeds/{address}", data=form, headers=OURS)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert manage.asked == []


def test_ticks_stay_when_a_change_cannot_be_made(client: FlaskClient) -> None:
    answer = client.post("/feeds/change", data={"do": "pause", "feed": ["2", "404"]}, headers=OURS)

    boxes = [node for node in read(answer.text).all("input") if node.attributes.get("name") == "feed"]
    ticked = [node["value"] for node in boxes if node.has("checked")]
    assert ticked == ["2"]


def test_folders_are_renamed(client: FlaskClient, manage: FakeManage) -> None:
    page = read(client.get("/feeds").text)
    assert [n["value"] for n in page.all("input") if n.attributes.get("name") == "old"] != []

    answer = client.post("/feeds/folders", data={"old": "World", "new": "Abroad"}, headers=OURS)

    assert answer.headers["Location"] == "/feeds?done=moved&n=2"
    assert manage.asked == [("rename", "World", "Abroad")]


def test_a_change_from_another_site_is_refused(client: FlaskClient, manage: FakeManage) -> None:
    for address in ("change", "restore", "folders", "import", "import/confirm"):
        answer = client.post(f"/feeds/{address}", headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403
    assert manage.asked == []


def test_the_last_days_of_a_feed_are_drawn_and_told(reading: FakeReading, client: FlaskClient) -> None:
    slots = (PollSlot(), PollSlot(polls=6, new=40), PollSlot(polls=2, failed=2), PollSlot(polls=3, failed=1))
    hourly = {"interval": timedelta(hours=1)}
    reading.feed_lines = (make_feed_line(1, history=slots, feed=hourly), make_feed_line(2))

    page = read(client.get("/feeds").text)

    (drawing,) = page.all("svg")
    assert drawing["aria-label"] == "in three days 11 checks, 3 failed, 40 new articles"
    assert [(bar["class"], bar["height"]) for bar in page.all("rect")] == [
        ("none", "1"), ("fine", "15"), ("failed", "16"), ("some", "3")
    ]  # fmt: skip
    assert "every hour" in page.all("tr")[1].text


def test_a_file_is_shown_before_anything_is_imported(client: FlaskClient, bell: Bell) -> None:
    file = (BytesIO(b"<opml/>"), "lists/my <feeds>.opml")

    page = read(client.post("/feeds/import", data={"opml": file}, headers=OURS).text)

    assert page.one("h1").text == "Import of my <feeds>.opml"
    assert page.with_class("size")[0].text == "1 new feed · 1 known already · 1 cannot be added"
    assert [row.text for row in page.all("tr")[1:]] == [
        "New <b>Paper</b> https://new.example/rss World Will be added",
        "The Orsholm Lantern https://outlet1.example/front.xml – Known already",
        "gopher://old.example gopher://old.example – Cannot be added "
        "only http and https addresses can be read",
    ]
    assert [node["value"] for node in page.all("input") if node.attributes.get("name") == "line"] == ["0"]
    assert bell.rings == 0


def fields(html: str) -> dict[str, str]:
    """Return the hidden fields of a page, by name."""
    hidden = [node for node in read(html).all("input") if node.attributes.get("type") == "hidden"]
    return {node["name"]: node["value"] for node in hidden if node["name"] in ("name", "packed")}


@pytest.mark.parametrize("broken", ["", "x", "eJw=", "AAAA", "äöü"])
def test_a_file_that_did_not_come_back_is_asked_for_again(client: FlaskClient, broken: str) -> None:
    answer = client.post("/feeds/import/confirm", data={"packed": broken, "name": "x"}, headers=OURS)

    assert answer.status_code == 400
    assert "The file did not come back whole." in answer.text


def test_a_large_file_comes_back_whole(client: FlaskClient, subscribe: FakeSubscribe) -> None:
    form = {"name": "x", "packed": packed(Random(1).randbytes(700_000)), "line": ["0", "7"]}

    answer = client.post("/feeds/import/confirm", data=form, headers=OURS)

    assert answer.status_code == 200
    assert subscribe.chosen[-1] == {0, 7}


def test_import_tells_what_became_of_each_line(client: FlaskClient, bell: Bell) -> None:
    file = (BytesIO(b"<opml/>"), "lists/my <feeds>.opml")

    (upload,) = [form for form in read(client.get("/feeds").text).all("form") if form.has("enctype")]
    shown = client.post(upload["action"], data={"opml": file}, headers=OURS)
    confirm = next(form for form in read(shown.text).all("form") if form.text.startswith("Nothing has been"))
    answer = client.post(confirm["action"], data=fields(shown.text) | {"line": "0"}, headers=OURS)

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
