"""Mark the words in which outlets tell one event differently: those that few of its texts have; pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

SHORTEST = 4
"""Letters of a word that can be marked: shorter ones are mostly grammar, in any language with letters."""
FEW = 0.2
"""Share of the texts that may have a marked word; of two texts, one."""
HEAD = 4
"""Letters by which most words of a text are told from those that are asked for, before anything dearer."""
KEPT = 240
"""Texts whose words are remembered: some stories' reports, ten megabytes at most."""
_GENITIVES = ("’s", "'s")
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_PIECE = re.compile(rf"{_WORD.pattern}|[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a text, in reading order; `is_own` ones are what few other texts have."""

    text: str
    is_own: bool = False


def framed(texts: Sequence[str], among: Sequence[str]) -> tuple[tuple[Span, ...], ...]:
    """Return each text in spans, with the words marked that few of the texts `among` have.

    Words are compared by their beginnings: "closes" and "closed" are one, "flees" and "fled" two.
    """
    asked = {_root(word) for text in texts for word in _WORD.findall(text) if len(word) >= SHORTEST}
    heads = {root[:HEAD] for root in asked} | {f"{root}{s}"[:HEAD] for root in asked for s in _GENITIVES}
    bags = [_roots(text, heads) & asked for text in dict.fromkeys(among)]
    having = Counter(root for bag in bags for root in bag)
    most = max(1.0, FEW * len(bags))

    def is_own(word: str) -> bool:
        return len(word) >= SHORTEST and having[_root(word)] <= most

    return tuple(_spans(text, is_own) if len(bags) > 1 else (Span(text=text),) for text in texts)


def _roots(text: str, heads: Set[str]) -> set[str]:
    """Return the beginnings of a text's words, of those only that begin with one of the `heads`."""
    return {_root(word) for word in _bag(text) if word[:HEAD].casefold()[:HEAD] in heads}


@lru_cache(maxsize=KEPT)
def _bag(text: str) -> frozenset[str]:
    """Return the words of a text; who looks at a story looks at it again, or along an axis."""
    return frozenset(_WORD.findall(text))


def _spans(text: str, is_own: Callable[[str], bool]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for piece in _PIECE.findall(text):
        own = piece[0].isalnum() and is_own(piece)
        if merged and merged[-1].is_own == own:
            merged[-1] = Span(text=merged[-1].text + piece, is_own=own)
        elif own and len(merged) > 1 and merged[-2].is_own and not merged[-1].text.strip():
            # Two marked words in a row are one passage.
            gap = merged.pop()
            merged[-1] = Span(text=merged[-1].text + gap.text + piece, is_own=True)
        else:
            merged.append(Span(text=piece, is_own=own))
    return tuple(merged)


def _root(word: str) -> str:
    """Return the beginning by which forms of one word are known for one."""
    small = word.casefold()
    for ending in _GENITIVES:
        small = small.removesuffix(ending)
    return small if len(small) < 6 else small[: max(5, len(small) - 3)]
