"""Accounts on the pages: who gets in, what is refused, and what a form that came too late keeps."""

import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import Role
from aggregator.readers.marks import Marks
from aggregator.readers.people import People
from aggregator.readers.sessions import IDLE
from aggregator.readers.throttle import FOR_NAME
from tests.browser import Sheet
from tests.databases import memory_storage
from tests.integration.test_reading import Paper
from tests.people import SECRET, quick_people
from tests.web.fake_reading import FakeManage, FakeSubscribe, make_services
from tests.web.markup import Markup, read
from tests.web.test_axe import LOOKS, put_on, reported
from web.factory import create_app
from web.pages.login import browser
from web.people import CHANGED_BY_ADMINS, OPEN, PROGRAMS, UNASKED
from web.wsgi import listen

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def people(paper: Paper) -> People:
    return quick_people(paper.storage, paper.clock)


@pytest.fixture
def subscribe() -> FakeSubscribe:
    return FakeSubscribe()


@pytest.fixture
def app(paper: Paper, people: People, subscribe: FakeSubscribe) -> Flask:
    marks = Marks(storage=paper.storage, clock=paper.clock)
    services = {"marks": marks, "people": people, "subscribe": subscribe, "manage": FakeManage()}
    return create_app(make_services(reading=paper.reading, clock=paper.clock, **services))


@pytest.fixture
def shared(people: People) -> People:
    """An instance with an admin and a reader."""
    people.accounts.add("Ada", SECRET)
    people.accounts.add("Ben", SECRET)
    return people


def send(client: FlaskClient, address: str, **fields: object) -> TestResponse:
    return client.post(address, data=fields, headers=OURS)


def login(client: FlaskClient, name: str = "Ada", **fields: object) -> TestResponse:
    return send(client, "/login", name=name, password=SECRET, **fields)


def cookie(answer: TestResponse) -> str:
    (found,) = answer.headers.getlist("Set-Cookie")
    return found


def page(client: FlaskClient, address: str) -> Markup:
    return read(client.get(address).text)


def secret_on(answer: TestResponse) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', answer.text)
    assert found is not None
    return html.unescape(found[1])


def test_without_accounts_nobody_logs_in_and_the_settings_work(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/login?next=/feeds").headers["Location"] == "/feeds"
    settings = page(client, "/settings")
    assert [node.text for node in settings.all("h2")] == ["Looks", "What you follow", "Keyboard shortcuts"]
    assert send(client, "/settings/looks", theme="dark", density="", time_zone="").status_code == 303
    assert page(client, "/").one("html")["data-theme"] == "dark"
    assert "broadfold people add NAME" in client.get("/people").text
    assert send(client, "/people/invitations").status_code == 400


@pytest.mark.parametrize("address", ["/", "/stories/1", "/feeds", "/search?q=a+b", "/settings", "/people"])
def test_page_without_a_session_leads_to_the_login_and_back(
    client: FlaskClient, shared: People, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 303
    form = page(client, answer.headers["Location"])
    assert [node["value"] for node in form.all("input") if node.attributes.get("name") == "next"] == [address]
    assert login(client, next=address).headers["Location"] == address


def test_every_route_but_the_open_ones_needs_a_login(app: Flask, client: FlaskClient, shared: People) -> None:
    answered = set()
    for rule in app.url_map.iter_rules():
        values = {
            name: 1 if "int" in str(kind) or "Integer" in str(kind) else "x"
            for name, kind in rule._converters.items()
        }
        with app.test_request_context():
            address = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(address, method=method, headers=OURS | {"Accept": "text/html"})
            answer.close()  # a file that is sent stays open until then
            led = answer.status_code == 401 or "/login?next=" in answer.headers.get("Location", "")
            if not led:
                answered.add(rule.endpoint)
    assert answered == OPEN | UNASKED


def test_health_check_tells_strangers_no_numbers(client: FlaskClient, shared: People) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    login(client)
    assert set(client.get("/healthz").json or ()) == {"status", "feeds", "polled", "failing"}


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, shared: People) -> None:
    parts = cookie(login(client)).split("; ")
    assert parts[0].startswith("broadfold=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", f"Max-Age={int(IDLE.total_seconds())}"} <= set(parts)
    assert not any(part.startswith(("Secure", "Domain")) for part in parts)


def test_cookie_over_https_is_bound_to_this_host(app: Flask, shared: People) -> None:
    client = app.test_client()
    headers = {"Origin": "https://localhost"}
    data = {"name": "Ada", "password": SECRET}
    answer = client.post("/login", data=data, headers=headers, base_url="https://localhost")
    parts = cookie(answer).split("; ")
    assert parts[0].startswith("__Host-broadfold=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert client.get("/", base_url="https://localhost").status_code == 200


def test_login_begins_a_new_session_each_time(client: FlaskClient, shared: People) -> None:
    client.set_cookie("broadfold", "chosen-by-somebody-else")
    first = cookie(login(client)).split(";")[0]
    second = cookie(login(client)).split(";")[0]
    assert len({first, second, "broadfold=chosen-by-somebody-else"}) == 3
    assert len(shared.sessions.of(shared.accounts.named("Ada").id)) == 1


@pytest.mark.parametrize("name", ["Ada", "Nobody", "", "a" * 5000, "Ada\x00"])
def test_wrong_password_and_unknown_name_are_told_alike(
    client: FlaskClient, shared: People, name: str
) -> None:
    answer = send(client, "/login", name=name, password="wrong")
    assert answer.status_code == 400
    assert "The name or the password is not right." in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "wrong" not in re.findall(r'value="([^"]*)"', answer.text)


def test_too_many_tries_are_told_how_long_to_wait(client: FlaskClient, shared: People) -> None:
    for _ in range(FOR_NAME):
        send(client, "/login", name="Ada", password="wrong")
    answer = login(client)
    assert answer.status_code == 429
    assert "Try again in 15 minutes." in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "http:evil.example", "//evil.example", "///evil.example", "/\\evil.example",
        "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "\x00//evil.example",
        "javascript:alert(1)", "data:text/html,x", "evil.example", "http://localhost@evil.example/",
        "http://localhost.evil.example", "https:///evil.example", "/\r\nLocation: https://evil.example",
        "//evil.example\\@localhost", "////evil.example", "http://[::1", "?next=//evil.example", "",
    ],
)  # fmt: skip
def test_login_leads_nowhere_else(client: FlaskClient, shared: People, elsewhere: str) -> None:
    after_form = login(client, next=elsewhere).headers["Location"]
    already_in = client.get("/login", query_string={"next": elsewhere}).headers["Location"]
    for address in (after_form, already_in):
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc, address.startswith("//")) == ("", "", False)
        assert address.startswith("/")
        assert "\\" not in address


