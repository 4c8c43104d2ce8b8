"""What the commands say, and the codes they end with: 0 done, 1 failed, 2 wrong use."""

import json
import sqlite3

import pytest

OPML = """<opml version="2.0"><body><outline text="Veldmark">
<outline type="rss" text="The Lantern" xmlUrl="https://lantern.example/front.xml" htmlUrl="https://lantern.example/"/>
<outline type="rss" text="Broken" xmlUrl="gopher://old.example/feed"/>
</outline></body></opml>"""


def test_help_lists_every_command(type_):
    result = type_("--help")

    assert result.exit_code == 0
    for name in ("demo", "run", "refresh", "feeds", "stories", "eval", "db", "config"):
        assert f"\n  {name} " in result.output


@pytest.mark.parametrize(
    "words",
    [["demo"], ["run"], ["refresh"], ["feeds"], ["feeds", "add"], ["stories"], ["eval"], ["db"], ["config"]],
    ids=" ".join,
)
def test_every_command_explains_itself(type_, words):
    result = type_(*words, "--help")

    assert result.exit_code == 0
    assert "Usage: " in result.output


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["feeds", "add"],
        ["feeds", "remove", "17"],
        ["feeds", "import", "none.opml"],
        ["stories", "show", "17"],
        ["stories", "list", "--limit", "0"],
        ["stories", "merge", "17", "18"],
        ["stories", "split", "17", "18"],
        ["stories", "split", "17"],
        ["stories", "move", "17", "18"],
        ["stories", "undo", "17"],
        ["eval"],
        ["eval", "none.jsonl"],
        ["run", "--port", "99999"],
        ["refresh", "--feed", "https://nowhere.example/feed"],
        ["feeds", "add", "gopher://old.example/feed"],
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_a_sentence(type_, words):
    result = type_(*words)

    assert result.exit_code == 2
    assert result.stderr.strip()
    assert "Traceback" not in result.output


def test_unknown_setting_ends_with_2_and_names_it(type_, monkeypatch):
    monkeypatch.setenv("BROADFOLD_COLOUR", "blue")

    result = type_("config", "check")

    assert (result.exit_code, "BROADFOLD_COLOUR" in result.stderr) == (2, True)


def test_config_check_says_that_all_is_well(type_):
    assert type_("config", "check").output.startswith("The settings are fine.")


def test_config_show_prints_values_as_json(type_, monkeypatch):
    monkeypatch.setenv("BROADFOLD_WEB__PORT", "9123")

    assert json.loads(type_("config", "show", "--json").output)["web.port"] == 9123


def test_import_tells_every_line_and_keeps_folders(type_, folder):
    (folder / "mine.opml").write_text(OPML)

    first, again = type_("feeds", "import", "mine.opml"), type_("feeds", "import", "mine.opml")
    listed = json.loads(type_("feeds", "list", "--json").output)

    assert "1 feeds added, 0 known already, 1 refused." in first.output
    assert "gopher://old.example/feed" in first.output
    assert "0 feeds added, 1 known already, 1 refused." in again.output
    assert [(feed["title"], feed["folder"]) for feed in listed] == [("The Lantern", "Veldmark")]


def test_export_can_be_imported_again(type_, folder):
    (folder / "mine.opml").write_text(OPML)
    type_("feeds", "import", "mine.opml")

    type_("feeds", "export", "-o", "out.opml")

    assert "0 feeds added, 1 known already, 0 refused." in type_("feeds", "import", "out.opml").output


def test_file_that_is_not_opml_adds_nothing(type_, folder):
    (folder / "photo.opml").write_bytes(b"\x89PNG\r\n")

    result = type_("feeds", "import", "photo.opml")

    assert (result.exit_code, "Nothing was added" in result.stderr) == (2, True)


def test_removed_feed_can_be_added_again(type_, folder):
    (folder / "mine.opml").write_text(OPML)
    type_("feeds", "import", "mine.opml")

    result = type_("feeds", "remove", "https://lantern.example/front.xml")

    assert "To undo: broadfold feeds add https://lantern.example/front.xml" in result.output
    assert json.loads(type_("feeds", "list", "--json").output) == []


