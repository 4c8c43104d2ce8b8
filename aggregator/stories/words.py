"""Read the words of articles once: counts by article, in title and lead, and how they are written.

Takes articles from relate and gives back sparse rows, one column a word. What the words weigh is
worked out in `rarity.py`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article

LEAD_WORDS = 60
"""Words of the text that are read: what a piece reports stands at its head, however long it is."""

ADDRESS_WORDS = 3
"""An address whose last part has fewer words than this says nothing ("/news/world")."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[’'][^\W\d_]+)*")
_OPEN = "_,;"
"""After a word, or one of these, no sentence, quotation or bracket begins."""
_POSSESSIVE = ("’s", "'s")
_PATH = re.compile(r"https?://[^/?#]*([^?#]*)")
_ENDING = re.compile(r"\.[a-z]{3,5}$")
"""Of a file (".html"): it is part of an address, not of a headline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of n articles: sparse float32 counts, one column for each of `listed`.

    `every` counts title, lead and address; `title` the title alone; `runs` marks two words in a row,
    with columns of its own. `capitals` float32[v] is the share of a word's places inside sentences
    where it is capitalised, 0 where it has none; `written` is how each word is mostly written there.
    """

    listed: tuple[str, ...]
    written: tuple[str, ...]
    every: Any
    title: Any
    runs: Any
    capitals: NDArray[np.float32]


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, numbers whole, the possessive s dropped."""
    return [folded for word in _TOKEN.findall(text) if (folded := _folded(word))]


def _folded(word: str) -> str:
    """Return a word in small letters without its possessive s; nothing for a single letter."""
    word = _bare(word)
    return word.casefold() if len(word) > 1 or word.isdigit() else ""


def _bare(word: str) -> str:
    return word[:-2] if word.endswith(_POSSESSIVE) else word


def address_words(url: str) -> list[str]:
    """Return the words of an address that spells a headline out, else none."""
    found = _PATH.match(url)
    path = found[1] if found else urlsplit(url).path
    part = max(path.split("/"), key=_dashes)
    pieces = _ENDING.sub("", part).replace("_", "-").replace(".", "-").casefold().split("-")
    words = [word for word in pieces if len(word) > 2 and word.isalpha()]
    return words if len(words) >= ADDRESS_WORDS else []


def _dashes(piece: str) -> int:
    return piece.count("-") + piece.count("_")


def read_words(articles: Sequence[Article]) -> Words:
    """Return the words of the articles, rows in their order."""
    numbers = _Numbers()
    heads = _numbered([one.title.split() for one in articles], numbers)
    # Splitting stops after the words that are read; what follows comes back in one piece.
    leads = _numbered([one.text.split(None, LEAD_WORDS)[:LEAD_WORDS] for one in articles], numbers)
    addresses = _numbered([address_words(one.url) for one in articles], numbers)
    pieces = _read_pieces(list(numbers))
    inside = _inside(leads, pieces)
    title, lead, address = (_expanded(some, pieces) for some in (heads, leads, addresses))
    size, width = len(articles), max(len(pieces.columns), 1)
    every = tuple(np.concatenate(some) for some in zip(title, lead, address, strict=True))
    return Words(
        listed=tuple(pieces.columns),
        written=_written(inside, pieces.folded, pieces.columns),
        every=_rows((every[0], every[1]), size, width),
        title=_rows(title, size, width),
        runs=_runs(title, lead, size, width),
        capitals=_capitals(inside, pieces.folded, pieces.columns),
    )


Flat = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of words in their order."""


class _Numbers(dict[str, int]):
    """Gives each new piece the next number.

    Most pieces of news have been seen before, so each kind of piece is read once, and all that is done
    for its every place is this look-up.
    """

    def __missing__(self, piece: str) -> int:
        """Return the next number."""
        number = self[piece] = len(self)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """What stands between two blanks, by number.

    `listed` holds the columns of the words in each, from `starts` on, `counts` of them; `first` is its
    first word as written if it begins with a letter, else empty; `is_open` whether another word of the
    same sentence may follow it. `folded` gives the small letters of each form, `columns` the number of
    each word.
    """

    listed: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: Sequence[str]
    is_open: NDArray[np.bool_]
    folded: Mapping[str, str]
    columns: Mapping[str, int]