def test_logout_ends_the_session_and_takes_the_cookie_back(client: FlaskClient, shared: People) -> None:
    token = cookie(login(client)).split(";")[0].split("=")[1]
    answer = send(client, "/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert "Max-Age=0" in cookie(answer)
    assert shared.sessions.visit(token) is None
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "address",
    ["/login", "/logout", "/settings/looks", "/settings/password", "/settings/tokens", "/people/2/remove"],
)
def test_form_of_another_site_is_refused(client: FlaskClient, shared: People, address: str) -> None:
    login(client)
    answer = client.post(
        address, data={"name": "Ada", "password": SECRET}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/feeds", "/feeds/change", "/feeds/refresh", "/feeds/import", "/feeds/import/confirm",
        "/feeds/folders", "/feeds/restore", "/outlets/labels", "/outlets/labels/import/confirm",
        "/stories/1/move", "/stories/1/merge", "/stories/1/undo", "/people/1/role",
        "/people/1/remove", "/people/invitations",
    ],
)  # fmt: skip
def test_reader_may_not_change_what_everybody_sees(
    client: FlaskClient, shared: People, subscribe: FakeSubscribe, address: str
) -> None:
    login(client, "Ben")
    answer = send(client, address, url="https://new.example/rss", role="reader")
    assert answer.status_code == 403
    assert "Only an admin of this instance may do that. Nothing was changed." in answer.text
    assert subscribe.added == []
    assert [one.role for one in shared.accounts.all()] == [Role.ADMIN, Role.READER]


def test_every_form_of_feeds_is_for_admins(app: Flask, shared: People) -> None:
    client = app.test_client()
    login(client, "Ben")
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[0] in CHANGED_BY_ADMINS]
    posts = [rule.rule for rule in rules if "POST" in (rule.methods or set())]
    assert {send(client, address).status_code for address in posts} == {403}


