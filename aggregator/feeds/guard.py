"""Say which addresses may be fetched: a URL before every hop, an IP address before every connection.

A feed is somebody else's text, and so is the redirect it answers with; neither may send Broadfold to
the router's admin page or to a cloud's metadata service. `refusal` looks at what is written in a URL,
`is_public` at what a name stands for (`connect.py` asks it for the very address it connects to).
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# Ports of mail, file, chat and naming services that a web client must not talk to.
# Source: https://fetch.spec.whatwg.org/#port-blocking
BAD_PORTS = frozenset(
    [
        0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
        103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512,
        513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719,
        1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
        6697, 10080,
    ]
)  # fmt: skip

# RFC 6052: the last 32 bits are the IPv4 address that a NAT64 gateway will really call.
NAT64 = IPv6Network("64:ff9b::/96")

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SCHEME = re.compile(r"(?i)^([a-z][a-z0-9+.-]*):(?!\d)")


class AddressForbidden(OSError):
    """A name stands for an address inside a private network; raised at the moment of connecting."""


def refusal(url: str, *, allow_private: bool) -> str | None:
    """Return why `url` may not be fetched, as half a sentence, or None when it may.

    Names are not looked up here: what they stand for is checked when the connection is made.
    """
    if not url:
        return "there is no address"
    if CONTROL.search(url):
        return "it holds control characters"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is not a valid web address"
    return _refusal_of_parts(parts, port, allow_private=allow_private)


def _refusal_of_parts(parts: SplitResult, port: int | None, *, allow_private: bool) -> str | None:
    if parts.scheme not in DEFAULT_PORTS:
        return "only addresses that begin with http:// or https:// can be fetched"
    if not parts.hostname:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or password, which Broadfold does not send"
    if port in BAD_PORTS:
        return f"port {port} belongs to another service than the web"
    if not allow_private and _is_private_name(parts.hostname):
        return "it points into a private network"
    return None


def _is_private_name(host: str) -> bool:
    """Return whether `host`, unresolved, is plainly this machine or a private IP address."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):  # RFC 6761 6.3
        return True
    try:
        return not is_public(name)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet, looking inside IPv6 wrappings of IPv4.

    Raises:
        ValueError: `address` is not an IP address.
    """
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        inner = _inner_ipv4(parsed)
        if inner is not None:
            return is_public(str(inner))
        if parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inner_ipv4(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address carries: mapped, 6to4, Teredo or NAT64."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def feed_address(text: str) -> str:
    """Return an address as it is stored: scheme and host in lower case, no fragment, no default port.

    `example.org/feed` gets https, `feed:` addresses (what old browsers handed to readers) lose that
    prefix. Path and query stay as they are: a feed may depend on any of it. What cannot be read as a
    URL comes back stripped but otherwise as it was, for `refusal` to name what is wrong.
    """
    url = _with_scheme(text.strip())
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return url
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname.rstrip(".")
    named = "" if port is None or port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    user = parts.netloc.rpartition("@")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._", encoding="utf-8")
    return urlunsplit(
        (parts.scheme, f"{user[0]}{user[1]}{host}{named}", path, parts.query.replace(" ", "%20"), "")
    )


def _with_scheme(url: str) -> str:
    lowered = url.lower()
    if lowered.startswith("feed://"):
        return "http://" + url[len("feed://") :]
    if lowered.startswith(("feed:http://", "feed:https://")):
        return url[len("feed:") :]
    if not url or SCHEME.match(url):
        return url
    return "https://" + url.lstrip("/")
