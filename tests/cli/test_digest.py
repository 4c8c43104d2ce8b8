"""`broadfold digest` in a folder of its own, with mails as files."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from aggregator.cli import broadfold
from aggregator.domain.readers import PERSONAL
from aggregator.storage import open_storage


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("BROADFOLD_DATA", str(tmp_path))
    monkeypatch.setenv("BROADFOLD_DIGESTS__MAIL", "folder")
    before = structlog.get_config()
    yield lambda *words: CliRunner().invoke(broadfold, ["digest", *words])
    structlog.configure(**before)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_digest_is_added_listed_paused_and_removed(run, tmp_path):
    added = done(
        run("schedule", "add", "weekly", "--at", "18:30", "--zone", "Asia/Kolkata", "--days", "mon,thu",
            "--to", "marta@orsholm.example", "--most", "5")
    )  # fmt: skip
    assert added.startswith("Digest 1 was added. The first is due ")
    (line,) = json.loads(done(run("schedule", "list", "--json")))
    assert (line["at"], line["zone"], line["days"], line["goes_to"]) == (
        "18:30", "Asia/Kolkata", "mon,thu", "marta@orsholm.example (confirmed)",
    )  # fmt: skip
    done(run("schedule", "pause", "1"))
    assert "paused" in done(run("schedule", "list"))
    done(run("schedule", "resume", "1"))
    done(run("schedule", "remove", "1"))
    assert done(run("schedule", "list")).startswith("There are no digests yet.")


def keep_search(folder: Path, name: str) -> int:
    with closing(open_storage(f"sqlite:///{folder / 'broadfold.db'}")) as storage, storage.writing() as work:
        return work.saved_searches.add(
            PERSONAL, name=name, query=name.lower(), token=name, now=datetime(2026, 3, 14, tzinfo=UTC)
        )


def forget_search(folder: Path, number: int) -> None:
    with closing(open_storage(f"sqlite:///{folder / 'broadfold.db'}")) as storage, storage.writing() as work:
        work.saved_searches.remove(PERSONAL, number)


def test_digest_of_a_saved_search_says_so_when_it_is_deleted(run, tmp_path):
    done(run("schedule", "list"))
    number = keep_search(tmp_path, "Otters")
    done(run("schedule", "add", "daily", "--search", "otters"))
    before = json.loads(done(run("schedule", "list", "--json")))
    forget_search(tmp_path, number)
    after = json.loads(done(run("schedule", "list", "--json")))
    preview = run("preview", "1")

    assert [before[0]["saved_searches"], after[0]["saved_searches"]] == ["Otters", "(deleted)"]
    assert (
        "A saved search of this digest was deleted, and finds nothing. So nothing is sent." in preview.stderr
    )


def test_test_mail_is_a_file_with_both_parts(run, tmp_path):
    done(run("schedule", "add", "daily", "--to", "marta@orsholm.example"))
    assert "1 sent" in done(run("send", "--test", "1"))
    (mail,) = (tmp_path / "mail").iterdir()
    assert b"multipart/alternative" in mail.read_bytes()
    assert (tmp_path / "digest-key").stat().st_mode & 0o777 == 0o600
    assert "Daily digest" in done(run("preview", "1"))
    assert "<!DOCTYPE html>" in done(run("preview", "1", "--html"))
    assert done(run("log")) == "No digest was due yet.\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["preview", "7"], "There is no digest 7."),
        (["schedule", "add", "daily", "--zone", "Europe/Orsholm"], "is not a time zone"),
        (["schedule", "add", "daily", "--at", "late"], "is no time of day"),
        (["schedule", "add", "daily", "--days", "someday"], "are no days"),
        (["schedule", "add", "daily", "--to", "marta"], "is no mail address"),
        (["schedule", "remove", "7"], "There is no digest 7."),
        (["schedule", "add", "daily", "--search", "Otters"], "There is no saved search “Otters”."),
    ],
)
def test_wrong_use_is_told_in_a_sentence(run, words, told):
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.stderr