def test_reader_is_not_shown_what_only_admins_may(client: FlaskClient, paper: Paper, shared: People) -> None:
    story = paper.told("Bridge closed")
    shown = {}
    for name in ("Ada", "Ben"):
        login(client, name)
        shown[name] = [
            form.attributes.get("action", "")
            for address in (f"/stories/{story}", "/feeds", "/outlets/1", "/outlets/labels")
            for form in page(client, address).all("form")
        ]
    hidden = ("/feeds", "merge", "move", "/labels")
    assert [one for one in shown["Ben"] if any(word in one for word in hidden)] == []
    assert {"/feeds", f"/stories/{story}/merge", "/feeds/change", "/outlets/labels"} <= set(shown["Ada"])


def test_form_that_came_too_late_is_kept_and_offered_again(
    client: FlaskClient, paper: Paper, shared: People
) -> None:
    story = paper.told("Bridge closed")
    login(client)
    paper.clock.at += IDLE
    late = send(client, "/mutes", what="word", word="cup <final>\r\n“x”", back=f"/stories/{story}")
    assert late.status_code == 401
    assert "Nothing was changed, and what you typed is kept" in late.text
    carried = {node["name"]: node["value"] for node in read(late.text).all("input") if node.has("value")}
    assert shared.accounts.named("Ada")
    wrong = send(client, "/login", **carried | {"name": "Ada", "password": "wrong"})
    carried = {node["name"]: node["value"] for node in read(wrong.text).all("input") if node.has("value")}

    again = read(send(client, "/login", **carried | {"password": SECRET}).text)

    assert again.one("h1").text == "Send it again?"
    assert [node.text for node in again.all("dd")][:2] == ["word", "cup <final> “x”"]
    form = next(node for node in again.all("form") if node["action"] == "/mutes")
    assert form["method"] == "post"
    fields = {
        node["name"]: node["value"] for node in again.all("input") if node.attributes.get("type") == "hidden"
    }
    assert fields == {"what": "word", "word": "cup <final>\r\n“x”", "back": f"/stories/{story}"}
    assert page(client, "/mutes").with_class("lines") == []
    assert send(client, "/mutes", **fields).status_code == 303
    assert len(page(client, "/mutes").with_class("lines")) == 1


def test_passwords_are_not_carried(client: FlaskClient, shared: People) -> None:
    late = send(client, "/settings/password", old_password="old secret", new_password="new secret")
    assert (late.status_code, "secret" in late.text) == (401, False)


@pytest.mark.parametrize("typed", ["", "null", "{", '{"a": 1}', "[1, [2], [3, 4, 5]]", '[["a", "b"'])
@pytest.mark.parametrize("again", ["//evil.example", "https://evil.example/mutes", "javascript:alert(1)"])
def test_made_up_late_form_leads_nowhere_else(
    client: FlaskClient, shared: People, typed: str, again: str
) -> None:
    found = read(login(client, again=again, typed=typed).text)
    assert {form.attributes.get("action") for form in found.all("form")} == {"/", "/logout", "/search", None}


def test_session_that_is_used_gets_its_cookie_again(
    client: FlaskClient, paper: Paper, shared: People
) -> None:
    before = cookie(login(client)).split(";")[0]
    assert "Set-Cookie" not in client.get("/").headers
    paper.clock.advance(hours=2)
    assert cookie(client.get("/")).split(";")[0] == before


def test_invitation_makes_an_account_that_is_logged_in(
    app: Flask, client: FlaskClient, shared: People
) -> None:
    login(client)
    link = urlsplit(secret_on(send(client, "/people/invitations", role="reader"))).path
    guest = app.test_client()
    assert page(guest, link).one("h1").text == "Make your account"
    short = send(guest, link, name="Cyd", password="short")
    assert (short.status_code, "at least 10 characters" in short.text, 'value="Cyd"' in short.text) == (
        400,
        True,
        True,
    )
    assert send(guest, link, name="Cyd", password=SECRET).headers["Location"] == "/"
    assert guest.get("/").status_code == 200
    assert guest.get("/people").status_code == 403
    used = send(app.test_client(), link, name="Dan", password=SECRET)
    assert (used.status_code, "Set-Cookie" in used.headers) == (404, False)
    assert [one.name for one in shared.accounts.all()] == ["Ada", "Ben", "Cyd"]


def test_admin_changes_roles_takes_back_and_removes(client: FlaskClient, shared: People) -> None:
    login(client)
    assert send(client, "/people/2/role", role="admin").headers["Location"] == "/people?done=role"
    assert send(client, "/people/2/role", role="emperor").status_code == 400
    send(client, "/people/invitations", role="admin")
    assert send(client, "/people/invitations/1/remove").status_code == 303
    assert shared.invitations.open() == ()
    assert send(client, "/people/2/remove").headers["Location"] == "/people?done=removed"
    refused = send(client, "/people/1/remove")
    assert (refused.status_code, "Ada is the only admin" in refused.text) == (400, True)


