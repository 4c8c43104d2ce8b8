from typing import Any

import pytest
from flask.testing import FlaskClient

from aggregator.readers.views import WhyLine
from tests.web.fake_reading import (
    FakeCorrect,
    FakeReading,
    make_card,
    make_correction,
    make_report,
    make_story,
)
from tests.web.markup import read

OURS = {"Origin": "http://localhost"}


def test_every_report_can_be_taken_out(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    buttons = [node for node in page.all("button") if node.attributes.get("name") == "article"]
    assert [button["value"] for button in buttons] == ["1", "2", "3", "4"]
    assert buttons[2].text == "Not this story: Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt"


def test_story_of_one_report_can_only_be_joined_with_another(
    reading: FakeReading, client: FlaskClient
) -> None:
    reading.stories = {2: make_story(make_card(2))}

    actions = [form.attributes.get("action") for form in read(client.get("/stories/2").text).all("form")]

    assert "/stories/2/merge" in actions
    assert "/stories/2/move" not in actions


@pytest.mark.parametrize(
    ("address", "fields", "asked"),
    [
        ("/stories/1/move", {"article": "3"}, ("split", 1, 3, "story page")),
        ("/stories/1/move", {"article": "3", "to": " #5 "}, ("move", 3, 5, "story page")),
        ("/stories/1/merge", {"other": "5"}, ("merge", 1, 5, "story page")),
    ],
)
def test_form_corrects_and_leads_back_to_the_story(
    client: FlaskClient, correct: FakeCorrect, address: str, fields: dict[str, str], asked: tuple[object, ...]
) -> None:
    answer = client.post(address, data=fields, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/stories/1?done=7")
    assert correct.asked == [asked]


def test_story_that_merged_leads_to_the_one_that_is_left(client: FlaskClient) -> None:
    answer = client.post("/stories/9/merge", data={"other": "1"}, headers=OURS)

    assert answer.headers["Location"] == "/stories/1?done=7"


def test_page_after_a_correction_says_what_was_done_and_offers_to_undo_it(
    client: FlaskClient, correct: FakeCorrect
) -> None:
    correct.stored = (make_correction(7), make_correction(6, detail="story 5 is the same as story 1"))

    page = read(client.get("/stories/1?done=7").text)

    (notice,) = [node for node in page.with_class("notice") if node.attributes.get("role") == "status"]
    assert notice.text == (
        "Corrected: “Otter seen in canal” is not part of story 1. It stays so, whatever comes in. "
        "Undo correction 7"
    )
    undo = [node["value"] for node in page.all("button") if node.attributes.get("name") == "correction"]
    assert undo == ["7", "7", "6"]


def test_undo_is_told_on_the_page(client: FlaskClient, correct: FakeCorrect) -> None:
    answer = client.post("/stories/1/undo", data={"correction": "6"}, headers=OURS)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/stories/1?undone=7")
    assert correct.asked == [("undo", 6)]
    assert "The correction was undone." in client.get("/stories/1?undone=7").text


@pytest.mark.parametrize(
    ("address", "fields", "problem"),
    [
        (
            "/stories/1/move",
            {"article": "1"},
            "Nothing was changed: every article of story 1 would leave it.",
        ),
        ("/stories/1/move", {}, "the form named no article"),
        ("/stories/1/move", {"article": "3", "to": "the bridge"}, "write the number of the other story"),
        ("/stories/1/move", {"article": "3", "to": "404"}, "there is no story of that number"),
        ("/stories/1/merge", {"other": ""}, "write the number of the other story"),
        ("/stories/1/merge", {"other": "99999999999999999999"}, "write the number of the other story"),
        ("/stories/1/merge", {"other": "9223372036854775808"}, "write the number of the other story"),
        ("/stories/1/merge", {"other": "²"}, "write the number of the other story"),
        ("/stories/1/merge", {"other": "404"}, "there is no story of that number"),
        ("/stories/1/undo", {"correction": "404"}, "There is no correction 404 to undo."),
        ("/stories/1/undo", {}, "the form named no correction"),
    ],
)
def test_what_cannot_be_done_is_told_on_the_story_and_changes_nothing(
    client: FlaskClient, correct: FakeCorrect, address: str, fields: dict[str, str], problem: str
) -> None:
    answer = client.post(address, data=fields, headers=OURS)

    page = read(answer.text)
    (told,) = [node for node in page.with_class("problem") if node.attributes.get("role") == "alert"]
    assert (answer.status_code, correct.asked) == (400, [])
    assert problem in told.text
    assert page.one("h1").text.startswith("Harbour bridge in Orsholm closed")


def test_correction_of_a_story_that_is_not_there_is_a_404(client: FlaskClient) -> None:
    assert client.post("/stories/404/merge", data={"other": "1"}, headers=OURS).status_code == 404


@pytest.mark.parametrize("what", ["move", "merge", "undo"])
def test_correction_asked_for_by_another_site_is_refused(
    client: FlaskClient, correct: FakeCorrect, what: str
) -> None:
    fields = {"article": "3", "other": "5", "correction": "7"}

    answer = client.post(f"/stories/1/{what}", data=fields, headers={"Origin": "http://evil.example"})

    assert (answer.status_code, correct.asked) == (403, [])
    assert client.get(f"/stories/1/{what}").status_code == 405


def make_why(**fields: Any) -> WhyLine:
    values: dict[str, Any] = {
        "nearest": make_report(2).id,
        "outlet": "Isvik Post",
        "headline": "Bridge <shut>",
        "score": 0.714,
        "likely": "likely the same event (.71)",
        "shared": (),
        "words": (),
        "is_weakest": False,
    }
    return WhyLine(**values | fields)


def test_report_says_why_it_is_in_the_story(reading: FakeReading, client: FlaskClient) -> None:
    why = make_why(shared=("Orsholm", "<b>", "نهر"), words=("2 h apart",), is_weakest=True)
    reading.stories = {2: make_story(make_card(2), reports=(make_report(1, why=why), make_report(2)))}

    reports = read(client.get("/stories/2").text).with_class("report")

    assert reports[0].text.endswith(
        "Why together? Nearest to Bridge <shut> (Isvik Post); likely the same event (.71): "
        "shares “Orsholm”, “<b>”, “نهر”; 2 h apart. This is the weakest link of the story."
    )
    assert "Why together?" not in reports[1].text


@pytest.mark.parametrize(
    ("shared", "words", "end"),
    [
        (("Orsholm",), (), "likely the same event (.71): shares “Orsholm”."),
        ((), ("2 h apart",), "likely the same event (.71): 2 h apart."),
        ((), (), "likely the same event (.71)."),
    ],
)
def test_reasons_that_are_missing_leave_no_trace(
    reading: FakeReading, client: FlaskClient, shared: tuple[str, ...], words: tuple[str, ...], end: str
) -> None:
    why = make_why(shared=shared, words=words)
    reading.stories = {2: make_story(make_card(2), reports=(make_report(1, why=why), make_report(2)))}
    assert read(client.get("/stories/2").text).with_class("report")[0].text.endswith(end)


def test_shared_words_of_any_script_keep_to_themselves(reading: FakeReading, client: FlaskClient) -> None:
    why = make_why(shared=("نهر",))
    reading.stories = {2: make_story(make_card(2), reports=(make_report(1, why=why), make_report(2)))}
    assert "“<bdi>نهر</bdi>”" in client.get("/stories/2").text
