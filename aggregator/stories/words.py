"""Count words: TF-IDF rows, and the names and numbers that articles mention.

Takes articles and their texts from relate, gives back sparse rows and sets; how common a word is, is
counted over the texts given.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from aggregator.domain.articles import Article

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|\w+")
_POSSESSIVE = re.compile(r"['’]s\b")


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, numbers whole, the possessive s dropped."""
    words = _TOKEN.findall(_POSSESSIVE.sub("", text.casefold()))
    return [word for word in words if len(word) > 1 or word.isdigit()]


def tfidf_rows(texts: Sequence[str]) -> Any:
    """Return unit TF-IDF rows, sparse float32[n, v]; a text without a word has an empty row."""
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    counted = [[word for word in tokens(text) if word not in ENGLISH_STOP_WORDS] for text in texts]
    if not any(counted):
        return csr_array((len(texts), 1), dtype=np.float32)
    vectoriser = TfidfVectorizer(analyzer=list, sublinear_tf=True, dtype=np.float32)
    return csr_array(vectoriser.fit_transform(counted))


_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*", re.MULTILINE)


def names_in(article: Article) -> set[str]:
    """Return the capitalised runs of words inside the sentences of the text; titles capitalise too much."""
    return {" ".join(run.split()).casefold() for run in _NAME.findall(article.text)}


_NUMBER = re.compile(r"\d[\d.,]*\d")


def numbers_in(article: Article) -> set[str]:
    """Return the numbers of two digits or more in title and text."""
    return set(_NUMBER.findall(f"{article.title}\n{article.text}"))


def mark_rows(marks: Sequence[set[str]]) -> Any:
    """Return a binary float32 CSR matrix, one row a set, one column a mark."""
    from scipy.sparse import csr_array

    columns = {mark: place for place, mark in enumerate(sorted(set().union(*marks)))}
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in marks])])
    flat = [place for row in marks for place in sorted(columns[mark] for mark in row)]
    shape = (len(marks), max(len(columns), 1))
    return csr_array((np.ones(len(flat), dtype=np.float32), flat, pointers), shape=shape)
