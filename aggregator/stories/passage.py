"""The words of an article that stand for it in the text space: from build and evaluate, to the embedder."""

import re

PASSAGE_WORDS = 60
"""Words of the text after the title. A news lead fits; MiniLM was trained on inputs of 128 tokens."""

PASSAGE_VERSION = f"title+{PASSAGE_WORDS}w|title.2"
"""Part of every model id: another cut of the text makes other vectors, so it needs another name."""


def passage(title: str, text: str) -> str:
    """Return the title and about the first sixty words of the text, the title never twice."""
    head = " ".join(title.split())
    words = text.split()
    body = " ".join(words)
    if head and body.casefold().startswith(head.casefold()):
        words = body[len(head) :].lstrip(" .:-–—").split()
    lead = " ".join(words[:PASSAGE_WORDS])
    if not head or not lead:
        return head or lead
    return f"{head} {lead}" if re.search(r"[.!?…:]['\"’”)]*$", head) else f"{head}. {lead}"
