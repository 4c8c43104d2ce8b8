"""A story as JSON and as Markdown: every report with its source, time and link."""

from dataclasses import replace

from flask.testing import FlaskClient

from tests.web.fake_reading import FakeReading, make_card, make_copy, make_report, make_story
from tests.web.markup import read


def test_json_has_counts_summary_and_every_report_with_its_copies(client: FlaskClient) -> None:
    answer = client.get("/stories/1.json")

    told = answer.get_json()
    assert answer.mimetype == "application/json"
    assert (told["id"], told["url"]) == (1, "http://localhost/stories/1")
    assert (told["articles"], told["outlets"], told["independent_reports"]) == (11, 8, 4)
    assert [len(report["copies"]) for report in told["reports"]] == [1, 4, 0, 0]
    assert told["reports"][2] == {
        "article": 3,
        "outlet": "Nordhelm Abendblatt",
        "headline": "Risse im Pfeiler: Hafenbrücke von Orsholm gesperrt",
        "excerpt": "Die Hafenbrücke bleibt bis auf weiteres gesperrt. Taucher fanden einen Riss.",
        "link": "https://outlet8.example/3",
        "at": "2026-03-14T09:00:00Z",
        "dated": True,
        "language": "de",
        "credits": None,
        "copies": [],
    }
    assert told["summary"][0]["outlet"] == "The Orsholm Lantern"
    assert told["split_from"] == 5


def test_markdown_lists_reports_with_links_and_copies_under_them(client: FlaskClient) -> None:
    answer = client.get("/stories/1.md")

    assert answer.mimetype == "text/markdown"
    lines = answer.text.splitlines()
    assert lines[0] == "# Harbour bridge in Orsholm closed after divers find crack in main pier"
    assert "11 articles, 8 outlets, 4 independent reports" in lines
    report = "- [Ferries run round the clock as Orsholm bridge shuts](https://outlet7.example/2)"
    place = lines.index(f"{report} – Veldmark Wire, 2026-03-14T08:00:00Z")
    assert lines[place + 1].startswith(
        "  - copy: [Ferries run round the clock as bridge shuts](https://outlet2"
    )


def test_what_feeds_wrote_is_never_markup(client: FlaskClient, reading: FakeReading) -> None:
    bad = "A [link](https://bad.example) <script>x</script>\n# Head"
    copies = (replace(make_copy(headline=bad), link="javascript:alert(1)"),)
    line = replace(make_report(1, bad, copies=copies), link="https://a.example/x)](https://bad.example")
    reading.stories = {1: make_story(make_card(1, bad), reports=(line,))}

    text = client.get("/stories/1.md").text

    escaped = r"A \[link\](https://bad.example) \<script\>x\</script\> \# Head"
    assert text.startswith(f"# {escaped}\n")
    assert f"- [{escaped}](https://a.example/x%29%5D%28https://bad.example) – " in text
    assert f"  - copy: {escaped} – " in text
    assert "javascript" not in text


def test_number_of_a_merged_story_leads_on_and_a_wrong_one_is_not_there(
    client: FlaskClient, reading: FakeReading
) -> None:
    reading.stories = {1: 2, 2: make_story(make_card(2))}
    for kind in ("json", "md"):
        answer = client.get(f"/stories/1.{kind}")
        assert (answer.status_code, answer.location) == (301, f"/stories/2.{kind}")
        assert client.get(f"/stories/99.{kind}").status_code == 404


def test_story_page_has_a_citation_to_copy_and_links_to_the_files(client: FlaskClient) -> None:
    page = read(client.get("/stories/1").text)

    (cited,) = page.with_class("citation")
    assert cited.text.startswith(
        "“Harbour bridge in Orsholm closed after divers find crack in main pier”. Broadfold, story 1: "
        "11 articles of 8 outlets, first published Saturday 14 March 2026"
    )
    assert cited.text.endswith("http://localhost/stories/1")
    links = {node.text: node["href"] for node in page.all("a")}
    assert (links["JSON"], links["Markdown"]) == ("/stories/1.json", "/stories/1.md")
