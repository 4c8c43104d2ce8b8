"""Cut plain text into its sentences, in any language: from articles, to the summary and the quotations.

`sentencex` knows abbreviations and quotation marks of some three hundred languages; what it cuts is put
together again where a lone initial was taken for an end ("M. Dupont").
"""

import re

_BLANKS = re.compile(r"\s+")
_INITIAL = re.compile(r"(?:^|\s)[^\W\d_]\.$")
"""A single letter and a dot: an initial or a title, hardly ever the end of a sentence."""


def sentences_of(text: str, lang: str | None = None) -> list[str]:
    """Return the sentences of a text whose blocks a blank line separates, blanks made single.

    No sentence reaches over the end of a block. A language that is not known is cut as English.
    """
    from sentencex import segment

    found: list[str] = []
    for block in text.split("\n\n"):
        flat = _BLANKS.sub(" ", block).strip()
        is_open = False
        for piece in segment(primary(lang), flat) if flat else ():
            sentence = piece.strip()
            if is_open and sentence:
                found[-1] = f"{found[-1]} {sentence}"
            elif sentence:
                found.append(sentence)
            is_open = bool(sentence) and len(sentence) < len(flat) and bool(_INITIAL.search(found[-1]))
    return found


def primary(lang: str | None) -> str:
    """Return the language of a tag without region or script; English for none."""
    return (lang or "en").replace("_", "-").split("-")[0].lower()
