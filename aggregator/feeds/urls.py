"""One form for each address: takes links as feeds write them, gives addresses to open and to compare.

`link_to_open` is for people (tracking off, nothing else lost), `canonical` for display and storage,
`identity_of` for telling whether two addresses are the same page, `registrable_domain` for outlets.
"""

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

WEB_SCHEMES = frozenset({"http", "https"})
DEFAULT_PORTS = {"http": 80, "https": 443}

# Parameters that only tell the publisher or an advertiser where a reader came from; the page is the
# same without them. Collected from the tracking documentation of the tools named beside them, and
# from counting the parameters of 69,251 links of 22 news feeds of 2020 (`ito`, `ns_*` and `ref` there).
TRACKING_PARAMETERS = frozenset(
    {
        # click ids of advertising networks
        "dclid", "fbclid", "gbraid", "gclid", "gclsrc", "igshid", "li_fat_id", "msclkid", "rdt_cid",
        "ttclid", "twclid", "wbraid", "yclid", "ysclid",
        # newsletters and marketing suites: Mailchimp, HubSpot, Marketo, Olytics, Vero, Drip
        "mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsctatracking", "mkt_tok", "oly_anon_id", "oly_enc_id",
        "vero_conv", "vero_id", "__s",
        # analytics: Google, Matomo, AT Internet, Comscore, Adobe, Webtrekk, Parse.ly, WordPress.com
        "_ga", "_gl", "at_campaign", "at_custom1", "at_custom2", "at_custom3", "at_custom4", "at_medium",
        "at_bbc_team", "at_ptr_name", "at_link_id", "at_link_origin", "at_link_type", "at_format",
        "ns_campaign", "ns_fee", "ns_linkname", "ns_mchannel", "ns_source", "s_cid", "wt_mc", "wt_zmc",
        "xtor", "wprov",
        # publishers' own campaign codes: CNN, Daily Mail, Guardian, New York Times, Washington Post, FT
        "cmp", "cmpid", "icid", "ito", "smid", "smtyp", "emc", "ftag", "ftcamid", "soc_src", "soc_trk",
        "sr_share", "wpisrc", "wpmm", "taid", "ncid", "guccounter", "guce_referrer", "guce_referrer_sig",
        "sref", "__twitter_impression", "traffic_source",
    }
)  # fmt: skip
TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "piwik_", "matomo_", "hsa_", "ga_", "trk_")
# Parameters with honest uses too: dropped only when their value says "came from a feed".
_SOURCE_PARAMETERS = frozenset(
    {
        "ampref",
        "campaign",
        "feed",
        "from",
        "medium",
        "output",
        "partner",
        "ref",
        "rss",
        "source",
        "src",
        "via",
    }
)
_FEED_VALUE = re.compile(
    r"(?:rss|atom|feed|newsfeed|rss[-_ ]?feed|feedburner|rssfeed)(?:[-_]\w+)?", re.IGNORECASE
)
_AMP_PARAMETERS = frozenset(
    {"amp", "outputtype=amp", "output=amp", "amp=1", "amp=true", "__amp_source_origin"}
)
_TRACKING_FRAGMENT = re.compile(r"(?:xtor|utm_\w+|ref|rss|from|ns_\w+)\b", re.IGNORECASE)

_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BREAKS = re.compile(r"[\t\r\n]+")
_AMPERSANDS = re.compile(r"&(?:amp;)+")
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEEP = "%/:@!$&'()*+,;=~-._"
_LOOKS_LIKE_SLUG = re.compile(r"\d{4,}|(?:[^-/]+-){3,}")


def link_to_open(url: str, base: str | None = None) -> str:
    """Return the absolute address a person opens, "" if not http(s): no tracking, the rest kept."""
    parts = _split(url, base)
    if parts is None:
        return ""
    fragment = "" if _TRACKING_FRAGMENT.match(parts.fragment) else parts.fragment
    return urlunsplit((*_place(parts), "&".join(_kept_parameters(parts.query)), _tidy(fragment, _KEEP + "?")))


def canonical(url: str, base: str | None = None) -> str:
    """Return the one address that stands for a page, "" when it is not an http(s) address.

    Lower-case scheme and host, no default port, no tracking, parameters sorted, no fragment except
    `#!` (pages drawn by script). The scheme is kept: see `identity_of` for comparing.
    """
    parts = _split(url, base)
    if parts is None:
        return ""
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit(
        (*_place(parts), "&".join(sorted(_kept_parameters(parts.query))), _tidy(fragment, _KEEP + "?"))
    )