def test_empty_lists_say_what_to_do(type_):
    assert "broadfold feeds add" in type_("feeds", "list").output
    assert "broadfold refresh" in type_("stories", "list").output
    assert "broadfold stories split" in type_("stories", "log").output
    assert json.loads(type_("stories", "log", "--json").output) == []


def test_stories_of_an_unknown_topic_are_refused_with_the_topics(type_):
    assert "No stories yet" in type_("stories", "list", "--topic", "sport").output

    result = type_("stories", "list", "--topic", "gossip")

    assert result.exit_code == 2
    assert "There is no topic 'gossip'. The topics are world, politics, " in result.stderr


def test_broken_file_of_topics_is_refused(type_, folder, monkeypatch):
    (folder / "topics.toml").write_text("[[topic]]\nname = 'all'\nexamples = ['x']\n")
    monkeypatch.setenv("BROADFOLD_STORIES__TOPICS_FILE", "topics.toml")

    result = type_("stories", "list")

    assert result.exit_code == 2
    assert "topics.toml cannot be used: the name 'all' is taken by Broadfold itself." in result.stderr


def test_database_can_be_checked_and_upgraded(type_):
    assert "schema" in type_("db", "upgrade").output
    assert "was up to date already" in type_("db", "upgrade").output
    assert "nothing is wrong" in type_("db", "check").output


def test_newer_database_is_refused_and_left_alone(type_, folder):
    type_("db", "upgrade")
    file = folder / "data" / "broadfold.db"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    before = file.read_bytes()

    result = type_("stories", "list")

    assert result.exit_code == 1
    assert "Install the newer Broadfold again" in result.stderr
    assert file.read_bytes() == before


def test_file_that_is_no_database_is_refused(type_, folder):
    (folder / "data").mkdir()
    (folder / "data" / "broadfold.db").write_text("Dear diary, " * 100)

    result = type_("stories", "list")

    assert (result.exit_code, "broadfold db check" in result.stderr) == (1, True)


def test_data_folder_that_cannot_be_made_is_named(type_, folder, monkeypatch):
    (folder / "file").write_text("")
    monkeypatch.setenv("BROADFOLD_DATA", str(folder / "file" / "data"))

    result = type_("feeds", "list")

    assert result.exit_code == 1
    assert f"The data folder {folder / 'file' / 'data'} cannot be used" in result.stderr


def test_feeds_are_changed_by_number_and_address(type_, folder):
    (folder / "mine.opml").write_text(OPML)
    type_("feeds", "import", "mine.opml")
    address = "https://lantern.example/front.xml"

    said = [
        type_("feeds", "pause", "1", address).output,
        type_("feeds", "move", address, "--folder", "North / Far").output,
        type_("feeds", "interval", "1", "--minutes", "90").output,
    ]
    (paused,) = json.loads(type_("feeds", "list", "--json").output)
    resumed = type_("feeds", "resume", "1").output
    (active,) = json.loads(type_("feeds", "list", "--json").output)

    assert [*said, resumed] == ["Paused: 1.\n", "Moved: 1.\n", "Set: 1.\n", "Resumed: 1.\n"]
    assert (paused["health"], paused["folder"], active["health"]) == ("paused", "North/Far", "waiting")


def test_feeds_are_fetched_whole_and_muted_until_told_otherwise(type_, folder):
    (folder / "mine.opml").write_text(OPML)
    type_("feeds", "import", "mine.opml")

    said = [type_("feeds", "full-text", "1").output, type_("feeds", "mute", "1").output]
    (on,) = json.loads(type_("feeds", "list", "--json").output)
    said += [type_("feeds", "full-text", "1", "--off").output, type_("feeds", "mute", "1", "--off").output]
    (off,) = json.loads(type_("feeds", "list", "--json").output)

    assert said == ["Set: 1.\n"] * 4
    assert [(x["full_text"], x["muted"]) for x in (on, off)] == [(True, True), (False, False)]


@pytest.mark.parametrize(
    "words",
    [
        ["pause"],
        ["pause", "17"],
        ["full-text", "17"],
        ["mute", "17"],
        ["move", "17"],
        ["interval", "17", "--minutes", "0"],
    ],
)
def test_feeds_that_are_not_there_cannot_be_changed(type_, words):
    assert type_("feeds", *words).exit_code == 2
