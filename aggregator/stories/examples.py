"""Keep the vectors of the topics' examples beside those of articles: each is embedded once a model."""

from collections.abc import Sequence

from aggregator.domain.topics import Topic
from aggregator.storage import Storage, UnitOfWork
from aggregator.stories.embed import Embedder, encode_pieces
from aggregator.stories.topics import Prototypes, example_hash, example_parts, prototypes


def embed_examples(storage: Storage, embedder: Embedder, topics: Sequence[Topic]) -> None:
    """Give every example that has none its vector.

    Raises:
        ModelUnusable: the embedding model cannot be loaded.
    """
    examples = {example_hash(one): one for topic in topics for one in topic.examples}
    with storage.reading() as work:
        present, _ = work.vectors.load(embedder.model_id, list(examples))
    missing = [key for key in examples if key not in set(present)]
    if missing:
        rows = encode_pieces(embedder, [example_parts(examples[key]) for key in missing])
        with storage.writing() as work:
            work.vectors.put(embedder.model_id, missing, rows)


def read_prototypes(work: UnitOfWork, model: str, topics: Sequence[Topic]) -> Prototypes | None:
    """Return the topics with their examples' vectors; None before the first build that has them."""
    hashes = [example_hash(one) for topic in topics for one in topic.examples]
    present, matrix = work.vectors.load(model, hashes)
    return prototypes(topics, dict(zip(present, matrix, strict=True)))