def identity_of(url: str) -> str:
    """Return the form in which two addresses of one page are equal; "" when it is not an http(s) address.

    On top of `canonical`: http and https, a leading `www.`, a trailing slash and AMP variants do not
    count. The result always begins with https, whether or not the site answers there.
    """
    address = canonical(url)
    if not address:
        return ""
    parts = urlsplit(address)
    host = re.sub(r"^(?:(?:www\d?|amp)\.(?=[^.]+\.))+", "", parts.netloc)
    host = re.sub(r":(?:80|443)$", "", host)
    query = "&".join(part for part in parts.query.split("&") if part and part.lower() not in _AMP_PARAMETERS)
    return urlunsplit(("https", host, _without_amp(parts.path).rstrip("/") or "/", query, parts.fragment))


def is_web_address(text: str) -> bool:
    """Return whether `text` by itself is an http or https address."""
    return bool(re.match(r"https?://[^\s/]", text.strip(), re.IGNORECASE)) and bool(canonical(text))


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """Return the domain that its owner registered: "bbc.co.uk" for "www.bbc.co.uk"; takes a URL too.

    Uses the public suffix list packaged with `tld`, private suffixes included, so that two blogs on
    one hosting domain are two outlets. Addresses without a public suffix (127.0.0.1:8123,
    localhost:8080, a name on the local network) are returned with their port: on one machine the
    port tells the sites apart.
    """
    netloc = urlsplit(host).netloc if "://" in host else host.split("/", 1)[0]
    netloc = netloc.rpartition("@")[2].lower().strip(".")
    name = netloc if netloc.count(":") > 1 and "]" not in netloc else re.sub(r":\d*$", "", netloc)
    if not name or _is_ip(name.strip("[]")):
        return netloc
    from tld import get_fld

    found = get_fld(f"https://{name}/", fail_silently=True, search_private=True)
    if found or "." not in name:
        return found or netloc
    # A suffix that the list does not know (.example, .lan) counts as one label, as publicsuffix.org says.
    return ".".join(name.split(".")[-2:]) + netloc[len(name) :]


def _is_ip(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _split(url: str, base: str | None) -> SplitResult | None:
    """Return the parts of the absolute address, None when it is not one of http or https."""
    text = _AMPERSANDS.sub("&", _BREAKS.sub("", url).strip())
    if not text:
        return None
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # "http://[::1", a port that is no number: nobody can open it either
        return None
    return parts if parts.scheme.lower() in WEB_SCHEMES and host else None


def _place(parts: SplitResult) -> tuple[str, str, str]:
    """Return scheme, host with port, and path in their one spelling (RFC 3986 6.2.2 and 6.2.3)."""
    scheme = parts.scheme.lower()
    host = _ascii((parts.hostname or "").lower().rstrip("."))
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    netloc = host if port is None or port == DEFAULT_PORTS[scheme] else f"{host}:{port}"
    return scheme, netloc, _without_dots(_tidy(_SESSION.sub("", parts.path), _KEEP)) or "/"


def _ascii(host: str) -> str:
    """Return an international host name as a browser sends it (punycode)."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:  # no browser would open it; any stable spelling will do
            host = quote(host)
    return quote(host, safe=":._~-!$&'()*+,;=%").lower()


def _without_dots(path: str) -> str:
    """Return the path without `.` and `..` segments (RFC 3986 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and len(kept) > 1:
            kept.pop()
        elif segment not in (".", ".."):
            kept.append(segment)
    if path.endswith(("/.", "/..")):
        kept.append("")
    return "/".join(kept)


def _tidy(text: str, safe: str) -> str:
    """Return `text` with one spelling of every escape: unreserved characters bare, hex in capitals."""

    def plain(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return _PERCENT.sub(plain, quote(_STRAY_PERCENT.sub("%25", text), safe=safe))


def _kept_parameters(query: str) -> list[str]:
    return [_tidy(part, _KEEP + "?") for part in query.split("&") if part and not _is_tracking(part)]


def _is_tracking(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    name = name.lower().removeprefix("amp;")  # an ampersand escaped once too often
    if name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES):
        return True
    return name in _SOURCE_PARAMETERS and (_FEED_VALUE.fullmatch(value) is not None)


def _without_amp(path: str) -> str:
    """Return the path of the full page for an AMP path; only where the rest reads like an article's.

    `/shop/amp` may be a shop of amplifiers; `/2026/03/bridge-to-close-for-repairs/amp` is not.
    """
    found = re.fullmatch(r"(?P<page>.+?)(?:/+amp/*|\.amp)+(?P<html>\.html?)?", path)
    if found and _LOOKS_LIKE_SLUG.search(found["page"]):
        return found["page"] + (found["html"] or "")
    return path
