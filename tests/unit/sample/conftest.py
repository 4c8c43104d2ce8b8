"""The bundled newsroom, and a tiny one whose files a test can spoil."""

from pathlib import Path

import pytest

from aggregator.sample.newsroom import Newsroom, load_newsroom

OUTLETS = """
[lantern]
name = "The Lantern"
domain = "lantern.example"
country = "Veldmark"
kind = "broadsheet"
owner = "Lantern Trust"
lang = "en"
format = "rss2"
feeds = ["front", "world"]
formats = { world = "atom" }

[heap]
name = "Heap"
domain = "heap.example"
country = "Nordhelm"
kind = "link aggregator"
owner = "Heap"
lang = "en"
format = "json"
feeds = ["best"]
"""

STORY = """
story = "bridge"
topic = "local"

[[article]]
id = "bridge-1"
outlet = "lantern"
feeds = ["front", "world"]
hours_ago = 2
title = "Bridge < shut & barred"
summary = "Cracks & rust, 5 < 6."
body = \"\"\"
First line
goes on.

Second & last.
\"\"\"
source = "Heap"
edits = [
  { hours_ago = 1.0, title = "Bridge stays shut" },
  { hours_ago = -0.5, summary = "It opened.", html = "<p>Open.</p>", path = "/bridge-open" },
]
per_feed = { world = { guid = "bridge#1", query = "?x=1" } }

[[article]]
id = "heap-1"
outlet = "heap"
hours_ago = 1.5
story = ""
title = "A crack"
summary = "3 comments"
discussion_of = "bridge-1"
"""


@pytest.fixture(scope="session")
def newsroom() -> Newsroom:
    return load_newsroom()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of a newsroom of two outlets, one article and one entry that discusses it."""
    (tmp_path / "stories").mkdir()
    (tmp_path / "outlets.toml").write_text(OUTLETS)
    (tmp_path / "stories" / "bridge.toml").write_text(STORY)
    return tmp_path
