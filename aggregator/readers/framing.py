"""Mark the words in which outlets tell one event differently: those that few of its texts have; pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHORTEST = 4
"""Letters of a word that can be marked: shorter ones are mostly grammar, in any language with letters."""
FEW = 0.2
"""Share of the texts that may have a marked word; of two texts, one."""

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
    root_of = _Roots()
    bags = [{root_of[word] for word in set(_WORD.findall(text))} for text in dict.fromkeys(among)]
    most = max(1.0, FEW * len(bags))

    def is_own(word: str) -> bool:
        root = root_of[word]
        return len(word) >= SHORTEST and sum(root in bag for bag in bags) <= most

    return tuple(_spans(text, is_own) if len(bags) > 1 else (Span(text=text),) for text in texts)


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


class _Roots(dict[str, str]):
    """The beginnings of words, each worked out once: outlets tell one event in many of the same words."""

    def __missing__(self, word: str) -> str:
        self[word] = root = _root(word)
        return root


def _root(word: str) -> str:
    """Return the beginning by which forms of one word are known for one."""
    small = word.casefold().removesuffix("’s").removesuffix("'s")
    return small if len(small) < 6 else small[: max(5, len(small) - 3)]
