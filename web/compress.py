"""Sends answers compressed to whoever takes gzip: pages shrink to a sixth.

No secret stands beside text that others can choose, which is what guessing by lengths (BREACH) needs:
docs/explanation/safety.md.
"""

import gzip
from functools import lru_cache
from typing import Final

from flask import Flask, Response, request

LEVEL: Final = 5
"""From 5 on, a page of 100 kB gets hardly smaller and takes twice as long: tried on the sample newsroom's."""
SMALLEST: Final = 1000
"""Bytes that fit one packet anyway."""
KINDS: Final = frozenset(
    {
        "application/atom+xml",
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/markdown",
        "text/plain",
        "text/x-opml",
    }
)


def install_compression(app: Flask) -> None:
    """Make `app` compress its answers."""
    app.after_request(compressed)


def compressed(response: Response) -> Response:
    """Return the answer, compressed where the browser takes that and it is worth it."""
    if response.mimetype not in KINDS or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    is_file = response.direct_passthrough
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.set_data(_kept(body) if is_file else _packed(body))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        # Another encoding is other bytes, which a strong mark would have to tell apart (RFC 9110, 8.8.3).
        response.set_etag(etag, weak=True)
    return response


def _packed(body: bytes) -> bytes:
    # Without the time in its header, equal pages are equal bytes.
    return gzip.compress(body, LEVEL, mtime=0)


_kept = lru_cache(maxsize=32)(_packed)
"""The site's own files are few and asked for by everybody."""
