"""Make the web addresses in a plain text clickable, and nothing else of it markup."""

import re
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_ADDRESS: Final = re.compile(r"\bhttps?://[^\s<>\"“”«»]+", re.IGNORECASE)
_BEHIND: Final = ".,;:!?…'’*_"
"""Signs that end a sentence around an address rather than the address."""
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
LONGEST: Final = 80
"""Characters of an address that are shown; the whole one is behind the link."""


def with_links(text: str) -> Markup:
    """Return a text as HTML, each address of a web page in it a link that search engines do not count."""
    pieces, at = [], 0
    for match in _ADDRESS.finditer(text):
        address = _whole(match.group())
        if not _is_page(address):
            continue
        pieces += [escape(text[at : match.start()]), _link(address)]
        at = match.start() + len(address)
    return Markup("").join([*pieces, escape(text[at:])])


def _whole(found: str) -> str:
    """Return an address without the signs of the sentence that it stands in."""
    while found:
        last = found[-1]
        opening = _CLOSING.get(last)
        if last not in _BEHIND and not (opening and found.count(opening) < found.count(last)):
            break
        found = found[:-1]
    return found


def _is_page(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _link(address: str) -> Markup:
    shown = address if len(address) <= LONGEST else address[: LONGEST - 1] + "…"
    return Markup('<a href="{}" rel="nofollow noopener noreferrer">{}</a>').format(address, shown)
