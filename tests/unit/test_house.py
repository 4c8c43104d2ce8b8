"""The house's own rules as tests: sizes, imports, the one clock, docstrings, names, and what lies where."""

import ast
import fnmatch
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator import domain

ROOT = Path(__file__).parents[2]
MODULES = sorted(file for room in ("aggregator", "web") for file in (ROOT / room).rglob("*.py"))

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_HELP = 0.3
"""Seconds."""

FOLDERS = {"aggregator", "web", "tests", "config", "docs", ".ci"}
"""What docs/explanation/architecture.md shows; git keeps no empty folder, so benchmarks may be missing."""
MAY_BE_MISSING = {"benchmarks"}
ROOMS = {"domain", "storage", "feeds", "stories", "readers", "digests", "sample", "cli"}
SINGLE_MODULES = {"settings", "bootstrap", "scheduler", "apart", "executor", "clock", "evaluate", "__init__"}

HEAVY = {
    "torch", "sentence_transformers", "hdbscan", "sklearn", "scipy", "numpy", "sqlalchemy", "alembic", "dask",
    "flask", "pydantic", "httpx2", "rich", "apscheduler", "feedparser", "trafilatura", "py3langid", "nh3",
    "css_inline", "dkim", "jinja2",
}  # fmt: skip

ASKS_THE_TIME = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
    "time.localtime", "time.gmtime",
}  # fmt: skip
PATTERN_WORDS = re.compile(r"(?:Manager|Helper|Helpers|Util|Utils|Base|Impl)$|^(?:Base|Abstract)(?=[A-Z])")

TEXT_FILES = {".py", ".md", ".toml", ".txt", ".csv", ".opml", ".html", ".css", ".js", ".sh", ".svg", ".mako"}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def ignored() -> list[str]:
    """Return the patterns of .gitignore that name files or folders anywhere or at the root."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip("/") for line in lines if line and not line.startswith("#")]


def ours() -> Iterator[Path]:
    """Yield every file of the project, without what the commands made."""
    tops = [ROOT / name for name in sorted(FOLDERS | MAY_BE_MISSING)]
    loose = (file for file in ROOT.iterdir() if file.is_file() and not file.name.startswith(".git"))
    for file in (*loose, *(file for top in tops for file in top.rglob("*") if file.is_file())):
        parts = file.relative_to(ROOT).parts
        if not {"_build", "__pycache__"} & set(parts):
            yield file


def test_no_file_is_longer_than_a_few_screens() -> None:
    lengths = {named(file): len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES}
    assert {file: length for file, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_one_screen() -> None:
    lengths = {
        f"{named(file)}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in MODULES
        for function in functions(tree_of(file))
    }
    assert {function: length for function, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_begins_with_what_it_is_for() -> None:
    assert [named(file) for file in MODULES if not ast.get_docstring(tree_of(file))] == []


def test_only_the_clock_asks_the_time() -> None:
    asking = {
        f"{named(file)}: {ast.unparse(node)}"
        for file in MODULES
        if named(file) != "aggregator/clock.py"
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in ASKS_THE_TIME
    }
    imported = {
        f"{named(file)}: from time import {alias.name}"
        for file in MODULES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if f"time.{alias.name}" in ASKS_THE_TIME
    }
    assert asking | imported == set()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from aggregator.cli import broadfold\n"
        "broadfold.main(['--help'], standalone_mode=False)\n"
        f"print('HEAVY', *sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1].split() == ["HEAVY"]


def test_help_answers_at_once() -> None:
    def worked() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def seconds() -> float:
        before = worked()
        call = [sys.executable, "-m", "aggregator.cli", "--help"]
        subprocess.run(call, cwd=ROOT, capture_output=True, check=True, timeout=60)
        return worked() - before

    # Processor time, and the best of a few: other tests keep the processors busy meanwhile.
    assert min(seconds() for _ in range(5)) < LONGEST_HELP


def test_top_level_folders_are_those_of_the_design() -> None:
    patterns = ignored()
    found = {
        folder.name
        for folder in ROOT.iterdir()
        if folder.is_dir()
        and (folder.name in FOLDERS or not folder.name.startswith("."))
        and not any(fnmatch.fnmatch(folder.name, pattern) for pattern in patterns)
    }
    assert found - MAY_BE_MISSING == FOLDERS


def test_rooms_are_those_of_the_design() -> None:
    inside = [path for path in (ROOT / "aggregator").iterdir() if path.name != "__pycache__"]
    assert {path.name for path in inside if path.is_dir()} == ROOMS
    assert {path.stem for path in inside if path.is_file()} == SINGLE_MODULES


def test_values_of_the_domain_are_frozen() -> None:
    decorators = {
        f"{named(file)}: {node.name}": ast.unparse(decorator)
        for file in Path(domain.__file__).parent.glob("*.py")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith("dataclass")
    }
    assert decorators
    assert set(decorators.values()) == {"dataclass(frozen=True, slots=True, kw_only=True)"}


def test_classes_are_named_for_what_they_are() -> None:
    classes = {
        f"{named(file)}: {node.name}"
        for file in MODULES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ClassDef) and PATTERN_WORDS.search(node.name)
    }
    assert classes == set()


def test_no_exception_is_swallowed_silently() -> None:
    silent = {
        f"{named(file)}:{node.lineno}"
        for file in MODULES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    }
    assert silent == set()


@pytest.mark.parametrize(
    "place",
    [re.escape(str(ROOT)), "/home/[a-z]+", "/Users/[A-Za-z]+", r"[A-Z]:\\Users"],
    ids=["this checkout", "home on Linux", "home on macOS", "home on Windows"],
)
def test_no_file_names_a_place_on_somebodys_machine(place: str) -> None:
    pattern = re.compile(rf"(?<![\w.]){place}(?=[/\\\s\"'`]|$)", re.MULTILINE)
    naming = [
        named(file)
        for file in ours()
        if (file.suffix in TEXT_FILES or file.name in {"Makefile", "run"})
        and file != Path(__file__).resolve()
        and pattern.search(file.read_text(encoding="utf-8"))
    ]
    assert naming == []
