"""Read the words of articles once: counts by article, in title and lead, and how they are written.

Takes articles from relate and gives back sparse rows, one column a word. What the words weigh is
worked out in `rarity.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
_INSIDE = re.compile(r"(?<=[\w,;] )[^\W\d_]+(?:[’'][^\W\d_]+)*")
"""Words after another word, or its comma: no sentence, quotation or bracket begins with them."""
_POSSESSIVE = ("’s", "'s")
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
    part = max(urlsplit(url).path.split("/"), key=lambda piece: len(re.findall("[-_]", piece)))
    pieces = re.split(r"[-_.]", _ENDING.sub("", part))
    words = [word.casefold() for word in pieces if word.isalpha() and len(word) > 2]
    return words if len(words) >= ADDRESS_WORDS else []


def read_words(articles: Sequence[Article]) -> Words:
    """Return the words of the articles, rows in their order."""
    seen: dict[str, str] = {}
    columns: dict[str, int] = {}
    inside: Counter[str] = Counter()

    def places(words: Iterable[str]) -> list[int]:
        """Return the columns of words as they stand."""
        folded = (seen[word] if word in seen else seen.setdefault(word, _folded(word)) for word in words)
        return [columns.setdefault(word, len(columns)) for word in folded if word]

    titles, leads, addresses = [], [], []
    for one in articles:
        lead = " ".join(one.text.split()[:LEAD_WORDS])
        inside.update(_INSIDE.findall(lead))
        titles.append(places(_TOKEN.findall(one.title)))
        leads.append(places(_TOKEN.findall(lead)))
        addresses.append(places(address_words(one.url)))
    width = max(len(columns), 1)
    every = [title + lead + address for title, lead, address in zip(titles, leads, addresses, strict=True)]
    return Words(
        listed=tuple(columns),
        written=_written(inside, seen, columns),
        every=_rows(_flat(every), len(articles), width),
        title=_rows(_flat(titles), len(articles), width),
        runs=_runs(_flat(titles), _flat(leads), len(articles), width),
        capitals=_capitals(inside, seen, columns),
    )


Flat = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows and columns of words in their order."""


def _flat(listed: Sequence[Sequence[int]]) -> Flat:
    counts = [len(row) for row in listed]
    columns = np.fromiter((one for row in listed for one in row), dtype=np.int64, count=sum(counts))
    return np.repeat(np.arange(len(listed)), counts), columns


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
