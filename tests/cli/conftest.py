"""A command line to type into, over a data folder of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import broadfold
from aggregator.settings import setting_names, variable

Type = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with no settings from outside; data goes to ./data."""
    for name, _, _ in setting_names():
        monkeypatch.delenv(variable(name), raising=False)
    monkeypatch.delenv("BROADFOLD_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def type_(folder: Path) -> Type:
    """Run `broadfold` with these words, as the shell would."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(broadfold, list(words), catch_exceptions=False)

    return run