def test_removed_person_is_out_at_once(app: Flask, client: FlaskClient, shared: People) -> None:
    login(client, "Ben")
    shared.accounts.remove(2)
    assert client.get("/").status_code == 303


def test_api_token_opens_exports_and_marks_and_nothing_else(
    app: Flask, client: FlaskClient, paper: Paper, shared: People
) -> None:
    story = paper.told("Bridge closed")
    login(client, "Ben")
    answer = send(client, "/settings/tokens", label="Notes")
    program = app.test_client()
    headers = {"Authorization": f"Bearer {secret_on(answer)}"}
    statuses = {
        address: program.get(address, headers=headers).status_code
        for address in (
            f"/stories/{story}.json",
            "/feeds.opml",
            "/search.atom?q=x",
            "/",
            "/settings",
            "/people",
        )
    }
    assert list(statuses.values()) == [200, 200, 200, 403, 403, 403]
    assert program.post(f"/stories/{story}/mark", data={"act": "save"}, headers=headers).status_code == 303
    assert program.post("/settings/tokens", data={"label": "more"}, headers=headers).status_code == 403
    assert program.post("/feeds/refresh", headers=headers).status_code == 403
    assert "Bridge closed" in client.get("/saved").text
    assert "/stories/" not in secret_on(answer)


