"""`broadfold outlets` and `broadfold ask`: labels in and out, and questions, with codes and sentences."""

import json

import pytest

OPML = """<opml version="2.0"><body>
<outline type="rss" text="The Lantern" xmlUrl="https://lantern.example/front.xml" htmlUrl="https://lantern.example/"/>
</body></opml>"""


@pytest.fixture
def known(type_, folder):
    """A data folder with one outlet."""
    (folder / "mine.opml").write_text(OPML)
    type_("feeds", "import", "mine.opml")
    return type_


def test_a_label_is_set_and_listed_with_its_source(known):
    told = known("outlets", "label", "lantern.example", "slant", "dry", "--source", "me")

    assert told.output == "The Lantern is “dry” on the axis “slant” now.\n"
    (line,) = json.loads(known("outlets", "list", "--json").output)
    assert line["labels"]["slant"] == {
        "axis": "slant",
        "value": "dry",
        "source": "your own label (me)",
        "is_own": True,
    }
    assert "dry [your own label (me)]" in known("outlets", "list", "--sources").output


def test_labels_are_previewed_imported_and_exported(known, folder):
    (folder / "mine.csv").write_text("domain,slant\nlantern.example,dry\nnowhere,wet\n")

    preview = known("outlets", "import", "mine.csv", "--preview")
    assert "Nothing was stored yet: 1 labelled, 0 as before, 1 refused." in preview.output
    assert known("outlets", "export").output == "domain,name,source\n"
    assert "1 labelled, 0 as before, 1 refused." in known("outlets", "import", "mine.csv").output
    known("outlets", "export", "out.csv")
    assert (folder / "out.csv").read_bytes() == (
        b"domain,name,slant,source\r\nlantern.example,The Lantern,dry,\r\n"
    )
    assert "0 labelled, 1 as before, 0 refused." in known("outlets", "import", "out.csv").output


@pytest.mark.parametrize(
    "words",
    [
        ["outlets", "label", "herald", "slant", "dry"],
        ["outlets", "label", "lantern.example", "name", "dry"],
        ["outlets", "label", "lantern.example", "slant", ""],
        ["outlets", "import", "bad.csv"],
        ["outlets", "import", "none.csv"],
        ["ask"],
        ["ask", "Who?", "--story", "17"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_a_sentence(known, folder, words):
    (folder / "bad.csv").write_text("site,slant\n")

    result = known(*words)

    assert result.exit_code == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_an_empty_list_says_what_to_do(type_):
    assert "broadfold feeds add" in type_("outlets", "list").output


def test_a_question_without_a_telling_word_is_told(known):
    result = known("ask", "What is it?")

    assert result.exit_code == 0
    assert "at least one word" in result.stderr
    assert json.loads(known("ask", "What is it?", "--json").output)["answers"] == []


def test_an_endpoint_without_a_model_is_refused_with_the_setting(known, monkeypatch):
    monkeypatch.setenv("BROADFOLD_ASK__ENDPOINT", "http://127.0.0.1:9/v1")

    result = known("outlets", "list")

    assert (result.exit_code, "ask.model" in result.stderr) == (2, True)


def test_a_key_file_that_is_not_there_is_named(known, monkeypatch):
    monkeypatch.setenv("BROADFOLD_ASK__ENDPOINT", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("BROADFOLD_ASK__MODEL", "small")
    monkeypatch.setenv("BROADFOLD_ASK__KEY_FILE", "no-such-file")

    result = known("outlets", "list")

    assert (result.exit_code, "no-such-file" in result.stderr) == (2, True)
