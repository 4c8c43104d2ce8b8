import hashlib
from pathlib import Path

import pytest

from aggregator.domain.errors import ModelUnusable
from aggregator.stories.embed import (
    DEFAULT_WEIGHTS_SHA256,
    SentenceTransformerEmbedder,
    check_weights,
    open_embedder,
)
from aggregator.stories.passage import PASSAGE_VERSION


def test_model_id_names_the_model_and_the_cut_of_the_text() -> None:
    assert open_embedder().model_id == f"all-MiniLM-L6-v2/{PASSAGE_VERSION}"


def test_default_dimension_is_known_without_loading() -> None:
    assert open_embedder("all-MiniLM-L6-v2").dim == 384


def test_folder_is_named_with_the_mark_of_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "own-model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"one")
    mark = hashlib.sha256(hashlib.sha256(b"one").hexdigest().encode()).hexdigest()[:8]
    assert SentenceTransformerEmbedder(name=str(folder)).model_id == f"own-model@{mark}/{PASSAGE_VERSION}"


def test_folder_without_weights_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="holds no weights"):
        _ = SentenceTransformerEmbedder(name=str(tmp_path)).model_id


def test_other_weights_than_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"not the model")
    with pytest.raises(ModelUnusable, match=r"SHA-256 \w{8}….{4}, not 53aa5117…d9db"):
        check_weights("all-MiniLM-L6-v2", weights, DEFAULT_WEIGHTS_SHA256)


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="cannot be read"):
        check_weights("all-MiniLM-L6-v2", tmp_path / "model.safetensors", DEFAULT_WEIGHTS_SHA256)


def test_the_weights_are_read_once_a_process(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"the model")
    check_weights("m", weights, hashlib.sha256(b"the model").hexdigest())
    weights.unlink()
    check_weights("m", weights, hashlib.sha256(b"the model").hexdigest())


@pytest.mark.model
def test_folder_that_is_no_model_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(ModelUnusable, match="could not be loaded"):
        SentenceTransformerEmbedder(name=str(tmp_path)).encode(["Harbour bridge closed"])
