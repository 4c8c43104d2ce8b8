"""Read and write lists of feeds as OPML 2.0 (http://opml.org/spec2.opml); pure, bytes to values and back.

The reader is expat with every entity declaration refused, so that a small file can neither grow into
gigabytes ("billion laughs") nor pull in other files. Nested outlines become one folder name whose
levels are joined by "/"; a "/" inside a level is stored as the look-alike "∕" so that it stays one level.

What OPML has no words for, the switches of a feed, stands in attributes `broadfold:...`, which other readers
ignore. They are known by that prefix: expat reads without namespaces, as files in the wild declare few.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from html.entities import html5
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from aggregator.domain.errors import OpmlUnreadable
from aggregator.domain.feeds import NewFeed

LEVEL = "/"
SLASH_IN_NAME = "∕"  # U+2215
NAMESPACE = "urn:broadfold:opml"
INTERVAL, FULL_TEXT, MUTED = "broadfold:intervalSeconds", "broadfold:fullText", "broadfold:muted"
SECONDS = re.compile(r"[1-9][0-9]{0,7}")
"""Up to three years; what the settings allow at most and at least holds for each poll."""

AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9A-Fa-f]+);)(\w+;)?")
# A quotation mark that neither opens a value nor is followed by what may follow a closing one.
INNER_QUOTE = re.compile(r"""(?<!=)(?<!= )"(?!\s*(?:[/?]?>|[\w:]+\s*=\s*["']))""")
ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.:-]{1,40})""")
UNKNOWN_ENCODING = "its character encoding is not known"

Tree: TypeAlias = "dict[str, Tree | NewFeed]"


class _Refused(Exception):
    """Raised out of expat's handlers; becomes `OpmlUnreadable` with the file's name."""


@dataclass(slots=True)
class _Reader:
    """What expat's handlers have collected so far."""

    feeds: list[NewFeed] = field(default_factory=list)
    folders: list[str | None] = field(default_factory=list)
    root: str | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take in an opening tag."""
        if self.root is None:
            self.root = tag.lower()
            if self.root != "opml":
                raise _Refused(_not_opml(self.root))
        if tag.lower() != "outline":
            return
        line = {name.lower(): value.strip() for name, value in attributes.items()}
        title = line.get("title") or line.get("text") or ""
        if line.get("xmlurl") or line.get("url") or line.get("htmlurl"):
            self.feeds.append(_feed_of(line, title, self._folder()))
            self.folders.append(None)
        else:
            self.folders.append(title.replace(LEVEL, SLASH_IN_NAME) or None)

    def end(self, tag: str) -> None:
        """Take in a closing tag."""
        if tag.lower() == "outline":
            self.folders.pop()

    def _folder(self) -> str:
        return LEVEL.join(level for level in self.folders if level)


def _feed_of(line: Mapping[str, str], title: str, folder: str) -> NewFeed:
    return NewFeed(
        url=line.get("xmlurl", ""),
        title=title,
        site_url=line.get("htmlurl") or line.get("url") or None,
        folder=folder,
        lang=line.get("language") or None,
        interval=_interval(line.get(INTERVAL.lower(), "")),
        full_text=line.get(FULL_TEXT.lower()) == "true",
        muted=line.get(MUTED.lower()) == "true",
    )


def _interval(text: str) -> timedelta | None:
    return timedelta(seconds=int(text)) if SECONDS.fullmatch(text) else None


def _not_opml(root: str) -> str:
    if root in ("rss", "feed", "rdf:rdf"):
        return "it is a feed, not a list of feeds; add its address with `broadfold feeds add`"
    if root == "html":
        return "it is a web page, not an OPML file"
    return f"it is not an OPML file: its first element is <{root[:40]}>"


def _refuse_entities(*_: object) -> None:
    raise _Refused("it declares XML entities, which an honest list of feeds never needs")


def parse_opml(data: bytes, *, name: str) -> tuple[NewFeed, ...]:
    """Return the feeds of an OPML file in the file's order; `name` is the file's, for messages.

    A line with a site but without `xmlUrl` is kept with an empty `url`, so that it can be reported.

    Raises:
        OpmlUnreadable: It is not OPML, not well-formed, declares entities, or lists no feed.
    """
    try:
        reader = _read(data.lstrip())
    except _Refused as error:
        raise OpmlUnreadable(name, str(error)) from None
    except expat.ExpatError as error:
        raise OpmlUnreadable(name, _where(error, data)) from error
    if not reader.feeds:
        raise OpmlUnreadable(name, "it lists no feeds")
    return tuple(reader.feeds)


def _read(data: bytes) -> _Reader:
    """Read a file as it is; if it is not well-formed, once more with its usual faults mended."""
    try:
        return _parsed(data, None)
    except (expat.ExpatError, LookupError, ValueError) as error:
        try:
            return _parsed(_mended(data), "utf-8")
        except expat.ExpatError:
            raise (error if isinstance(error, expat.ExpatError) else _Refused(UNKNOWN_ENCODING)) from None


def _parsed(data: bytes, encoding: str | None) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate(encoding)
    parser.EntityDeclHandler = _refuse_entities
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.Parse(data, True)
    return reader


def _mended(data: bytes) -> bytes:
    """Return the file as UTF-8, with bare ampersands, HTML's entities and quotes in values made XML.

    13 of 25 public country lists have addresses or titles with such characters unescaped.
    """
    return INNER_QUOTE.sub("&quot;", AMPERSAND.sub(_escaped, _text(data))).encode("utf-8", "replace")


def _escaped(found: re.Match[str]) -> str:
    char = html5.get(found[1]) if found[1] else None
    return f"&#{ord(char)};" if char and len(char) == 1 else "&amp;" + (found[1] or "")


def _text(data: bytes) -> str:
    declared = ENCODING.search(data[:200])
    for encoding in (declared[1].decode() if declared else "utf-8", "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _where(error: expat.ExpatError, data: bytes) -> str:
    if not data.strip():
        return "it is empty"
    return f"it is not well-formed XML (line {error.lineno}, column {error.offset + 1})"


def render_opml(feeds: Iterable[NewFeed], *, title: str) -> bytes:
    """Return an OPML 2.0 file, UTF-8, with a nested outline for each level of a folder."""
    tree: Tree = {}
    for number, feed in enumerate(feeds):
        level = tree
        for part in filter(None, feed.folder.split(LEVEL)):
            below = level.setdefault(f"folder {part}", {})
            assert isinstance(below, dict)
            level = below
        level[f"feed {number}"] = feed
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:broadfold="{NAMESPACE}">',
        f"  <head>{_element('title', title)}</head>",
        "  <body>",
        *_lines(tree, indent="    "),
        "  </body>",
        "</opml>",
        "",
    ]
    return "\n".join(lines).encode()


def _lines(tree: Tree, *, indent: str) -> Iterable[str]:
    for key, node in tree.items():
        if isinstance(node, NewFeed):
            yield f"{indent}<outline {_attributes(_line_of(node))}/>"
        else:
            name = key.removeprefix("folder ")
            yield f"{indent}<outline {_attributes({'text': name, 'title': name})}>"
            yield from _lines(node, indent=indent + "  ")
            yield f"{indent}</outline>"


def _line_of(feed: NewFeed) -> dict[str, str | None]:
    return {
        "type": "rss",
        "text": feed.title or feed.url,
        "title": feed.title or None,
        "xmlUrl": feed.url,
        "htmlUrl": feed.site_url,
        "language": feed.lang,
        INTERVAL: str(int(feed.interval.total_seconds())) if feed.interval else None,
        FULL_TEXT: "true" if feed.full_text else None,
        MUTED: "true" if feed.muted else None,
    }


def _attributes(values: Mapping[str, str | None]) -> str:
    return " ".join(
        f"{name}={quoteattr(_clean(value))}" for name, value in values.items() if value is not None
    )


def _element(tag: str, text: str) -> str:
    escaped = _clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{tag}>{escaped}</{tag}>"


def tidy(text: str) -> str:
    """Return a name on one line, without spaces around it and without what XML cannot hold."""
    return " ".join(_clean(text).split())


def tidy_folder(name: str) -> str:
    """Return a folder's name with its levels tidied and empty ones left out."""
    return LEVEL.join(filter(None, map(tidy, name.split(LEVEL))))


def _clean(text: str) -> str:
    """Return the text without the characters that XML 1.0 cannot hold at all (section 2.2)."""
    return "".join(char for char in text if char >= " " or char in "\t\n\r")
