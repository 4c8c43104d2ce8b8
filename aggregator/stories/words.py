"""Read the words of articles once: counts by article, in title and lead, and how they are written.

Takes articles from relate and gives back sparse rows, one column a word. What the words weigh is
worked out in `rarity.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from aggregator.domain.articles import Article

LEAD_WORDS = 60
"""Words of the text that are read: what a piece reports stands at its head, however long it is."""

ADDRESS_WORDS = 3
"""An address whose last part has fewer words than this says nothing ("/news/world")."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:[’'][^\W\d_]+)*")
_BREAK = re.compile(r"[.!?…:\n“”\"«»„|—–(‘-]")
_POSSESSIVE = ("’s", "'s")


class Word(NamedTuple):
    """One word as it stands: in small letters, and whether it is capitalised inside a sentence."""

    text: str
    capital: bool
    inside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of n articles: sparse float32 counts, one column for each of `listed`.

    `every` counts title, lead and address; `title` the title alone; `runs` marks two words in a row,
    with columns of its own. `capitals` float32[v] is the share of a word's places inside sentences
    where it is capitalised, 0 where it has none.
    """

    listed: tuple[str, ...]
    every: Any
    title: Any
    runs: Any
    capitals: NDArray[np.float32]


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, numbers whole, the possessive s dropped."""
    return [word.text for word in _words(text)]


def _words(text: str) -> Iterator[Word]:
    end = 0
    for place, match in enumerate(_TOKEN.finditer(text)):
        word = match.group()
        inside = place > 0 and not _BREAK.search(text, end, match.start())
        end = match.end()
        if word.endswith(_POSSESSIVE):
            word = word[:-2]
        if len(word) > 1 or word.isdigit():
            yield Word(word.casefold(), word[0].isupper(), inside)


def address_words(url: str) -> list[str]:
    """Return the words of an address that spells a headline out, else none."""
    part = max(urlsplit(url).path.split("/"), key=lambda piece: piece.count("-"))
    words = [word.casefold() for word in re.split(r"[-_.]", part) if word.isalpha() and len(word) > 2]
    return words if len(words) >= ADDRESS_WORDS else []


def read_words(articles: Sequence[Article]) -> Words:
    """Return the words of the articles, rows in their order."""
    columns: dict[str, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    capital: Counter[int] = Counter()
    inside: Counter[int] = Counter()
    titles, every, runs = [], [], []
    for one in articles:
        title = [columns.setdefault(word.text, len(columns)) for word in _words(one.title)]
        lead = []
        for word in _words(" ".join(one.text.split()[:LEAD_WORDS])):
            lead.append(columns.setdefault(word.text, len(columns)))
            inside[lead[-1]] += word.inside
            capital[lead[-1]] += word.inside and word.capital
        address = [columns.setdefault(word, len(columns)) for word in address_words(one.url)]
        titles.append(title)
        every.append(title + lead + address)
        both = (*pairwise(title), *pairwise(lead))
        runs.append({pairs.setdefault(pair, len(pairs)) for pair in both})
    places = range(len(columns))
    return Words(
        listed=tuple(columns),
        every=_rows(every, len(columns)),
        title=_rows(titles, len(columns)),
        runs=_rows(runs, len(pairs)),
        capitals=np.array([capital[one] / max(inside[one], 1) for one in places], dtype=np.float32),
    )


def _rows(listed: Sequence[Iterable[int]], width: int) -> Any:
    """Return sparse float32 counts with sorted columns."""
    from scipy.sparse import csr_array

    counts = [Counter(row) for row in listed]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in counts])]).astype(np.int32)
    size = int(pointers[-1])
    columns = np.fromiter((one for row in counts for one in row), dtype=np.int32, count=size)
    values = np.fromiter((n for row in counts for n in row.values()), dtype=np.float32, count=size)
    rows = csr_array((values, columns, pointers), shape=(len(counts), max(width, 1)))
    rows.sort_indices()
    return rows


def weighted_rows(rows: Any, weights: NDArray[np.float32]) -> Any:
    """Return unit rows of damped counts times the weight of each column (TF-IDF), sparse float32."""
    from scipy.sparse import csr_array

    data = ((1 + np.log(rows.data)) * weights[rows.indices]).astype(np.float32)
    of = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(of, weights=data.astype(np.float64) ** 2, minlength=rows.shape[0]))
    data /= np.maximum(lengths, 1e-9)[of].astype(np.float32)
    return csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
