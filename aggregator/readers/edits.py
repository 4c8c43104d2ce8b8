"""Tell word by word what an outlet changed in an article; from its stored versions, to the article's page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

from aggregator.domain.articles import Article, ArticleVersion

MOST_WORDS = 4000
"""Words of the two states together that are compared one by one: the comparison takes the product of both.
Longer texts are compared block by block."""

_WORD = re.compile(r"\S+\s*")
_BLOCK = re.compile(r".+?(?:\n\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a text that was edited: `kind` is `kept`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What became of a state of an article, first seen at `seen_at`, when the outlet changed it."""

    seen_at: datetime
    headline: tuple[Piece, ...]
    text: tuple[Piece, ...]


def edits(article: Article, versions: Sequence[ArticleVersion]) -> tuple[Edit, ...]:
    """Return what each edit changed, the newest first, as `versions`, the earlier states, are."""
    states = [(article.title, article.text), *((one.title, one.text or one.summary) for one in versions)]
    return tuple(
        Edit(
            seen_at=version.seen_at,
            headline=compared(before[0], after[0]),
            text=compared(before[1], after[1]),
        )
        for version, (after, before) in zip(versions, pairwise(states), strict=True)
    )


def compared(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces of both texts in reading order: kept, gone, new. Blanks alone change nothing."""
    shape = _BLOCK if len(before.split()) + len(after.split()) > MOST_WORDS else _WORD
    old, new = shape.findall(before), shape.findall(after)
    matcher = SequenceMatcher(
        None, [one.strip() for one in old], [one.strip() for one in new], autojunk=False
    )
    return tuple(_pieces(matcher, old, new))


def _pieces(matcher: SequenceMatcher[str], old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for tag, start, stop, new_start, new_stop in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(kind="kept", text="".join(new[new_start:new_stop]))
            continue
        if stop > start:
            yield Piece(kind="gone", text="".join(old[start:stop]))
        if new_stop > new_start:
            yield Piece(kind="new", text="".join(new[new_start:new_stop]))
