"""Settings: defaults, files, variables, and sentences for what cannot be used."""

from pathlib import Path

import pytest

from aggregator.domain.errors import SettingsError
from aggregator.settings import load_settings, setting_names, value_of, variable


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in setting_names():
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.delenv("BROADFOLD_CONFIG", raising=False)


def written(folder: Path, text: str) -> Path:
    file = folder / "broadfold.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_file_and_variables_everything_has_its_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert {name: value_of(settings, name) for name, _, _ in setting_names()} == {
        name: default for name, _, default in setting_names()
    }


def test_every_setting_says_what_it_is_for():
    assert [name for name, text, _ in setting_names() if not text.endswith(".")] == []


def test_file_in_the_data_folder_is_read(tmp_path, monkeypatch):
    written(tmp_path, "[web]\nport = 9000\n")
    monkeypatch.setenv("BROADFOLD_DATA", str(tmp_path))

    assert load_settings().web.port == 9000


def test_variable_wins_over_the_file(tmp_path, monkeypatch):
    file = written(tmp_path, "[web]\nport = 9000\nsite_name = 'Mine'\n")
    monkeypatch.setenv("BROADFOLD_WEB__PORT", "9001")

    settings = load_settings(file=file)

    assert (settings.web.port, settings.web.site_name) == (9001, "Mine")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[feeds]\nintervall_minutes = 3\n",
            "no setting feeds.intervall_minutes (did you mean feeds.interval_minutes?)",
        ),
        ("[web]\nport = 70000\n", "web.port is 70000: input should be less than or equal to 65535"),
        ("[log]\nlevel = 'loud'\n", "log.level is 'loud'"),
        ("nonsense", "the file is not TOML"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_file(tmp_path, text, said):
    file = written(tmp_path, text)

    with pytest.raises(SettingsError) as caught:
        load_settings(file=file)

    assert said in str(caught.value)
    assert str(file) in str(caught.value)
    assert "broadfold config show" in str(caught.value)


def test_list_in_a_variable_is_separated_by_commas(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROADFOLD_WEB__ALLOWED_HOSTS", "news.example, reader.example")

    assert load_settings().web.allowed_hosts == ("news.example", "reader.example")


def test_all_problems_are_told_at_once(tmp_path):
    file = written(tmp_path, "colour = 'blue'\n[web]\nport = 'x'\n")

    with pytest.raises(SettingsError) as caught:
        load_settings(file=file)

    assert len(caught.value.problems) == 2


def test_unknown_variable_is_refused_with_the_name_that_was_meant():
    with pytest.raises(SettingsError, match="did you mean BROADFOLD_FEEDS__INTERVAL_MINUTES"):
        load_settings({"BROADFOLD_FEEDS__INTERVAL_MINUTE": "3"})


def test_file_that_was_named_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("BROADFOLD_CONFIG", str(tmp_path / "none.toml"))

    with pytest.raises(SettingsError, match="does not exist"):
        load_settings()


def test_database_lies_in_the_data_folder_unless_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("BROADFOLD_DATA", str(tmp_path))

    assert load_settings().storage_url() == f"sqlite:///{tmp_path}/broadfold.db"

    monkeypatch.setenv("BROADFOLD_DATABASE_URL", "sqlite:///elsewhere.db")

    assert load_settings().storage_url() == "sqlite:///elsewhere.db"