@pytest.mark.parametrize("token", ["", "made-up", "é"])
def test_made_up_token_is_turned_away_whatever_cookie_comes_with_it(
    client: FlaskClient, paper: Paper, shared: People, token: str
) -> None:
    story = paper.told("Bridge closed")
    login(client)
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(f"/stories/{story}/mark", data={"act": "save"}, headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Broadfold"')
    assert "Bridge closed" not in client.get("/saved").text


def test_token_is_no_way_around_the_same_origin_check_without_accounts(client: FlaskClient) -> None:
    headers = {"Authorization": "Bearer x", "Origin": "https://evil.example"}
    assert client.post("/feeds/refresh", headers=headers).status_code == 401


def test_program_without_a_token_is_told_so(client: FlaskClient, shared: People) -> None:
    answer = client.get("/feeds.opml")
    assert (answer.status_code, "API token" in json.loads(answer.text)["problem"]) == (401, True)


def test_password_sessions_and_tokens_are_looked_after_in_the_settings(
    app: Flask, client: FlaskClient, shared: People
) -> None:
    login(app.test_client())
    login(client)
    text = client.get("/settings").text
    assert text.count("Log out there") == 1
    wrong = send(client, "/settings/password", old_password="x", new_password="another secret")
    assert (wrong.status_code, "the old password is not right" in wrong.text) == (400, True)
    assert (
        send(client, "/settings/password", old_password=SECRET, new_password="another secret").status_code
        == 303
    )
    assert "Log out there" not in client.get("/settings").text
    assert "give the token a name" in send(client, "/settings/tokens", label=" ").text
    send(client, "/settings/tokens", label="Notes")
    assert send(client, "/settings/tokens/1/remove").status_code == 303
    assert shared.api_tokens.of(shared.accounts.named("Ada").id) == ()
    assert send(client, "/settings/sessions", session="all").headers["Location"] == "/login"
    assert client.get("/").status_code == 303


def test_session_of_somebody_else_is_not_ended(app: Flask, client: FlaskClient, shared: People) -> None:
    login(client)
    other = app.test_client()
    login(other, "Ben")
    send(client, "/settings/sessions", session="2")
    assert other.get("/").status_code == 200


def test_readers_zone_tells_the_times(client: FlaskClient, paper: Paper, shared: People) -> None:
    paper.told("Bridge closed")
    login(client)
    send(client, "/settings/looks", time_zone="Asia/Tokyo", density="compact", theme="light")
    front = page(client, "/")
    html_ = front.one("html")
    assert (html_["data-theme"], html_["data-density"]) == ("light", "compact")
    assert "Times are in Asia/Tokyo." in front.one("footer").text
    assert any("JST" in node.attributes.get("title", "") for node in front.all("time"))
    refused = send(client, "/settings/looks", time_zone="Europe/Atlantis")
    assert (refused.status_code, "there is no time zone" in refused.text) == (400, True)


def test_story_of_what_is_not_followed_is_told_as_hidden_on_the_front_page_only(
    client: FlaskClient, paper: Paper, shared: People
) -> None:
    story = paper.told("Bridge closed")
    login(client)
    assert send(client, "/settings/follows").status_code == 303
    front = client.get("/").text
    assert "1 hidden · show" in front
    assert "only outlets or folders that you do not follow report it" in front
    assert read(front).all("article") == []
    assert f'id="card-{story}"' in client.get("/topic/all").text


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iOS"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_browser_is_told_in_a_few_words(agent: str, words: str) -> None:
    assert browser(agent) == words


def test_program_endpoints_exist(app: Flask) -> None:
    assert set(app.view_functions) >= PROGRAMS | OPEN


@pytest.mark.parametrize("address", ["/settings", "/people", "/feeds", "/stories/1"])
@pytest.mark.parametrize("name", ["Ada", "Ben", None])
def test_pages_of_people_are_well_made(
    client: FlaskClient, paper: Paper, shared: People, address: str, name: str | None
) -> None:
    paper.told("Bridge closed")
    if name:
        login(client, name)
        send(client, "/settings/tokens", label="Notes")
        send(client, "/people/invitations", role="reader")
    found = read(client.get(address, follow_redirects=True).text)

    ids = [node["id"] for node in found.nodes if node.has("id")]
    labelled = {node.attributes.get("for") for node in found.all("label")}
    named = [
        node["id"] for node in found.all("input", "select") if node.has("id") and node["id"] != "keys-on"
    ]
    assert (found.unbalanced, len(found.all("h1")), len(ids)) == ([], 1, len(set(ids)))
    assert set(named) <= labelled


@pytest.mark.loopback
def test_only_the_trusted_proxys_word_on_https_counts(app: Flask, shared: People) -> None:
    cookies = {}
    for proxy in ("127.0.0.1", "192.0.2.9", ""):
        server = listen(app, host="127.0.0.1", port=0, threads=1, trusted_proxy=proxy)
        answer = Client(server.application).post(
            "/login",
            data={"name": "Ada", "password": SECRET},
            headers={"Sec-Fetch-Site": "same-origin", "X-Forwarded-Proto": "https"},
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )
        cookies[proxy] = answer.headers.get("Set-Cookie", "")
        server.close()

    secure = {proxy: "Secure" in told and told.startswith("__Host-") for proxy, told in cookies.items()}
    assert secure == {"127.0.0.1": True, "192.0.2.9": False, "": False}


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_person_logs_in_chooses_dark_and_logs_out(
    app: Flask, shared: People, serve: Callable[[Flask], str], open_page: Callable[..., Sheet]
) -> None:
    sheet = open_page(serve(app) + "/settings", color_scheme="light")
    tab = sheet.page
    tab.get_by_label("Name").fill("Ada")
    tab.get_by_label("Password").fill(SECRET)
    tab.get_by_role("button", name="Log in").click()
    tab.get_by_label("Dark").check()
    tab.get_by_role("button", name="Store the looks").click()
    dark = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    tab.get_by_role("button", name="Log out", exact=True).click()

    assert dark == "rgb(23, 22, 20)"
    assert urlsplit(tab.url).path == "/login"
    assert tab.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(251, 250, 246)"
    assert sheet.complaints == []


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("look", LOOKS)
def test_axe_reports_nothing_on_the_pages_of_accounts(
    app: Flask, shared: People, serve: Callable[[Flask], str], open_page: Callable[..., Sheet], look: str
) -> None:
    secret = shared.invitations.make(ReaderId(1), role=Role.READER)
    site = serve(app)
    sheet = open_page(f"{site}/login")
    put_on(sheet, look)
    tab, found = sheet.page, {}

    def walk(name: str) -> None:
        found[name] = reported(sheet)

    walk("the login")
    tab.get_by_label("Name").fill("Ada")
    tab.get_by_label("Password").fill("wrong")
    tab.get_by_role("button", name="Log in").click()
    walk("a login that failed")
    for address in (f"/invitation/{secret}", "/invitation/used", "/login?next=/people"):
        tab.goto(site + address)
        walk(address)
    tab.get_by_label("Name").fill("Ada")
    tab.get_by_label("Password").fill(SECRET)
    tab.get_by_role("button", name="Log in").click()
    walk("the people")
    tab.get_by_role("button", name="Make an invitation").click()
    walk("an invitation made")
    tab.goto(f"{site}/settings")
    walk("the settings")

    assert {name: complaints for name, complaints in found.items() if complaints} == {}
    assert len(found) == 8
