"""`broadfold eval`: how well the grouping does on labelled news."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aggregator.cli.output import json_option, print_json, print_table, progress

if TYPE_CHECKING:
    from aggregator.evaluate import Score

COLUMNS = (
    *("file", "B³ P#", "B³ R#", "B³ F#", "multi#", "pair P#", "pair R#", "pair F#"),
    *("groups#", "largest#", "moved#", "churn#", "articles#", "seconds#", "MB#"),
)


@click.command("eval")
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILE.jsonl...]",
)
@click.option(
    "--own", is_flag=True, help="Score your own corrections, own-pairs.jsonl in the data folder, too."
)
@click.option("--stream", is_flag=True, help="Feed the articles in publication order instead of all at once.")
@json_option
def command(files: tuple[Path, ...], own: bool, stream: bool, as_json: bool) -> None:
    """Score the grouping on labelled JSONL files: B-cubed and pairwise, seconds and memory."""
    from aggregator.bootstrap import open_model, start_log
    from aggregator.evaluate import evaluate
    from aggregator.settings import load_settings

    if not files and not own:
        raise click.UsageError("Name a labelled file, or use --own.")
    settings = load_settings()
    files += (settings.own_pairs(),) if own else ()
    start_log(settings)
    with progress() as tell:
        scores = evaluate(files, embedder=open_model(settings), stream=stream, on_progress=tell)
    if as_json:
        print_json([asdict(score) for score in scores])
        return
    print_table(COLUMNS, [_row(score) for score in scores], empty="")


def _row(score: "Score") -> tuple[object, ...]:
    shares = (score.b3_p, score.b3_r, score.b3_f, score.multi_b3_f, score.pair_p, score.pair_r, score.pair_f)
    return (
        score.file,
        *(f"{share:.3f}" for share in shares),
        score.groups,
        score.largest,
        *("–" if share is None else f"{share:.1%}" for share in (score.moved, score.churn)),
        score.articles,
        " + ".join(f"{step} {seconds:.1f}" for step, seconds in score.step_seconds.items()),
        f"{score.peak_mb:.0f}",
    )
