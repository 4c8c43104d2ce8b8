import logging
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient

from aggregator.domain.errors import DatabaseUnusable, ModelUnusable, SettingsError
from tests.web.fake_reading import Bell, FakeReading, make_services
from tests.web.markup import read
from web.factory import create_app
from web.security import host_name

PAGES = (
    "/",
    "/?after=older",
    "/stories/1",
    "/articles/1",
    "/articles/3",
    "/outlets",
    "/outlets/1",
    "/feeds",
    "/search?q=bridge",
    "/search?q=zeppelin",
    "/settings",
    "/people",
    "/invitation/made-up",
    "/no-such-page",
    "/outlets/labels",
    "/outlets/overlap",
    "/?lens=one",
    "/?lens=alone",
    "/?lens=by",
    "/ask?q=divers",
    "/stories/1/ask",
)


@pytest.mark.parametrize(
    "address", [*PAGES, "/healthz", "/feeds.opml", "/stories/9", "/static/broadfold.css"]
)
def test_every_answer_carries_the_security_headers_and_no_cookie(client: FlaskClient, address: str) -> None:
    headers = client.get(address, buffered=True).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("address", PAGES)
def test_page_is_well_made(client: FlaskClient, address: str) -> None:
    page = read(client.get(address).text)

    levels = [
        int(node.tag[1])
        for node in page.all("h1", "h2", "h3", "h4")
        if node.attributes.get("id") != "keys-title"
    ]
    ids = [node["id"] for node in page.nodes if node.has("id")]
    labelled = {node.attributes.get("for") for node in page.all("label")} | {"keys-on"}
    seen = (node for node in page.all("input", "select") if node.attributes.get("type") != "hidden")
    fields = [node["id"] for node in seen if not node.attributes.get("aria-label")]
    assert page.unbalanced == []
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert levels[0] == 1 or "piece" in page.all("article")[0]["class"]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(fields) <= labelled
    assert all(node["aria-labelledby"] in ids for node in page.nodes if node.has("aria-labelledby"))
    assert page.one("html")["lang"] == "en"


@pytest.mark.parametrize("address", PAGES)
def test_page_loads_nothing_from_elsewhere_and_leaks_no_referrer(client: FlaskClient, address: str) -> None:
    page = read(client.get(address).text)

    loaded = [
        node.attributes.get("src") or node.attributes.get("href")
        for node in page.all("script", "link", "img")
        if node.attributes.get("rel") != "alternate"
    ]
    outside = [link for link in page.all("a") if link.attributes.get("href", "").startswith("http")]
    assert all(str(where).startswith(("/static/", "/manifest.webmanifest")) for where in loaded)
    assert all(link["rel"] == "noopener noreferrer" for link in outside)
    assert not any(
        name.startswith("on") or name == "style" for node in page.nodes for name in node.attributes
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "LOCALHOST", "localhost."])
def test_loopback_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "localhost@evil.example", "[::1", "", "10.0.0.7"]
)
def test_foreign_name_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert "This site does not answer to" in answer.text


def test_name_in_the_settings_is_answered() -> None:
    client = create_app(make_services(allowed_hosts=("news.home.example",))).test_client()

    assert client.get("/healthz", headers={"Host": "News.Home.Example:8080"}).status_code == 200


