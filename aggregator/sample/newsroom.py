"""The sample newsroom as values, read from `newsroom/outlets.toml` and `newsroom/stories/` beside this file.

The server plays it as feeds (`render.py`, `server.py`); quality tests take it as a labelled corpus.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from aggregator.domain.errors import BroadfoldError
from aggregator.sample.pieces import Edit, Format, Outlet, Override, Piece

__all__ = ["Edit", "Newsroom", "NewsroomFaulty", "Outlet", "Override", "Piece", "load_newsroom"]

FOLDER = Path(__file__).parent / "newsroom"

TOPICS = frozenset(
    ("world", "politics", "business", "technology", "science", "health", "sport", "culture", "local")
)

_OUTLET_KEYS = frozenset(
    ("name", "domain", "country", "kind", "owner", "lang", "format", "formats", "feeds", "dates")
)
_FILE_KEYS = frozenset(("story", "topic", "article"))
_PIECE_KEYS = frozenset(field.name for field in fields(Piece))
_EDIT_KEYS = frozenset(field.name for field in fields(Edit))
_OVERRIDE_KEYS = frozenset(("guid", "query"))


class NewsroomFaulty(BroadfoldError):
    """A file of the sample newsroom breaks its format."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        self.reason = reason
        super().__init__(f"The sample newsroom's {file} cannot be used: {reason}. Correct the file.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """All outlets and all articles, checked against each other. `sha256` is that of the files read."""

    outlets: tuple[Outlet, ...]
    pieces: tuple[Piece, ...]
    sha256: str

    def outlet(self, key: str) -> Outlet:
        """Return the outlet of this key. Raises KeyError when there is none."""
        for outlet in self.outlets:
            if outlet.key == key:
                return outlet
        raise KeyError(key)

    def outlet_named(self, name: str) -> Outlet:
        """Return the outlet of this name. Raises KeyError when there is none."""
        for outlet in self.outlets:
            if outlet.name == name:
                return outlet
        raise KeyError(name)

    def piece(self, piece_id: str) -> Piece:
        """Return the article of this id. Raises KeyError when there is none."""
        for piece in self.pieces:
            if piece.id == piece_id:
                return piece
        raise KeyError(piece_id)

    def of_outlet(self, key: str) -> tuple[Piece, ...]:
        """Return an outlet's articles in the order of the files."""
        return tuple(piece for piece in self.pieces if piece.outlet == key)

    def public_url(self, piece: Piece) -> str:
        """Return the article's address in the newsroom's world; an aggregator's entry has its target's."""
        if piece.discussion_of is not None:
            return self.public_url(self.piece(piece.discussion_of))
        return piece.url or f"https://{self.outlet(piece.outlet).domain}{piece.path}"

    def labelled(self, *, start: datetime) -> tuple[dict[str, str | None], ...]:
        """Return every article as a line of labelled JSONL, oldest first, in its state at `start`.

        Articles that arrive after `start` are there in their first state. `text` is the body, the
        summary where there is none. `published` is ISO 8601 in UTC, None where the feed is undated;
        `story` is None for entries that only discuss another article.
        """
        ordered = sorted(self.pieces, key=lambda piece: (piece.published(start), piece.id))
        return tuple(self._line(piece.state(start, start), start) for piece in ordered)

    def _line(self, piece: Piece, start: datetime) -> dict[str, str | None]:
        outlet = self.outlet(piece.outlet)
        published = piece.published(start).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": piece.id,
            "title": piece.title,
            "text": piece.text(),
            "outlet": outlet.name,
            "url": self.public_url(piece),
            "published": published if outlet.dated else None,
            "lang": piece.lang,
            "story": piece.story,
        }

    def fingerprint(self) -> str:
        """Return the SHA-256 of the corpus files, so that a score can say what it was measured on."""
        return self.sha256


