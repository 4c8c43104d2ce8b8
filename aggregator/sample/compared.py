"""What is truly said of the sample newsroom's stories: `newsroom/compared/`, read for the quality gate.

Each file names a story of the newsroom and tells which sentences make one claim, which numbers differ and
how, and who was first. Half of the files were not looked at while the comparison was tuned.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.sample.newsroom import FOLDER, Newsroom, NewsroomFaulty

_KEYS = frozenset(("story", "half", "first", "blindspots", "claim", "difference"))
_HALVES = ("tuning", "unseen")
_KINDS = ("contradiction", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The beginning of a sentence of a piece, or a number as it writes it."""

    piece: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueDifference:
    """Numbers for one thing that differ: `kind` is `contradiction` or `update`."""

    kind: str
    of: str
    figures: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One story's truth. `half` is `tuning` or `unseen`; `first` is the key of the outlet that was first.

    `blindspots` are pairs of an axis and its value that hardly reports the story, while all feeds work.
    """

    story: str
    half: str
    first: str
    claims: tuple[tuple[Passage, ...], ...]
    differences: tuple[TrueDifference, ...]
    blindspots: tuple[tuple[str, str], ...] = ()


def load_compared(newsroom: Newsroom, folder: Path = FOLDER / "compared") -> tuple[Compared, ...]:
    """Return every compared story, by name. Raises NewsroomFaulty with file and fault."""
    return tuple(_compared(newsroom, file) for file in sorted(folder.glob("*.toml")))


def _compared(newsroom: Newsroom, file: Path) -> Compared:
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NewsroomFaulty(file.name, f"it cannot be read ({error})") from error
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise NewsroomFaulty(file.name, f"it has the unknown key {unknown[0]!r}")
    pieces = {piece.id: piece.title + " " + piece.text() for piece in newsroom.pieces}
    found = Compared(
        story=str(raw.get("story", "")),
        half=str(raw.get("half", "")),
        first=str(raw.get("first", "")),
        claims=tuple(
            tuple(_passages(file, pieces, one.get("said", ()))) for one in _tables(file, raw, "claim")
        ),
        differences=tuple(_differences(file, pieces, raw)),
        blindspots=tuple(_blindspot(str(one)) for one in raw.get("blindspots", ())),
    )
    _check(file, newsroom, found)
    return found


def _blindspot(told: str) -> tuple[str, str]:
    axis, _, value = told.partition(" | ")
    return axis, value


def _check(file: Path, newsroom: Newsroom, found: Compared) -> None:
    outlets = {piece.outlet for piece in newsroom.pieces if piece.story == found.story}
    if not outlets:
        raise NewsroomFaulty(file.name, f"it names the unknown story {found.story!r}")
    if found.half not in _HALVES:
        raise NewsroomFaulty(file.name, f"its half is {found.half!r}; write one of {', '.join(_HALVES)}")
    if found.first not in outlets:
        raise NewsroomFaulty(file.name, f"{found.first!r}, said to be first, has no article of the story")


def _tables(file: Path, raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    tables = raw.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise NewsroomFaulty(file.name, f"{key} is not a list of tables")
    return tables


def _differences(file: Path, pieces: Mapping[str, str], raw: Mapping[str, Any]) -> Iterator[TrueDifference]:
    for one in _tables(file, raw, "difference"):
        kind = str(one.get("kind", ""))
        if kind not in _KINDS:
            raise NewsroomFaulty(file.name, f"a difference is of the unknown kind {kind!r}")
        figures = tuple(_passages(file, pieces, one.get("figures", ())))
        yield TrueDifference(kind=kind, of=str(one.get("of", "")), figures=figures)


def _passages(file: Path, pieces: Mapping[str, str], told: object) -> Iterator[Passage]:
    for one in told if isinstance(told, list | tuple) else ():
        piece, _, text = str(one).partition(" | ")
        if piece not in pieces or not text or text not in " ".join(pieces[piece].split()):
            raise NewsroomFaulty(file.name, f"no piece of the newsroom has {one!r}")
        yield Passage(piece=piece, text=text)