def test_host_name_drops_port_brackets_and_case() -> None:
    names = [host_name(netloc) for netloc in ("A.example:80", "[::1]:8080", "[::1", "", "a.example.")]

    assert names == ["a.example", "::1", "", "", "a.example"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:80"},
        {"Origin": "http://localhost:8080", "Host": "localhost:8080"},
        {"Origin": "https://localhost", "Host": "localhost"},
    ],
)
def test_forms_of_our_own_pages_are_accepted(
    client: FlaskClient, bell: Bell, headers: dict[str, str]
) -> None:
    assert client.post("/feeds/refresh", headers=headers).status_code == 303
    assert bell.rings == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "http://localhost:port"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "http://localhost/feeds"},
    ],
)
@pytest.mark.parametrize(
    "address",
    [
        "/feeds",
        "/feeds/change",
        "/feeds/restore",
        "/feeds/folders",
        "/feeds/import/confirm",
        "/feeds/import",
        "/feeds/refresh",
    ],
)
def test_change_asked_for_by_another_site_is_refused(
    client: FlaskClient, bell: Bell, headers: dict[str, str], address: str
) -> None:
    answer = client.post(address, data={"url": "https://new.example/rss"}, headers=headers)

    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text
    assert bell.rings == 0


@pytest.mark.parametrize(
    "address",
    [
        "/feeds/change",
        "/feeds/restore",
        "/feeds/folders",
        "/feeds/import/confirm",
        "/feeds/import",
        "/feeds/refresh",
    ],
)
def test_reading_an_address_changes_nothing(client: FlaskClient, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert "Back to the front page" in answer.text


def test_page_not_found_is_explained_with_a_way_back(client: FlaskClient) -> None:
    page = read(client.get("/no-such-page").text)

    assert page.one("h1").text == "There is no such page"
    assert "The address may be mistyped" in page.one("main").text
    assert "/" in [link["href"] for link in page.all("a")]


def test_unforeseen_fault_is_a_page_that_tells_nothing_of_the_inside(
    app: Flask, reading: FakeReading, caplog: pytest.LogCaptureFixture
) -> None:
    reading.fault = RuntimeError("secret path")

    answer = app.test_client().get("/")

    assert answer.status_code == 500
    assert "secret path" not in answer.text
    assert "the reason is in Broadfold’s log" in answer.text
    assert caplog.records[0].exc_info is not None


def test_foreseen_fault_is_told_in_its_own_words(
    app: Flask, reading: FakeReading, caplog: pytest.LogCaptureFixture
) -> None:
    reading.fault = DatabaseUnusable("broadfold.db", "it is locked")

    with caplog.at_level(logging.ERROR):
        page, health = app.test_client().get("/"), app.test_client().get("/healthz")

    assert (page.status_code, health.status_code) == (503, 503)
    assert "The database broadfold.db cannot be used: it is locked." in page.text
    assert health.json == {"status": "failing", "problem": str(reading.fault)}
    assert len(caplog.records) == 2


def test_database_that_is_locked_costs_one_line_of_the_log_a_request(
    app: Flask, reading: FakeReading, caplog: pytest.LogCaptureFixture
) -> None:
    reading.fault = DatabaseUnusable("broadfold.db", "it is locked")
    with caplog.at_level(logging.ERROR):
        app.test_client().get("/")

    assert [(record.getMessage(), record.exc_info) for record in caplog.records] == [
        (f"A page could not be made: {reading.fault}", None)
    ]


def test_cause_of_any_other_foreseen_fault_stands_in_the_log(
    app: Flask, reading: FakeReading, caplog: pytest.LogCaptureFixture
) -> None:
    reading.fault = ModelUnusable("MiniLM", "its weights are missing")
    with caplog.at_level(logging.ERROR):
        app.test_client().get("/")

    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is reading.fault


def test_health_check_counts_the_feeds(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "feeds": 6, "polled": 5, "failing": 2}


def test_pages_are_asked_for_again_and_static_files_kept(client: FlaskClient) -> None:
    style = read(client.get("/").text).all("link")[0]["href"]

    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert client.get(style, buffered=True).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_time_zone_that_does_not_exist_is_refused_at_start() -> None:
    with pytest.raises(SettingsError, match="'Europe/Atlantis' is not a time zone"):
        create_app(make_services(time_zone="Europe/Atlantis"))


def test_without_a_time_zone_the_machines_own_is_used() -> None:
    client = create_app(make_services(time_zone="")).test_client()

    assert "Times are in " in client.get("/").text