def load_newsroom(folder: Path = FOLDER) -> Newsroom:
    """Read and check the newsroom. Raises NewsroomFaulty naming the file and the first fault found."""
    listing = folder / "outlets.toml"
    files = sorted((folder / "stories").glob("*.toml"))
    outlets = tuple(_outlets(_read(listing)))
    known = {outlet.key: outlet for outlet in outlets}
    placed = [(file.name, piece) for file in files for piece in _pieces(file.name, _read(file), known)]
    _check_together(placed, outlets)
    pieces = tuple(piece for _, piece in placed)
    return Newsroom(outlets=outlets, pieces=pieces, sha256=_sha256([listing, *files]))


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NewsroomFaulty(file.name, f"it cannot be read ({error})") from error


def _sha256(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One TOML table, with the words to complain about it."""

    file: str
    what: str
    values: Mapping[str, Any]

    def fault(self, reason: str) -> NewsroomFaulty:
        return NewsroomFaulty(self.file, f"{self.what} {reason}")

    def refuse_other_than(self, known: Collection[str]) -> None:
        unknown = sorted(set(self.values) - set(known))
        if unknown:
            raise self.fault(f"has the unknown key {unknown[0]!r}")

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.fault(f"has {key} = {value!r}, which is not text")
        return value

    def needed(self, key: str) -> str:
        value = self.text(key)
        if not value or not value.strip():
            raise self.fault(f"has no {key}")
        return value

    def hours(self) -> float:
        value = self.values.get("hours_ago")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fault("has no number as hours_ago")
        return float(value)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self.values.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.fault(f"has {key} = {value!r}, which is not a list of names")
        if not value:
            raise self.fault(f"has no {key}")
        return tuple(value)

    def tables(self, key: str) -> dict[str, Any]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.fault(f"has {key} that is not a table")
        return value


def _outlets(raw: Mapping[str, Any]) -> Iterator[Outlet]:
    for key, values in raw.items():
        if not isinstance(values, dict):
            raise NewsroomFaulty("outlets.toml", f"{key!r} is not a table")
        yield _outlet(key, _Table(file="outlets.toml", what=f"outlet {key!r}", values=values))


def _outlet(key: str, table: _Table) -> Outlet:
    table.refuse_other_than(_OUTLET_KEYS)
    feeds = table.texts("feeds")
    formats = {name: _format(table, value) for name, value in table.tables("formats").items()}
    for name in formats:
        if name not in feeds:
            raise table.fault(f"has a format for {name!r}, which is none of its feeds")
    outlet = Outlet(
        key=key,
        name=table.needed("name"),
        domain=table.needed("domain"),
        country=table.needed("country"),
        kind=table.needed("kind"),
        owner=table.needed("owner"),
        lang=table.needed("lang"),
        format=_format(table, table.needed("format")),
        feeds=feeds,
        formats=tuple(formats.items()),
        dated=table.values.get("dates", True) is True,
    )
    if not outlet.dated and "atom" in {outlet.format_of(feed) for feed in feeds}:
        raise table.fault("has no dates, which Atom demands (RFC 4287, 4.1.2)")
    return outlet


def _format(table: _Table, value: Any) -> Format:
    for known in get_args(Format):
        if value == known:
            return known  # type: ignore[no-any-return]  # get_args forgets the type
    raise table.fault(f"has the unknown format {value!r}")


def _pieces(file: str, raw: Mapping[str, Any], outlets: Mapping[str, Outlet]) -> Iterator[Piece]:
    top = _Table(file=file, what="the file", values=raw)
    top.refuse_other_than(_FILE_KEYS)
    entries = raw.get("article")
    if not isinstance(entries, list) or not entries or not all(isinstance(each, dict) for each in entries):
        raise top.fault("has no [[article]]")
    for number, entry in enumerate(entries, 1):
        name = entry.get("id", f"number {number}")
        values = {"story": raw.get("story"), "topic": raw.get("topic"), **entry}
        yield _piece(_Table(file=file, what=f"article {name!r}", values=values), outlets)


def _piece(table: _Table, outlets: Mapping[str, Outlet]) -> Piece:
    table.refuse_other_than(_PIECE_KEYS)
    key = table.needed("outlet")
    if key not in outlets:
        raise table.fault(f"names the unknown outlet {key!r}")
    outlet = outlets[key]
    piece = Piece(
        id=table.needed("id"),
        outlet=key,
        feeds=table.texts("feeds", outlet.feeds[:1]),
        hours_ago=table.hours(),
        title=table.needed("title"),
        path=table.text("path") or f"/{table.needed('id')}",
        lang=table.text("lang") or outlet.lang,
        story=table.text("story") or None,
        topic=table.needed("topic"),
        summary=table.text("summary") or "",
        body=table.text("body") or "",
        html=table.text("html") or "",
        author=table.text("author"),
        source=table.text("source"),
        url=table.text("url"),
        guid=table.text("guid"),
        query=table.text("query") or "",
        edits=tuple(sorted(_edits(table), key=lambda edit: -edit.hours_ago)),
        per_feed=tuple(_overrides(table)),
        discussion_of=table.text("discussion_of"),
    )
    _check_alone(piece, table, outlet)
    return piece


def _edits(table: _Table) -> Iterator[Edit]:
    edits = table.values.get("edits", [])
    if not isinstance(edits, list) or not all(isinstance(each, dict) for each in edits):
        raise table.fault("has edits that are not a list of tables")
    for number, values in enumerate(edits, 1):
        edit = _Table(file=table.file, what=f"edit {number} of {table.what}", values=values)
        edit.refuse_other_than(_EDIT_KEYS)
        texts = {key: edit.text(key) for key in _EDIT_KEYS - {"hours_ago"}}
        yield Edit(hours_ago=edit.hours(), **texts)


def _overrides(table: _Table) -> Iterator[Override]:
    for feed, values in table.tables("per_feed").items():
        if not isinstance(values, dict):
            raise table.fault(f"has a per_feed.{feed} that is not a table")
        override = _Table(file=table.file, what=f"per_feed.{feed} of {table.what}", values=values)
        override.refuse_other_than(_OVERRIDE_KEYS)
        yield Override(feed=feed, guid=override.text("guid"), query=override.text("query"))


def _check_alone(piece: Piece, table: _Table, outlet: Outlet) -> None:
    """Raise NewsroomFaulty for what is wrong within one article."""
    per_feed = {override.feed for override in piece.per_feed}
    faults = {
        f"names the unknown topic {piece.topic!r}": piece.topic not in TOPICS,
        f"names a feed that {outlet.key!r} has not": not set(piece.feeds) <= set(outlet.feeds),
        "has per_feed for a feed that does not carry it": not per_feed <= set(piece.feeds),
        "has neither summary nor body": not piece.summary and not piece.text(),
        "has both body and html": bool(piece.body and piece.html),
        "has a path without its leading slash": not all(path.startswith("/") for path in piece.paths()),
        "has a query without its leading question mark": bool(piece.query and piece.query[0] != "?"),
        "is edited before it is published": any(edit.hours_ago >= piece.hours_ago for edit in piece.edits),
        "has no story and discusses nothing": piece.story is None and piece.discussion_of is None,
        "has a story although it only discusses one": bool(piece.story and piece.discussion_of),
    }
    for reason, is_so in faults.items():
        if is_so:
            raise table.fault(reason)


def _check_together(placed: list[tuple[str, Piece]], outlets: tuple[Outlet, ...]) -> None:
    """Raise NewsroomFaulty for what is wrong between articles."""
    ids = Counter(piece.id for _, piece in placed)
    # One outlet may reuse a URL for every post (case 8), but then only the guid tells them apart.
    places = Counter((piece.outlet, piece.path, piece.guid) for _, piece in placed)
    targets = {piece.id for _, piece in placed if piece.discussion_of is None}
    names = {outlet.name for outlet in outlets}
    for file, piece in placed:
        table = _Table(file=file, what=f"article {piece.id!r}", values={})
        if ids[piece.id] > 1:
            raise table.fault("shares its id with another article")
        if places[piece.outlet, piece.path, piece.guid] > 1:
            raise table.fault(
                f"shares the path {piece.path!r} with another article without a guid of its own"
            )
        if piece.discussion_of is not None and piece.discussion_of not in targets:
            raise table.fault(f"discusses {piece.discussion_of!r}, which is no article here")
        if piece.source is not None and piece.source not in names:
            raise table.fault(f"credits {piece.source!r}, which is no outlet here")
