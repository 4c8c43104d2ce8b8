"""Pages of labels, outlets' work, overlap, lenses and questions: forms, words, tables, and refusals."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.fake_outlets import FakeDesk, make_facts
from tests.web.fake_reading import make_services
from tests.web.markup import Markup, read
from tests.web.paper import make_paper
from web.factory import create_app

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def client(desk: FakeDesk) -> FlaskClient:
    return create_app(make_services(make_paper(), desk=desk)).test_client()


def texts(page: Markup, *tags: str) -> list[str]:
    return [node.text for node in page.all(*tags)]


def post(client: FlaskClient, address: str, **data: Any) -> Any:
    return client.post(address, data=data, headers=OURS, content_type="multipart/form-data")


def test_labels_show_every_outlet_on_every_axis_with_where_each_is_from(client: FlaskClient) -> None:
    page = read(client.get("/outlets/labels").text)
    rows = texts(page, "tr")
    assert rows[0] == "Outlet Country Language Type Owner"
    assert rows[1].startswith("The Orsholm Lantern VeldmarkBroadfold’s list (Wikipedia: Lantern)")
    assert rows[3] == "Isvik Post not known not known not known not known"
    assert page.unbalanced == []
    assert all(th.attributes.get("scope") in ("col", "row") for th in page.all("th"))


def test_a_label_is_set_by_a_form_and_the_page_says_so(client: FlaskClient, desk: FakeDesk) -> None:
    answer = post(client, "/outlets/labels", outlet="1", axis="slant", value="dry", source="me")
    assert (answer.status_code, answer.location) == (303, "/outlets/labels?done=set")
    assert desk.labelling.asked == [("1", "slant", "dry", "me")]
    assert "The label was set." in client.get(answer.location).text
    gone = post(client, "/outlets/labels", outlet="1", axis="slant", value=" ")
    assert gone.location == "/outlets/labels?done=gone"


def test_a_refused_label_is_told_and_what_was_typed_stays(client: FlaskClient) -> None:
    answer = post(client, "/outlets/labels", outlet="2", axis="name", value="dry")
    page = read(answer.text)
    assert answer.status_code == 400
    assert "“name” cannot be an axis" in answer.text
    assert [node["value"] for node in page.all("input") if node.attributes.get("name") == "value"] == ["dry"]


def test_another_site_may_not_label(client: FlaskClient, desk: FakeDesk) -> None:
    answer = client.post("/outlets/labels", data={"outlet": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, desk.labelling.asked) == (403, [])


def test_a_file_is_looked_into_first_and_stored_by_a_second_form(client: FlaskClient, desk: FakeDesk) -> None:
    file = (BytesIO(b"domain,slant\norsholm-lantern.example,dry\nno domain,wet\n"), "mine.csv")
    shown = post(client, "/outlets/labels/import", csv=file)
    page = read(shown.text)
    assert "1 line would label · 0 as before · 1 refused" in shown.text
    assert texts(page, "tr")[1] == "The Orsholm Lantern 2 Will be labelled slant: “dry”."
    assert desk.labelling.own == []
    fields = {node["name"]: node["value"] for node in page.all("input") if node.has("name")}
    done = post(client, "/outlets/labels/import/confirm", name=fields["name"], packed=fields["packed"])
    assert "1 line labelled · 0 as before · 1 refused" in done.text
    assert client.get("/outlets/labels/export.csv").data == (
        b"domain,name,slant,source\r\norsholm-lantern.example,The Orsholm Lantern,dry,\r\n"
    )


@pytest.mark.parametrize(
    ("address", "data", "said"),
    [
        ("/outlets/labels/import", {}, "Choose a CSV file first."),
        ("/outlets/labels/import", {"csv": (b"x", "mine.csv")}, "its first line has no column “domain”"),
        ("/outlets/labels/import/confirm", {"packed": "%%%"}, "The file did not come back whole."),
        ("/outlets/labels/import/confirm", {"packed": "", "name": "x"}, "The file did not come back whole."),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    client: FlaskClient, address: str, data: dict[str, Any], said: str
) -> None:
    files = {
        key: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for key, value in data.items()
    }
    answer = post(client, address, **files)
    assert answer.status_code == 400
    assert said in answer.text


def test_an_outlet_page_tells_its_weeks_in_words_and_every_picture_has_them(client: FlaskClient) -> None:
    html = client.get("/outlets/1").text
    page = read(html)
    facts = [(dt.text, dd.text) for dt, dd in zip(page.all("dt"), page.all("dd"), strict=True)]
    assert (
        "First with a story",
        "6 of 24 stories that others told, too (25 %)",
    ) in facts
    assert ("Behind the first report", "50 minutes (the middle one of 18 stories)") in facts
    assert (
        "Text from elsewhere",
        "11 of 60 articles (18 %): credits Marble Wire 9, text of Porto Sereno Courier 2",
    ) in facts
    assert ("Edited after publication", "3 of 60 articles (5 %), as far as its feeds show") in facts
    assert "42 articles on 29 days; most, 3, on" in html
    assert [row for row in texts(page, "tr") if row.startswith("World")] == ["World 25 · 62 %"]
    assert page.unbalanced == []


def test_a_small_sample_is_told_as_one(client: FlaskClient, desk: FakeDesk) -> None:
    desk.work.facts = make_facts(stories=7, topics=(("world", 7),))
    page = read(client.get("/outlets/1").text)
    assert [row for row in texts(page, "tr") if row.startswith("World")] == ["World 7"]


def test_an_outlet_without_articles_says_that_there_is_nothing_to_count(
    client: FlaskClient, desk: FakeDesk
) -> None:
    desk.work.facts = make_facts(articles=0)
    assert "there is nothing to count" in client.get("/outlets/1").text


def test_later_pages_of_an_outlet_do_not_count_again(client: FlaskClient) -> None:
    assert "The last 28 days" not in client.get("/outlets/1?after=older").text


def test_overlap_is_a_table_with_caption_and_headers_and_advice_in_words(client: FlaskClient) -> None:
    page = read(client.get("/outlets/overlap").text)
    assert page.one("caption").text.startswith("How many percent of a row’s stories")
    rows = texts(page, "tr")
    assert rows[1] == "The Orsholm Lantern 120 60 itself 42 0"
    assert rows[3] == "Isvik Post 7 4 too few to say too few to say itself"
    assert all(th["scope"] in ("col", "row") for th in page.all("th"))
    (advice,) = [node.text for node in page.all("li") if "adds little" in node.text]
    assert advice == (
        "Porto Sereno Courier adds little beside The Orsholm Lantern: 4 of its 60 stories of these days were "
        "its own. 87 % of them were in The Orsholm Lantern at the latest 2 hours later."
    )


@pytest.mark.parametrize(
    ("address", "title", "said"),
    [
        ("/?lens=one", "Covered by only one country", "12 are told by two or more outlets"),
        ("/?lens=one&axis=owner", "Covered by only one owner", "all have the same owner"),
        ("/?lens=alone", "Told by one outlet alone", "by one outlet of your list and no other"),
        ("/?lens=alone&outlet=1", "Nobody in your list but The Orsholm Lantern", "no other, so far"),
        ("/?lens=by&axis=type", "Stories by type", "that has most of its independent reports"),
        ("/?lens=by&axis=type&value=daily", "Told by type daily", "an outlet whose type is “daily”"),
        ("/?lens=blindspots", "Blindspots of the week by country", "4 stories are told so widely"),
    ],
)
def test_a_lens_says_what_it_shows(client: FlaskClient, address: str, title: str, said: str) -> None:
    html = client.get(address).text
    page = read(html)
    assert page.one("h1").text == title
    assert said in page.one("main").text if page.all("main") else said in html
    assert texts(page, "h2")[0] == "Veldmark 3 stories"
    assert page.unbalanced == []


@pytest.mark.parametrize(
    ("address", "fields", "said"),
    [
        ("/?lens=one", {"looked_at": 0}, "There are no stories to look at yet."),
        ("/?lens=alone", {}, "No story of these is told by one outlet alone."),
        ("/?lens=one", {"labelled": 0}, "No outlet has a label on the axis “country”"),
        ("/?lens=one", {"several": 0}, "No story is told by two outlets yet."),
        ("/?lens=one", {}, "of the 12 with several outlets, each has more than one country"),
        ("/?lens=by&value=East", {}, "No outlet has the country “East”."),
        ("/?lens=blindspots", {"widely": 0}, "No story of this week has five independent reports"),
        ("/?lens=blindspots", {"unknown": 2}, "a feed could not be read at the time"),
        ("/?lens=blindspots", {}, "No country leaves out a story that it would usually tell"),
    ],
)
def test_an_empty_lens_says_why(
    client: FlaskClient, desk: FakeDesk, address: str, fields: dict[str, Any], said: str
) -> None:
    desk.lenses.groups = ()
    desk.lenses.fields = fields
    assert said in client.get(address).text


@pytest.mark.parametrize(
    "address", ["/?lens=", "/?lens=nonsense", "/?lens=one&axis=colour", "/?lens=alone&outlet=x"]
)
def test_a_lens_that_there_is_not_is_a_clear_400(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "lens" in answer.text or "number" in answer.text or "axis" in answer.text


def test_the_front_page_without_a_lens_asks_no_lens(client: FlaskClient, desk: FakeDesk) -> None:
    client.get("/")
    assert desk.lenses.asked == []


def test_a_question_is_answered_with_outlet_time_and_link(client: FlaskClient) -> None:
    page = read(client.get("/ask?q=What+did+divers+find%3F").text)
    assert page.one("h1").text == "What did divers find?"
    assert page.one("blockquote").text == "Divers found a crack as long as an arm."
    links = {node.text: node["href"] for node in page.all("a") if node.has("href")}
    assert links["Harbour bridge closed"] == "/articles/3"
    assert links["Original"] == "https://outlet1.example/3"
    assert page.unbalanced == []


def test_a_question_that_nothing_answers_says_so(client: FlaskClient) -> None:
    assert "No outlet reports that" in client.get("/ask?q=nothing").text
    assert "Ask about all stories" in client.get("/stories/1/ask?q=nothing").text


def test_a_question_about_a_merged_story_leads_on_and_about_none_is_a_404(client: FlaskClient) -> None:
    answer = client.get("/stories/8/ask?q=divers")
    assert (answer.status_code, answer.location) == (301, "/stories/1/ask?q=divers")
    assert client.get("/stories/404/ask").status_code == 404


@pytest.mark.parametrize(("site", "may"), [("same-origin", True), ("none", True), ("cross-site", False)])
def test_only_a_page_that_a_person_opened_asks_the_model(
    client: FlaskClient, desk: FakeDesk, site: str, may: bool
) -> None:
    client.get("/ask?q=divers", headers={"Sec-Fetch-Site": site})
    assert desk.ask.asked == [("divers", None, may)]


def test_a_reworded_answer_shows_its_model_and_keeps_the_sentences(
    client: FlaskClient, desk: FakeDesk
) -> None:
    desk.ask.fields = {"rephrased": ("A crack was found <b>there</b> [1].",), "model": "small"}
    html = client.get("/ask?q=divers").text
    assert "A crack was found &lt;b&gt;there&lt;/b&gt; [1]." in html
    assert "Worded by small from the numbered sentences" in html
    assert "Divers found a crack" in html


def test_a_note_stands_above_the_extract(client: FlaskClient, desk: FakeDesk) -> None:
    desk.ask.fields = {"note": "What small made of these sentences is not shown: it was empty."}
    page = read(client.get("/ask?q=divers").text)
    assert [node.text for node in page.all("p") if node.attributes.get("class") == "notice"] == [
        "What small made of these sentences is not shown: it was empty."
    ]
    assert page.one("blockquote").text.startswith("Divers")


def test_the_story_page_has_the_form_to_ask(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)
    assert "/stories/1/ask" in [node.attributes.get("action") for node in page.all("form")]
