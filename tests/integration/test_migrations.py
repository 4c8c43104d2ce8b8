"""The schema's history, and files that cannot be used: each has a sentence that says what to do."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from aggregator.domain.errors import DatabaseNewer, DatabaseUnusable
from aggregator.storage import Storage, open_storage
from aggregator.storage.schema import metadata
from tests.databases import file_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON

ROOT = Path(__file__).parents[2]
NEWEST = "0016"
"""The last of the migrations: a new one has to be wanted here, too."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "news.db"


@pytest.fixture
def fresh(file: Path) -> Iterator[Storage]:
    """An opened database that was never migrated."""
    storage = open_storage(f"sqlite:///{file}")
    yield storage
    storage.close()


@pytest.fixture
def filled(file: Path) -> Iterator[Storage]:
    """A migrated database with one article."""
    storage = file_storage(file)
    with storage.writing() as work:
        outlet = work.outlets.ensure("lantern.example", name="Lantern")
        feed = work.feeds.add(make_new_feed(), outlet, now=NOON)
        work.articles.add([make_draft()], outlet_id=outlet, feed_id=feed, now=NOON)
    yield storage
    storage.close()


def run_sql(file: Path, *statements: str) -> None:
    """Change a file behind Broadfold's back."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def opening(file: Path) -> DatabaseUnusable:
    """Return the refusal to open a file."""
    with pytest.raises(DatabaseUnusable) as caught:
        open_storage(f"sqlite:///{file}", patience=0.1)
    assert caught.value.location == str(file)
    return caught.value


def test_a_fresh_database_gets_the_newest_schema(fresh: Storage) -> None:
    assert fresh.schema_revision() is None
    assert fresh.check() == ("The database has no tables yet. Run `broadfold db upgrade`.",)
    fresh.migrate()
    assert fresh.schema_revision() == NEWEST
    assert fresh.check() == ()


def test_migrating_again_changes_nothing(filled: Storage) -> None:
    filled.migrate()
    filled.migrate()
    with filled.reading() as work:
        assert work.articles.count() == 1


def test_the_migrations_make_the_tables_that_the_queries_expect(fresh: Storage) -> None:
    fresh.migrate()
    with fresh.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_a_file_is_kept_in_write_ahead_mode(fresh: Storage, file: Path) -> None:
    fresh.migrate()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_folder_with_odd_signs_in_its_name_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "50% news & möre"
    folder.mkdir()
    storage = open_storage(f"sqlite:///{folder / 'news.db'}")
    storage.migrate()
    assert storage.check() == ()
    storage.close()
    assert (folder / "news.db").exists()


def test_a_newer_schema_is_refused_and_left_alone(filled: Storage, file: Path) -> None:
    run_sql(file, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer) as caught:
        filled.migrate()
    assert (caught.value.location, caught.value.found, caught.value.known) == (str(file), "9999", NEWEST)
    assert filled.schema_revision() == "9999"
    assert filled.check() == (f"Schema 9999 is newer than {NEWEST}. Install the newer Broadfold again.",)


def test_a_file_that_is_no_database_is_refused_and_left_alone(file: Path) -> None:
    file.write_text("Dear diary, today I read the news. " * 100)
    assert opening(file).reason == "the file is not a SQLite database"
    assert file.read_text().startswith("Dear diary")


def test_an_empty_file_is_a_fresh_database(fresh: Storage, file: Path) -> None:
    assert file.stat().st_size == 0 or fresh.schema_revision() is None
    fresh.migrate()
    assert fresh.check() == ()


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    why = opening(tmp_path / "nowhere" / "news.db").reason
    assert why == "the file cannot be opened or made; its folder must exist and be writable"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "cannot be opened" in opening(tmp_path).reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("news.db", "its address must look like sqlite:///folder/broadfold.db"),
        ("postgresql://me:secret@db/news", "only SQLite is known, as sqlite:///folder/broadfold.db"),
    ],
)
def test_an_address_that_is_not_understood_is_refused(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        open_storage(url)
    assert caught.value.reason == reason
    assert "secret" not in str(caught.value)


def test_tables_of_another_program_are_left_alone(fresh: Storage, file: Path) -> None:
    run_sql(file, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(DatabaseUnusable) as caught:
        fresh.migrate()
    assert caught.value.reason == "it holds tables that Broadfold did not make"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


def test_a_database_without_tables_says_how_to_get_them(fresh: Storage) -> None:
    with pytest.raises(DatabaseUnusable) as caught, fresh.reading() as work:
        work.feeds.all()
    assert caught.value.reason == "its tables are missing; run `broadfold db upgrade`"


def test_a_locked_database_is_given_up_after_the_patience(filled: Storage, file: Path) -> None:
    impatient = open_storage(f"sqlite:///{file}", patience=0.1)
    with (
        filled.writing(),
        pytest.raises(DatabaseUnusable, match=r"locked for more than 0\.1 seconds"),
        impatient.writing(),
    ):
        pass
    with filled.writing():
        assert impatient.schema_revision() == NEWEST
        impatient.migrate()
    impatient.close()


def test_a_damaged_file_is_told_by_the_check(filled: Storage, file: Path) -> None:
    filled.close()
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage - 1 FROM sqlite_master WHERE name = 'ix_articles_url'"
        ((page,),) = connection.execute(query).fetchall()
        ((size,),) = connection.execute("PRAGMA page_size").fetchall()
    with file.open("r+b") as raw:
        raw.seek(page * size)
        raw.write(b"\xff" * size)
    storage = open_storage(f"sqlite:///{file}")
    found = storage.check()
    storage.close()
    assert found
    assert all("damaged" in sentence for sentence in found)


def test_the_check_tells_what_breaks_our_rules(filled: Storage, file: Path) -> None:
    run_sql(
        file,
        "INSERT INTO stories(id, state, opened_at, merged_into) VALUES (1, 'open', 0, NULL), "
        "(2, 'merged', 0, 1), (3, 'merged', 0, 2), (4, 'merged', 0, NULL)",
        "INSERT INTO story_articles(article_id, story_id, joined_at) VALUES (1, 2, 0), (77, 1, 0)",
        "INSERT INTO vectors VALUES ('a', 'm', x'00000000'), ('b', 'm', x'0000000000000000')",
        "INSERT INTO article_search(article_search, rowid, title, text) VALUES ('delete', 1, 'Harbour', '')",
    )
    report = " Broadfold should never write that: please report it, with the file if you can."
    assert filled.check() == (
        "1 rows of story_articles point at rows of articles that are not there.",
        "The search index does not match the articles, so searches miss or mislead." + report,
        "1 merged stories lead nowhere." + report,
        "1 merged stories still hold articles." + report,
        "1 merged stories lead to another merged one." + report,
        "The vectors of m differ in length." + report,
    )


def test_processes_that_start_together_migrate_once(file: Path) -> None:
    script = (
        "import sys; from aggregator.storage import open_storage\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "storage = open_storage(sys.argv[1]); storage.migrate()\n"
        "print(storage.schema_revision(), *storage.check()); storage.close()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, f"sqlite:///{file}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120) for process in processes]
    assert answers == [(f"{NEWEST}\n", "")] * 3
