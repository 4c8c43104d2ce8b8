"""What every answer carries and every request must pass: headers, the Host check, the cross-site check."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request

from web.services import Services

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FROM_ANYWHERE: Final = frozenset({"digest_links.unsubscribe"})
"""Changes that need no page of ours: mail programs unsubscribe by themselves (RFC 8058), and the signed
address says which digest of whom; it can do nothing else."""
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
UPLOAD_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of one request; an OPML file with ten thousand feeds has about two million."""

# Nothing is loaded from another host: a picture in an article would tell its host who reads what,
# so `bodies.py` turns pictures into links. There is no inline script or style anywhere.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not `no-referrer`: under that policy browsers send `Origin: null` with our own forms
    # (https://fetch.spec.whatwg.org/#append-a-request-origin-header). Outlets get no referrer either way.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def host_name(netloc: str) -> str:
    """Return the lower-case name in a Host header, without port, brackets or final dot; '' if it has none."""
    try:
        name = urlsplit(f"//{netloc}").hostname
    except ValueError:
        return ""
    return (name or "").rstrip(".")


def is_same_origin(sent: Request) -> bool:
    """Return whether a browser says that one of our own pages made this request.

    `Sec-Fetch-Site` is set by the browser and out of reach of scripts (https://www.w3.org/TR/fetch-metadata/);
    browsers leave it out on plain http to anything but loopback, so `Origin` decides there. Its scheme
    is not compared: a proxy that ends TLS hides it from us. A request with neither header is refused,
    because every browser of the last years sends `Origin` with a POST (RFC 6454 section 7).
    """
    site = sent.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = sent.headers.get("Origin")
    return origin is not None and _place(origin, None) == _place(f"//{sent.host}", origin)


def has_token(sent: Request) -> bool:
    """Return whether a request shows an API token; `people.py` looks whether it is a good one."""
    return sent.headers.get("Authorization", "").lower().startswith("bearer ")


def _place(url: str, scheme_from: str | None) -> tuple[str, int | None] | None:
    """Return host and port of `url`; a missing port is the default one of its, or the other's, scheme."""
    try:
        parts = urlsplit(url)
        scheme = parts.scheme or urlsplit(scheme_from or "").scheme
        port = parts.port or DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None
    return (host_name(parts.netloc), port) if parts.netloc else None


def install_security(app: Flask, services: Services) -> None:
    """Make `app` check every request and dress every answer."""
    hosts = LOOPBACK_HOSTS.union(host_name(host) for host in services.allowed_hosts) - {""}
    app.config.update(
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        # Flask's own session is not used; `people.py` sets the only cookie. What sets another gets these.
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.before_request(lambda: check_request(hosts))
    app.after_request(add_headers)


def check_request(hosts: Collection[str]) -> None:
    """Refuse a request under a foreign name, and a change that another site asked for."""
    # DNS rebinding: a hostile page can point its own name at 127.0.0.1 and then read this site as
    # if it were its own; the Host header still carries the hostile name, so names are checked.
    host = host_name(request.headers.get("Host", ""))
    if host not in hosts:
        shown = f"the name {host[:80]!r}" if host else "this name"
        abort(
            400,
            f"This site does not answer to {shown}. Open it as http://127.0.0.1 or http://localhost with "
            "its port, or add the name to the allowed hosts in the settings.",
        )
    # A request with a token is a program's: no browser adds that header by itself, and no cookie counts.
    is_free = request.method in SAFE_METHODS or request.endpoint in FROM_ANYWHERE or has_token(request)
    if not is_free and not is_same_origin(request):
        abort(
            403,
            "This change was refused, because the request did not come from one of Broadfold’s own pages. "
            "Nothing was changed. Open the page here and send the form again.",
        )


def add_headers(response: Response) -> Response:
    """Set the security headers and say how long an answer may be kept."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static" and "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