def _read_pieces(pieces: Sequence[str]) -> _Pieces:
    """Return the words of each piece."""
    folded: dict[str, str] = {}
    columns = _Numbers()
    listed: list[int] = []
    counts, firsts = [], []
    for piece in pieces:
        forms = [piece] if piece.isalpha() else _TOKEN.findall(piece)
        words = [folded[one] if one in folded else folded.setdefault(one, _folded(one)) for one in forms]
        found = [columns[word] for word in words if word]
        listed += found
        counts.append(len(found))
        firsts.append(forms[0] if forms and piece[0].isalpha() else "")
    lengths = np.array(counts, dtype=np.int64)
    return _Pieces(
        listed=np.array(listed, dtype=np.int64),
        starts=np.cumsum(lengths) - lengths,
        counts=lengths,
        first=firsts,
        is_open=np.array([piece[-1].isalnum() or piece[-1] in _OPEN for piece in pieces], dtype=bool),
        folded=folded,
        columns=columns,
    )


def _inside(leads: Flat, pieces: _Pieces) -> Mapping[str, int]:
    """Return how often each form stands after another word, or its comma: no sentence begins there."""
    rows, numbers = leads
    follows = np.zeros(len(rows), dtype=bool)
    follows[1:] = (rows[1:] == rows[:-1]) & pieces.is_open[numbers[:-1]]
    places = np.bincount(numbers[follows], minlength=len(pieces.counts))
    inside: Counter[str] = Counter()
    for number in np.flatnonzero(places).tolist():
        inside[pieces.first[number]] += int(places[number])
    inside.pop("", None)
    return inside


def _numbered(listed: Sequence[Sequence[str]], numbers: _Numbers) -> Flat:
    """Return the rows and the numbers of pieces."""
    counts = [len(row) for row in listed]
    every = map(numbers.__getitem__, chain.from_iterable(listed))
    return np.repeat(np.arange(len(listed)), counts), np.fromiter(every, dtype=np.int64, count=sum(counts))


def _expanded(flat: Flat, pieces: _Pieces) -> Flat:
    """Return the rows and the columns of the words in pieces."""
    rows, numbers = flat
    counts = pieces.counts[numbers]
    before = np.cumsum(counts) - counts
    within = np.arange(int(counts.sum())) - np.repeat(before, counts)
    return np.repeat(rows, counts), pieces.listed[np.repeat(pieces.starts[numbers], counts) + within]


def _rows(flat: Flat, size: int, width: int) -> Any:
    """Return sparse float32 counts with sorted columns."""
    from scipy.sparse import csr_array

    keys, counts = np.unique(flat[0] * width + flat[1], return_counts=True)
    pointers = np.searchsorted(keys, np.arange(size + 1) * width).astype(np.int32)
    values = counts.astype(np.float32)
    return csr_array((values, (keys % width).astype(np.int32), pointers), shape=(size, width))


def _runs(titles: Flat, leads: Flat, size: int, width: int) -> Any:
    """Return sparse float32 marks of two words in a row, in a title or a lead."""
    firsts = []
    for rows, columns in (titles, leads):
        follows = rows[1:] == rows[:-1]
        firsts.append((rows[1:][follows], (columns[:-1] * width + columns[1:])[follows]))
    rows = np.concatenate([one for one, _ in firsts])
    kinds, places = np.unique(np.concatenate([two for _, two in firsts]), return_inverse=True)
    marks = _rows((rows, places), size, max(len(kinds), 1))
    marks.data[:] = 1
    return marks


def _capitals(
    inside: Mapping[str, int], seen: Mapping[str, str], columns: Mapping[str, int]
) -> NDArray[np.float32]:
    """Return by column the share of a word's places inside sentences where it is capitalised."""
    every, capital = np.zeros(max(len(columns), 1)), np.zeros(max(len(columns), 1))
    for word, count in inside.items():
        if folded := seen.get(word):
            every[columns[folded]] += count
            capital[columns[folded]] += count * word[0].isupper()
    share: NDArray[np.float32] = (capital / np.maximum(every, 1)).astype(np.float32)
    return share


def _written(
    inside: Mapping[str, int], seen: Mapping[str, str], columns: Mapping[str, int]
) -> tuple[str, ...]:
    """Return by column the form that a word mostly has inside sentences, else as it was first seen."""
    forms: dict[str, str] = {}
    for word, folded in seen.items():
        forms.setdefault(folded, word)
    for word, _ in sorted(inside.items(), key=lambda one: (one[1], one[0])):
        if known := seen.get(word):
            forms[known] = word
    return tuple(_bare(forms.get(folded, folded)) for folded in columns)


def weighted_rows(rows: Any, weights: NDArray[np.float32]) -> Any:
    """Return unit rows of damped counts times the weight of each column (TF-IDF), sparse float32."""
    from scipy.sparse import csr_array

    data = ((1 + np.log(rows.data)) * weights[rows.indices]).astype(np.float32)
    of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(of, weights=data.astype(np.float64) ** 2, minlength=rows.shape[0]))
    data /= np.maximum(lengths, 1e-9)[of].astype(np.float32)
    return csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
