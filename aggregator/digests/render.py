"""Digests as text and HTML from one set of values, and small enough for a mailbox.

A story is rendered and its style put inline once a run, however many readers get it. What differs from
reader to reader, the frame and the signed links, is put around it.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aggregator.digests.content import Digest, moment
from aggregator.digests.select import Item
from aggregator.domain.ids import StoryId

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

FOLDER = Path(__file__).parent / "templates"
HERE = '<div id="stories-here"></div>'
"""Where the frame takes the stories; the text of outlets is escaped and cannot contain it."""
MOST_KEPT = 5000
"""Rendered stories that are kept for other readers: some ten megabytes."""
WIDTH = 76
"""Columns of the text part: a quoted mail still fits into eighty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """The addresses behind a story's small links; `wrong` only for who may correct stories."""

    read: str
    mute: str
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses that belong to one reader and one edition; a test has none in the `archive`."""

    unsubscribe: str
    settings: str
    archive: str
    actions: Mapping[StoryId, Actions] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A digest in both forms, with the same stories in the same order."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """Turns digests into text and HTML. `site` is the address of the front page, without a slash."""

    site: str
    site_name: str
    _kept: dict[tuple[Any, ...], tuple[str, str]] = field(default_factory=dict, repr=False)

    def __call__(self, digest: Digest, links: Links | None = None) -> Rendered:
        """Return the digest; without links for the archive, where nothing is to be changed."""
        when = moment(digest.slot, ZoneInfo(digest.zone))
        values = {
            "digest": digest,
            "when": when,
            "links": links,
            "site": self.site,
            "site_name": self.site_name,
        }
        number, html, sections, actions = 0, [], [], []
        for section in digest.selection.sections:
            html.append(_heading(section.shown))
            numbered = []
            for item in section.items:
                number += 1
                rich, plain = self._story(item)
                html.append(rich)
                numbered.append((number, plain))
                if links is not None and item.id in links.actions:
                    html.append(_action_line(links.actions[item.id]))
                    actions.append((number, links.actions[item.id]))
            sections.append((section, numbered))
        frame = inliner().inline(template("digest.html").render(css=css(), **values))
        text = template("digest.txt").render(sections=sections, actions=actions, **values)
        return Rendered(subject=digest.subject, text=text, html=frame.replace(HERE, "".join(html), 1))

    def page_of(self, story: StoryId) -> str:
        """Return the address of a story's page."""
        return f"{self.site}/stories/{story}"

    def _story(self, item: Item) -> tuple[str, str]:
        key = (item.id, item.update, item.said, item.headline, item.last_at, item.articles, item.differs)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            values = {"item": item, "page": self.page_of(item.id), "counts": counts(item)}
            rich = _inlined(template("story.html").render(values))
            self._kept[key] = (rich, template("story.txt").render(values).rstrip())
        return self._kept[key]


def counts(item: Item) -> str:
    """Return the three counts of a story: articles, outlets, independent reports."""
    parts = ((item.articles, "article"), (item.outlets, "outlet"), (item.reports, "independent report"))
    return " · ".join(f"{number:,} {noun}{'' if number == 1 else 's'}" for number, noun in parts)


def wrap(text: str, indent: int, *, first: bool = True) -> str:
    """Return a text in lines of the mail's width, indented; addresses are never broken."""
    return textwrap.fill(
        " ".join(text.split()),
        width=WIDTH,
        initial_indent=" " * indent if first else "",
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def template(name: str) -> Any:
    """Return a template of this room."""
    return environment().get_template(name)


@cache
def environment() -> "Environment":
    """Return Jinja's environment: HTML is escaped, text is not, and a misspelt name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["wrap"] = wrap
    return made


@cache
def css() -> Any:
    """Return the style of mails, ours and therefore not to be escaped."""
    from markupsafe import Markup

    return Markup((FOLDER / "mail.css").read_text(encoding="utf-8"))  # noqa: S704  (a file of ours)


@cache
def inliner() -> "CSSInliner":
    """Return what puts style into attributes; rules for dark and narrow screens stay in the head."""
    from css_inline import CSSInliner

    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _inlined(fragment: str) -> str:
    return str(inliner().inline_fragment(fragment, css()))


@cache
def _heading(shown: str) -> str:
    from markupsafe import escape

    return _inlined(f"<h2>{escape(shown)}</h2>")


@cache
def _action_frame(has_wrong: bool) -> Sequence[str]:
    """Return the pieces of a story's small links, between which the addresses go."""
    wrong = "https://wrong.invalid" if has_wrong else ""
    names = {"read": "https://read.invalid", "mute": "https://mute.invalid", "wrong": wrong}
    whole = _inlined(template("actions.html").render(names))
    pieces = []
    for name in filter(None, names.values()):
        before, whole = whole.split(name, 1)
        pieces.append(before)
    return (*pieces, whole)


def _action_line(actions: Actions) -> str:
    frame = _action_frame(bool(actions.wrong))
    from markupsafe import escape

    addresses = [str(escape(one)) for one in (actions.read, actions.mute, actions.wrong) if one]
    return "".join(piece + address for piece, address in zip(frame, [*addresses, ""], strict=True))
