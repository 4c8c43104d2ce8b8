"""How calm stories are while a day comes in, on labelled days that the judges never saw.

`python -m benchmarks.calm CORPUS VECTORS [--judges FOLDER]`: CORPUS is a folder with `labelled/`, VECTORS one
to keep vectors in, FOLDER one to keep the judges in between runs. Each day is grouped at once, and again
every 60 articles as a stream.
"""

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path

from aggregator.evaluate import EvaluationNumbers, agreement, builds, read_labelled
from aggregator.stories.judge import Judges
from aggregator.stories.memory import Calm, Table
from benchmarks.corpora import Corpus
from benchmarks.fit_evidence import DAYS, labelled
from benchmarks.grouping import held_out_judges


def follow(corpus: Corpus, file: Path, judges: Judges, *, stream: bool) -> tuple[float, Calm]:
    """Return B-cubed F of a file grouped at once or as a stream, and how calm the stories were."""
    known, asked = read_labelled(file), EvaluationNumbers()
    table = Table(
        vectors={one.id: row for one, row in zip(corpus.articles, corpus.rows, strict=True)},
        domains=known.domains,
        relate_numbers=asked.relate,
        group_numbers=asked.group,
        idle=asked.idle,
        watch=nullcontext,
        judges=judges,
    )
    calm = Calm()
    for _, (window, now) in builds(known.articles, asked.window, stream):
        table.build(window, now)
        calm.see(table.story_of())
    truth = {
        one.id: story for one, story in zip(known.articles, known.stories, strict=True) if story is not None
    }
    return agreement({one: calm.last[one] for one in truth}, truth).b3_f, calm


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--judges", type=Path)
    asked = parser.parse_args()
    read = labelled(asked.corpus, asked.vectors)
    days = {f"day-{day}" for day in DAYS}
    sys.stdout.write("| day | B³ F at once | as a stream | moved a build | churn |\n|---|--:|--:|--:|--:|\n")
    for name, judges in held_out_judges(read, asked.judges):
        if name in days:
            file = asked.corpus / "labelled" / f"{name}.jsonl"
            once, _ = follow(read[name], file, judges, stream=False)
            streamed, calm = follow(read[name], file, judges, stream=True)
            row = f"{once:.3f} | {streamed:.3f} | {calm.moved():.2%} | {calm.churn():.1%}"
            sys.stdout.write(f"| {name} | {row} |\n")


if __name__ == "__main__":
    main()
