"""Count how common words usually are: from a stream of articles to `aggregator/stories/background.txt`.

`python -m benchmarks.count_background stream.jsonl.gz`. Only counts leave the stream: words in fewer
than `FEWEST` articles are left out, and counts are rounded to two digits.
"""

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from aggregator.stories.background import FILE, Background, written
from aggregator.stories.words import LEAD_WORDS, tokens

FEWEST = 6
LONGEST_WORD = 24


def count(stream: Path) -> Background:
    """Return in how many articles of a gzipped JSONL stream each word stands."""
    counts: Counter[str] = Counter()
    articles = 0
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            lead = " ".join((row["text"] or "").split()[:LEAD_WORDS])
            counts.update(set(tokens(f"{row['title']}\n{lead}")))
            articles += 1
    common = {word: _rounded(n) for word, n in counts.items() if n >= FEWEST and len(word) <= LONGEST_WORD}
    return Background(articles=articles, counts=common)


def _rounded(number: int) -> int:
    digits = len(str(number)) - 2
    return round(number, -digits) if digits > 0 else number


if __name__ == "__main__":
    FILE.write_text(written(count(Path(sys.argv[1]))), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(FILE.read_bytes()):,} bytes\n")
