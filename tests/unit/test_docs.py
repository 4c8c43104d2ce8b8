"""Docs cannot rot: what the program has is in its docs, and what the docs name is there."""

import fnmatch
import inspect
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import click
import pytest

from aggregator.cli import broadfold
from aggregator.domain import errors, outlet_errors
from aggregator.domain.feeds import Failure
from aggregator.settings import BESIDE_SETTINGS, setting_names, variable
from aggregator.storage.schema import metadata
from tests.web.fake_reading import make_services
from web.factory import create_app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted(file for file in DOCS.rglob("*.md") if "_build" not in file.parts)
AT_ROOT = tuple(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"(?:src|srcset)=\"([^\"]+)\"|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,3} +(.+?) *$", re.MULTILINE)
TARGET = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONVERTER = re.compile(r"<(?:[^<>]*:)?(\w+)>")


def rows(page: str) -> dict[str, list[str]]:
    """Return the rows of every table of a page of the reference, by the code in their first cell."""
    found = {}
    for line in (REFERENCE / page).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if line.startswith("| `"):
            found |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return found


def sections(page: str) -> dict[str, str]:
    """Return the text under each second-level heading that is code, by that code."""
    parts = re.split(r"^## `([^`]+)`\n", (REFERENCE / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    texts = (re.split(r"^## ", text, flags=re.MULTILINE)[0] for text in parts[2::2])
    return dict(zip(parts[1::2], texts, strict=True))


def written(default: Any) -> str:
    if default in ("", ()):
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, f"{name} {child}")


COMMANDS = dict(commands(broadfold, "broadfold"))


def anchors(file: Path) -> set[str]:
    """Return what a link may name after the "#": headings as GitHub and MyST write them, and targets."""
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    slugs = (
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        for heading in HEADING.findall(text)
    )
    return {*slugs, *TARGET.findall(text)}


def links(file: Path) -> list[str]:
    text = FENCE.sub("", file.read_text(encoding="utf-8"))
    return [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]


def error_classes() -> dict[str, type[errors.BroadfoldError]]:
    return {
        name: kind
        for module in (errors, outlet_errors)
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, errors.BroadfoldError)
    }


def test_every_setting_is_listed_with_its_default_and_its_variable() -> None:
    listed = rows("settings.md")
    told = {name: listed.get(name, [""] * 3)[1:3] for name, _, _ in setting_names()}
    assert told == {name: [written(default), f"`{variable(name)}`"] for name, _, default in setting_names()}


def test_no_setting_is_listed_that_does_not_exist() -> None:
    assert set(rows("settings.md")) == {name for name, _, _ in setting_names()} | BESIDE_SETTINGS


def test_every_command_has_a_section_and_no_other_has() -> None:
    assert set(sections("commands.md")) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_of_a_command_is_in_its_section(name: str) -> None:
    section = sections("commands.md")[name]
    command = COMMANDS[name]
    options = {
        spelling
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in parameter.opts
    }
    tabled = {
        spelling
        for line in section.splitlines()
        if line.startswith("| `-")
        for spelling in re.findall(r"`(-[\w-]+)`", line.split(" | ")[0])
    }
    assert tabled == options
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    context = click.Context(command)
    assert [p for p in arguments if p.make_metavar(context) not in section] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_defaults_of_options_are_told(name: str) -> None:
    section = sections("commands.md")[name]
    wanted = {
        parameter.opts[0]: f"`{parameter.default}`"
        for parameter in COMMANDS[name].params
        if isinstance(parameter, click.Option) and parameter.show_default
    }
    told = {
        spelling: line.split(" | ")[1]
        for line in section.splitlines()
        for spelling in wanted
        if line.startswith(f"| `{spelling}`")
    }
    assert told == wanted


def test_every_route_is_listed_with_its_method_and_no_other_is() -> None:
    app = create_app(make_services())
    routes = {
        (method, CONVERTER.sub(r"<\1>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    text = (REFERENCE / "pages.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z]+)` \| `([^`]+)` \|", text, re.MULTILINE)) == routes


def test_every_error_is_listed_with_its_exit_code() -> None:
    listed = rows("errors.md")
    told = {name: listed.get(name, [""] * 2)[1] for name in error_classes()}
    assert told == {
        name: "2" if issubclass(kind, errors.WrongUse) else "1" for name, kind in error_classes().items()
    }


def test_every_kind_of_failed_poll_is_listed() -> None:
    listed = rows("errors.md")
    assert {kind.value for kind in Failure} <= set(listed)
    assert {name for name in listed if name.islower()} == {kind.value for kind in Failure}


def test_every_table_and_column_of_the_database_is_listed_and_no_other_table_is() -> None:
    told = {
        table: set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (.+?) \|", text, re.MULTILINE))))
        for table, text in sections("data.md").items()
    }
    assert told == {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}


def test_every_page_is_reachable_from_the_index() -> None:
    index = DOCS / "index.md"
    reached, todo = {index}, [index]
    while todo:
        page = todo.pop()
        for body in TOCTREE.findall(page.read_text(encoding="utf-8")):
            names = [line for line in body.split("\n") if line and not line.startswith(":")]
            for name in names:
                matching = [
                    file
                    for file in PAGES
                    if fnmatch.fnmatch(file.relative_to(page.parent).with_suffix("").as_posix(), name)
                ]
                assert matching, f"{page.name} lists {name}, which is not there"
                todo += [file for file in matching if file not in reached]
                reached |= set(matching)
    assert reached == set(PAGES)


@pytest.mark.parametrize("file", [*PAGES, *AT_ROOT], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_internal_links_resolve(file: Path) -> None:
    broken = []
    for link in links(file):
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("file", [*PAGES, *AT_ROOT], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_pictures_are_there(file: Path) -> None:
    named = [one or other for one, other in PICTURE.findall(file.read_text(encoding="utf-8"))]
    assert [name for name in named if not (file.parent / name).is_file()] == []


def test_files_of_the_source_that_the_docs_name_are_there() -> None:
    pattern = re.compile(r"`((?:aggregator|web|tests|config|docs)/[\w/.-]+)`")
    named = {
        name for file in (*PAGES, *AT_ROOT) for name in pattern.findall(file.read_text(encoding="utf-8"))
    }
    made_on_demand = {name for name in named if PurePosixPath(name).parts[:2] == ("docs", "_build")}
    assert sorted(name for name in named - made_on_demand if not (ROOT / name).exists()) == []


def test_tutorial_tells_the_length_of_the_starter_list() -> None:
    starter = (ROOT / "config" / "feeds.opml").read_text(encoding="utf-8")
    tutorial = (DOCS / "tutorial" / "first-stories.md").read_text(encoding="utf-8")
    assert f"imported {starter.count('xmlUrl=')} feeds from config/feeds.opml" in tutorial


def test_decision_records_are_numbered_and_shaped_alike() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    for number, record in enumerate(records, start=1):
        headings = HEADING.findall(record.read_text(encoding="utf-8"))
        assert record.name.startswith(f"{number:04d}-")
        assert headings[0].startswith(f"{number:04d}: ")
        assert headings[1:] == ["Context", "Decision", "Consequences"]
