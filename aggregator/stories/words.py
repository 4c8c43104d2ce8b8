"""Read the words of articles once: counts by article, in title and lead, and how they are written.

Takes articles from relate and gives back sparse rows, one column a word. What the words weigh is
worked out in `rarity.py`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
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
    with columns of its own, whose words `pairs` int64[r, 2] tells. `forms` are the ways in which words are
    written, `form_of` int64[f] the column of each, and `inside` counts for each article the forms that
    stand inside a sentence.
    """

    listed: tuple[str, ...]
    every: Any
    title: Any
    runs: Any
    pairs: NDArray[np.int64]
    forms: tuple[str, ...]
    form_of: NDArray[np.int64]
    inside: Any

    def capitals(self) -> NDArray[np.float32]:
        """Return by column the share of a word's places inside sentences where it is capitalised, else 0."""
        width = self.every.shape[1]
        counts = _column_sums(self.inside)
        upper = np.array([form[0].isupper() for form in self.forms], dtype=bool)
        every = np.bincount(self.form_of, weights=counts, minlength=width)
        capital = np.bincount(self.form_of[upper], weights=counts[upper], minlength=width)
        share: NDArray[np.float32] = (capital / np.maximum(every, 1)).astype(np.float32)
        return share

    def written(self, columns: Iterable[int]) -> dict[int, str]:
        """Return the form that each word mostly has inside sentences, else as it was first seen."""
        asked = {column: self.listed[column] for column in columns}
        counts = _column_sums(self.inside)
        best: dict[int, tuple[float, str]] = {}
        for place in np.flatnonzero(np.isin(self.form_of, list(asked))).tolist():
            column, form = int(self.form_of[place]), (float(counts[place]), self.forms[place])
            if column not in best or (form[0] and form > best[column]):
                best[column] = form
        return {column: _bare(best[column][1]) if column in best else word for column, word in asked.items()}


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
    title, lead, address = (_expanded(some, pieces) for some in (heads, leads, addresses))
    size, width = len(articles), max(len(pieces.columns), 1)
    every = tuple(np.concatenate(some) for some in zip(title, lead, address, strict=True))
    runs, pairs = _runs(title, lead, size, width)
    return Words(
        listed=tuple(pieces.columns),
        every=_rows((every[0], every[1]), size, width),
        title=_rows(title, size, width),
        runs=runs,
        pairs=pairs,
        forms=tuple(pieces.forms),
        form_of=np.array([pieces.columns[word] for word in pieces.forms.values()], dtype=np.int64),
        inside=_inside(leads, pieces, size),
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

    `listed` holds the columns of the words in each, from `starts` on, `counts` of them; `first` is the
    place of its first form among `forms` if it begins with a letter and is a word, else −1; `is_open`
    whether another word of the same sentence may follow it. `forms` gives the small letters of each form,
    `columns` the number of each word.
    """

    listed: NDArray[np.int64]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    forms: Mapping[str, str]
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
    kept = {form: word for form, word in folded.items() if word}
    places = {form: place for place, form in enumerate(kept)}
    return _Pieces(
        listed=np.array(listed, dtype=np.int64),
        starts=np.cumsum(lengths) - lengths,
        counts=lengths,
        first=np.array([places.get(form, -1) for form in firsts], dtype=np.int64),
        is_open=np.array([piece[-1].isalnum() or piece[-1] in _OPEN for piece in pieces], dtype=bool),
        forms=kept,
        columns=columns,
    )


def _inside(leads: Flat, pieces: _Pieces, size: int) -> Any:
    """Return how often each article has a form after another word, or its comma: no sentence begins there."""
    rows, numbers = leads
    follows = np.zeros(len(rows), dtype=bool)
    follows[1:] = (rows[1:] == rows[:-1]) & pieces.is_open[numbers[:-1]]
    follows &= pieces.first[numbers] >= 0
    return _rows((rows[follows], pieces.first[numbers[follows]]), size, max(len(pieces.forms), 1))


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


def _runs(titles: Flat, leads: Flat, size: int, width: int) -> tuple[Any, NDArray[np.int64]]:
    """Return sparse float32 marks of two words in a row, in a title or a lead, and the words of each run."""
    firsts = []
    for rows, columns in (titles, leads):
        follows = rows[1:] == rows[:-1]
        firsts.append((rows[1:][follows], (columns[:-1] * width + columns[1:])[follows]))
    rows = np.concatenate([one for one, _ in firsts])
    kinds, places = np.unique(np.concatenate([two for _, two in firsts]), return_inverse=True)
    marks = _rows((rows, places), size, max(len(kinds), 1))
    marks.data[:] = 1
    return marks, np.stack([kinds // width, kinds % width], axis=1)


def _column_sums(rows: Any) -> NDArray[np.float64]:
    return np.bincount(rows.indices, weights=rows.data, minlength=rows.shape[1]).astype(np.float64)


def put_together(old: Words, new: Words, rows: NDArray[np.int64]) -> Words:
    """Return the words of articles that were read in two lots, as if at once but for the order of columns.

    `rows` are the articles wanted, in their order: places among the old, or among the new after them.
    """
    width = len(old.listed)
    columns = _Numbers(zip(old.listed, range(width), strict=True))
    to = np.array([columns[word] for word in new.listed], dtype=np.int64)
    forms = _Numbers(zip(old.forms, range(len(old.forms)), strict=True))
    form_to = np.array([forms[form] for form in new.forms], dtype=np.int64)
    form_of = np.zeros(len(forms), dtype=np.int64)
    form_of[form_to], form_of[: len(old.forms)] = to[new.form_of], old.form_of
    codes = [one[:, 0] * len(columns) + one[:, 1] for one in (old.pairs, to[new.pairs].reshape(-1, 2))]
    kinds, run_to = np.unique(np.concatenate(codes), return_inverse=True)
    return _only_used(
        Words(
            listed=tuple(columns),
            every=_stacked(old.every, new.every, None, to, rows, len(columns)),
            title=_stacked(old.title, new.title, None, to, rows, len(columns)),
            runs=_stacked(
                old.runs, new.runs, run_to[: len(old.pairs)], run_to[len(old.pairs) :], rows, len(kinds)
            ),
            pairs=np.stack([kinds // max(len(columns), 1), kinds % max(len(columns), 1)], axis=1),
            forms=tuple(forms),
            form_of=form_of,
            inside=_stacked(old.inside, new.inside, None, form_to, rows, len(forms)),
        )
    )


def _stacked(
    old: Any,
    new: Any,
    old_to: NDArray[np.int64] | None,
    new_to: NDArray[np.int64],
    rows: NDArray[np.int64],
    width: int,
) -> Any:
    """Return some rows of two lots, their columns renumbered."""
    from scipy.sparse import vstack

    lots = [_renumbered(old, old_to, width), _renumbered(new, new_to, width)]
    stacked = vstack(lots, format="csr")[rows]
    stacked.sort_indices()
    return stacked


def _renumbered(rows: Any, to: NDArray[np.int64] | None, width: int) -> Any:
    """Return the rows with other columns, or the same ones, and so many of them."""
    from scipy.sparse import csr_array

    columns = rows.indices if to is None else to[rows.indices].astype(np.int32)
    return csr_array((rows.data, columns, rows.indptr), shape=(rows.shape[0], max(width, 1)))


def _only_used(words: Words) -> Words:
    """Return the words without those that no article has any more."""
    used, to, width = _used(words.every)
    runs, run_to, kinds = _used(words.runs)
    forms = np.flatnonzero(np.isin(words.form_of, used))
    form_to = np.zeros(len(words.forms), dtype=np.int64)
    form_to[forms] = np.arange(len(forms))
    return Words(
        listed=tuple(words.listed[one] for one in used.tolist()),
        every=_renumbered(words.every, to, width),
        title=_renumbered(words.title, to, width),
        runs=_renumbered(words.runs, run_to, kinds),
        pairs=to[words.pairs[runs]].reshape(-1, 2),
        forms=tuple(words.forms[one] for one in forms.tolist()),
        form_of=to[words.form_of[forms]],
        inside=_renumbered(words.inside, form_to, len(forms)),
    )


def _used(rows: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the columns with anything in them, the new number of each column, and how many there are."""
    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    to = np.zeros(rows.shape[1], dtype=np.int64)
    to[used] = np.arange(len(used))
    return used, to, len(used)


def weighted_rows(rows: Any, weights: NDArray[np.float32]) -> Any:
    """Return unit rows of damped counts times the weight of each column (TF-IDF), sparse float32."""
    from scipy.sparse import csr_array

    data = ((1 + np.log(rows.data)) * weights[rows.indices]).astype(np.float32)
    of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(of, weights=data.astype(np.float64) ** 2, minlength=rows.shape[0]))
    data /= np.maximum(lengths, 1e-9)[of].astype(np.float32)
    return csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
