"""Know how common words usually are: counts over many articles, read from `background.txt` beside this file.

Goes to `rarity.py`. The file holds facts only: how many articles of a large stream of English news
have each word. `python -m benchmarks.count_background` makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "background.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """In how many of `articles` articles each word stands; words that are not listed stand in none."""

    articles: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


@lru_cache(maxsize=2)
def load_background(file: Path = FILE) -> Background:
    """Return the counts of a file: the number of articles, then lines of a count and its words."""
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    counts = {word: int(line.split()[0]) for line in lines for word in line.split()[1:]}
    return Background(articles=int(first), counts=counts)


def written(background: Background) -> str:
    """Return the text of a file that `load_background` reads back."""
    words: dict[int, list[str]] = {}
    for word, count in sorted(background.counts.items()):
        words.setdefault(count, []).append(word)
    lines = [f"{count} {' '.join(words[count])}" for count in sorted(words)]
    return "\n".join([str(background.articles), *lines]) + "\n"
