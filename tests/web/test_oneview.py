"""Quick pages read all they show in one transaction, with few questions; what changes something does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.web.fake_reading import make_services
from tests.web.living import Item, living, rss
from web.factory import create_app
from web.oneview import AT_ONCE


@dataclass
class Views:
    """Counts how often one view begins and ends."""

    steps: list[str] = field(default_factory=list)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.steps.append("begins")
        yield
        self.steps.append("ends")


@pytest.mark.parametrize(
    ("ask", "steps"),
    [
        (lambda site: site.get("/"), ["begins", "ends"]),
        (lambda site: site.get("/stories/1"), ["begins", "ends"]),
        (lambda site: site.get("/stories/404"), ["begins", "ends"]),
        (lambda site: site.get("/search?q=otter"), ["begins", "ends"]),
        (lambda site: site.get("/feeds"), []),
        (lambda site: site.get("/nowhere"), []),
        (lambda site: site.post("/stories/1/mark", data={"act": "read"}), []),
    ],
)
def test_one_view_is_for_quick_pages_that_only_read(
    ask: Callable[[FlaskClient], object], steps: list[str]
) -> None:
    views = Views()
    site = create_app(make_services(one_view=views)).test_client()

    ask(site)

    assert views.steps == steps


def test_page_that_fails_ends_its_one_view() -> None:
    views = Views()
    app = create_app(make_services(one_view=views, reading=None, search=None))

    assert app.test_client().get("/search?q=otter").status_code == 500
    assert views.steps == ["begins", "ends"]


def test_every_quick_page_is_one_of_the_site() -> None:
    pages = {rule.endpoint for rule in create_app(make_services()).url_map.iter_rules()}

    assert pages >= AT_ONCE


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("/", ["revisions", "read_marks", "story_reads"]),
        ("/stories/1", ["revisions", "read_marks", "story_reads", "comments"]),
    ],
)
def test_page_that_was_shown_before_asks_only_for_what_may_be_new(
    tmp_path: Path, address: str, asked: list[str]
) -> None:
    begun: list[str] = []
    statements: list[str] = []
    with living(tmp_path) as one:
        one.read(one.web.serve("/feed.xml", rss([Item(title="Harbour bridge closed")])))
        site = one.site().test_client()
        site.get(address)

        def remember(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
            (begun if statement.startswith(("BEGIN", "PRAGMA")) else statements).append(statement)

        event.listen(one.room.storage.engine, "before_cursor_execute", remember)
        site.get(address)

    assert begun == ["BEGIN"]
    assert len(statements) == len(asked)
    for statement, table in zip(statements, asked, strict=True):
        assert table in statement
