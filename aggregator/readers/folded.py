"""Words as a search compares them: without capitals and accents, as the tokenizer of the index does."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from unicodedata import combining, normalize

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
TOKEN: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text in small letters, without accents and without spaces around it."""
    small = text.casefold().strip()
    if small.isascii():
        return small
    return _BEYOND_ASCII.sub(_without_accents, normalize("NFKD", small))


def _without_accents(run: re.Match[str]) -> str:
    return "".join(sign for sign in run[0] if not combining(sign))


_folded_word = lru_cache(maxsize=50_000)(folded)
"""Words come again and again, sentences do not."""


def tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield every word of a text, folded, with where it starts and ends."""
    for found in TOKEN.finditer(text):
        yield _folded_word(found[0]), found.start(), found.end()
