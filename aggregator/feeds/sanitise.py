"""The last step before a body is kept: takes HTML as feeds deliver it, gives safe HTML and plain text.

`clean` is what an article page shows; `to_text` is what is searched, compared and embedded. nh3
(ammonia, html5ever) does the parsing and the cleaning, so whatever a browser would make of broken
markup is what is judged here.
"""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

from aggregator.feeds.urls import WEB_SCHEMES, link_to_open

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARAGRAPHS = _HEADINGS | {
    "p", "div", "blockquote", "pre", "figure", "figcaption", "ul", "ol", "dl", "table", "caption", "hr",
    "section", "article", "header", "footer", "aside", "main", "address", "details", "summary",
}  # fmt: skip
_LINES = frozenset({"br", "li", "dt", "dd", "tr", "thead", "tbody", "tfoot"})
_CELLS = frozenset({"td", "th"})
_INLINE = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q",
        "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var",
        "wbr", "img",
    }
)  # fmt: skip
TAGS = _PARAGRAPHS | _LINES | _CELLS | _INLINE
# Elements whose content is not prose either: dropped with everything inside.
_DROPPED = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet",
        "svg", "math", "canvas", "audio", "video", "map", "select", "textarea", "button", "option",
        "datalist", "title", "head",
    }
)  # fmt: skip
# Blocks that may not stay but must still break the text: renamed to div before cleaning.
_RENAMED = re.compile(
    r"<(/?)(?:form|fieldset|legend|center|nav|dir|menu|menuitem|hgroup|search|dialog|label)(?=[\s/>])",
    re.IGNORECASE,
)

_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "img": {
        "src",
        "alt",
        "title",
        "width",
        "height",
        "class",
        "data-src",
        "data-lazy-src",
        "data-original",
        "srcset",
    },
    "time": {"datetime"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed"},
    "*": {"lang", "dir"},
}
_ADDRESSES = frozenset({"href", "cite"})
_LINK_REL = "noopener noreferrer nofollow"

# A "<" opens a tag when a browser and a person agree: a name, then the end or an attribute. The rest
# is arithmetic or a typing slip ("profit <5%", "a<b and c>d"), which an HTML parser would swallow.
_BOOLEAN = (
    r"(?:async|defer|hidden|reversed|allowfullscreen|controls|nowrap|noshade|disabled|checked|selected"
    r"|itemscope|crossorigin)"
)
_MARKUP = re.compile(
    rf"<(?=/?[a-zA-Z][\w:.-]*(?:\s*/?>|/?\s+(?:[\w:@.-]+\s*=|{_BOOLEAN}\b|/?>|[\"'])))|<(?=!--|!doctype|!\[|\?)",
    re.IGNORECASE,
)
# Control characters, soft hyphens, zero-width spaces and byte order marks: they part words that are one.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff]")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
# Icon fonts write the icon's name as text (<i class="material-icons">schedule</i>).
_ICON_FONT = re.compile(
    r"<(?P<tag>i|span|em|b)\b[^<>]{0,200}?(?:\bclass\s*=\s*[\"'][^\"'<>]{0,200}(?:\bicons?\b|\bmaterial-(?:icons|symbols)|\bfa-|\bglyphicon)"
    r"|\baria-hidden\s*=\s*[\"']?true)[^<>]{0,200}>[^<>]{0,40}</(?P=tag)\s*>",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[^\s\"=<>]+=\"[^\"]*\")*)\s*/?>|[^<]+|<"
)
_IMAGE = re.compile(r"<img(?P<attributes>(?:\s+[^\s\"=<>]+=\"[^\"]*\")*)\s*/?>")
_ATTRIBUTE = re.compile(r"([^\s\"=<>]+)=\"([^\"]*)\"")
_EMPTY = re.compile(
    r"<(?P<tag>p|div|span|a|b|i|em|strong|small|figure|figcaption|h[1-6]|section|header|ul|ol|li)(?:\s[^<>]*)?>(?:\s|&nbsp;|<br>)*</(?P=tag)>"
)

# Beacons are 1x1 or hidden; some feeds give the pixel no size but a telling address.
_PIXEL_ADDRESS = re.compile(
    r"feedburner\.com/~r/|feedsportal\.com|/pixel(?:\.gif|\.png|[/?])|[/.]doubleclick\.net|stats\.wordpress\.com"
    r"|pixel\.wp\.com|/(?:1x1|blank|spacer|clear|transparent)\.(?:gif|png)|scorecardresearch\.com|google-analytics\.com",
    re.IGNORECASE,
)
_ICON_ADDRESS = re.compile(
    r"[/_.-](?:icons?|sprites?|favicon|glyphs?|bullets?|arrows?)(?=[/_.-]|\d)", re.IGNORECASE
)
_ICON_WORDS = re.compile(
    r"(?:time|clock|calendar|date|share|comments?|icon|arrow|play|pause|search|menu|close|user|author|print|e-?mail"
    r"|facebook|twitter|x|whatsapp|linkedin|rss|link|image|photo|logo|external)(?:\s+icon)?",
    re.IGNORECASE,
)
# html5ever's work grows with the square of the depth (5,000 levels: 0.2 s); real bodies stay below 40.
MAX_DEPTH = 256
# Tags that have to be closed; a browser closes the others (p, li, td …) when the next one opens.
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|dt|dd|tr|td|th|option|thead|tbody|tfoot|br|img|hr|wbr|input|meta|link|col|source|track|embed|area|base|param|rp|rt)\b)[a-z]",
    re.IGNORECASE,
)
ICON_PIXELS = 32  # the largest size at which sites draw icons beside text; photos are larger


def clean(html: str, *, base: str) -> str:
    """Return `html` safe to show: known tags only, links and images absolute against `base`.

    Links keep http, https and mailto and get `rel`; scripts, styles, forms, frames and tracking
    pixels are gone; images that only decorate get an empty alt.
    """
    import nh3

    return _without_empty(
        _IMAGE.sub(
            lambda found: _image(found["attributes"], base),
            nh3.clean(
                _shield(html),
                tags=set(TAGS),
                clean_content_tags=set(_DROPPED),
                attributes=_ATTRIBUTES,
                attribute_filter=_absolute(base),
                link_rel=_LINK_REL,
                url_schemes={*WEB_SCHEMES, "mailto"},
            ),
        )
    )


def to_text(html: str) -> str:
    """Return the plain text of HTML (or of plain text): blocks parted by a blank line, lines by a newline.

    Link text stays in its sentence; scripts, styles, images and icon names give no text; entities are
    decoded; runs of spaces become one. Never raises.
    """
    return "\n\n".join(block for block, _, _ in blocks_of(_text_markup(html)))


def to_line(html: str) -> str:
    """Return the plain text on one line: for titles, names and tags.

    Decodes again what was escaped several times on its way ("AT&amp;amp;T", "&amp;lt;i&amp;gt;").
    """
    line = html
    for _ in range(3):
        before, line = line, " ".join(to_text(line).split())
        if line == before or not re.search(r"[&<]", line):
            break
    return line


def blocks_of(clean_html: str, *, by_line: bool = False) -> Iterator[tuple[str, int, int]]:
    """Yield the text of each block of cleaned HTML with the span of source that draws it.

    The spans hold text and inline tags only, so cutting one leaves its neighbours as they were.
    With `by_line` a line break parts blocks too.
    """
    pieces: list[str] = []
    start = end = 0
    for found in _TOKEN.finditer(clean_html):
        tag = found["tag"]
        if tag in _PARAGRAPHS or (by_line and tag in _LINES):
            if text := _joined(pieces):
                yield text, start, end
            pieces, start, end = [], found.end(), found.end()
            continue
        pieces.append(_piece(tag, found[0]))
        end = found.end()
    if text := _joined(pieces):
        yield text, start, end


def without_span(clean_html: str, start: int, end: int) -> str:
    """Return cleaned HTML without the text between two offsets; images drawn there stay."""
    import nh3

    images = "".join(found[0] for found in _IMAGE.finditer(clean_html, start, end))
    rest = clean_html[:start] + images + clean_html[end:]
    balanced = nh3.clean(
        rest, tags=set(TAGS), attributes=_ATTRIBUTES, link_rel=_LINK_REL, url_schemes={*WEB_SCHEMES, "mailto"}
    )
    return _without_empty(balanced)


def html_of_plain(text: str) -> str:
    """Return HTML for plain text: a paragraph for each block, a break for each line."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(
        f"<p>{escape(block.strip()).replace(chr(10), '<br>')}</p>" for block in blocks if block.strip()
    )


def has_markup(text: str) -> bool:
    """Return whether `text` holds something that reads as an HTML tag."""
    return _MARKUP.search(text) is not None


def _text_markup(html: str) -> str:
    """Return HTML reduced to the tags that shape text."""
    import nh3

    return nh3.clean(
        _shield(html),
        tags=set(TAGS - {"img"}),
        clean_content_tags=set(_DROPPED),
        attributes={},
        link_rel=None,
    )


def _unwrapped(text: str) -> str:
    """Return plain text in which a line that goes on in the middle of a sentence is joined again."""
    return re.sub(r"(?<=[\w,;])[^\S\n]*\n[^\S\n]*(?=[a-z(])", " ", text.replace("\r\n", "\n"))


def _shield(html: str) -> str:
    """Return HTML for HTML or plain text, ready for nh3.

    Each "<" that opens no tag is text, icon names are gone, and blocks that may not stay are divs.
    """
    html = _UNSEEN.sub("", _CDATA.sub("", html.encode("utf-8", "replace").decode()))
    if not has_markup(html):
        return html_of_plain(_unwrapped(unescape(html)))
    last = html.rfind(">")
    opens = {found.start() for found in _MARKUP.finditer(html, 0, last + 1)}
    shielded = re.sub(r"<", lambda found: "<" if found.start() in opens else "&lt;", html)
    if _is_too_deep(shielded):
        return html_of_plain(unescape(re.sub(r"<[^<>]*>?", "\n\n", shielded)))
    return _RENAMED.sub(r"<\1div", _ICON_FONT.sub("", shielded))


def _is_too_deep(html: str) -> bool:
    """Return whether elements are nested past MAX_DEPTH, where parsing would take minutes."""
    depth = deepest = 0
    for found in _NESTING.finditer(html):
        depth = max(0, depth - 1) if found[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _piece(tag: str | None, source: str) -> str:
    """Return what one token adds to the text of its block; a vertical tab is a break that does not add up."""
    if tag is None:
        return re.sub(r"\s+", " ", unescape(source))
    if tag == "br":
        return "\n"
    if tag in _LINES:
        return "\v"
    return " " if tag in _CELLS else ""


def _joined(pieces: list[str]) -> str:
    text = re.sub(r"\s*\v\s*", "\n", "".join(pieces))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _absolute(base: str) -> Callable[[str, str, str], str | None]:
    """Return the attribute filter that makes addresses absolute and drops those of other schemes."""

    def filtered(_: str, attribute: str, value: str) -> str | None:
        if attribute not in _ADDRESSES:
            return value
        if value.strip().lower().startswith("mailto:"):
            return value.strip() if attribute == "href" else None
        return link_to_open(value, base or None) or None

    return filtered


def _image(attributes: str, base: str) -> str:
    """Return the img element to keep for the attributes of one, or "" when it only tracks."""
    given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    candidates = (
        given.get("src", ""),
        given.get("data-src", ""),
        given.get("data-lazy-src", ""),
        given.get("data-original", ""),
        given.get("srcset", "").split(" ")[0],
    )
    source = next((found for one in candidates if one and (found := link_to_open(one, base or None))), "")
    sizes = [
        int(size)
        for name in ("width", "height")
        if (size := given.get(name, "").strip().removesuffix("px")).isdecimal()
    ]
    if not source or _PIXEL_ADDRESS.search(source) or (sizes and max(sizes) <= 2):
        return ""
    alt = given.get("alt", "").strip()
    if _is_decoration(alt, source, given.get("class", ""), sizes):
        alt = ""
    kept = {"src": source, "alt": alt, "title": given.get("title", "")}
    kept |= {name: size for name in ("width", "height") if (size := given.get(name, "").strip()).isdecimal()}
    return (
        "<img"
        + "".join(f' {name}="{escape(value)}"' for name, value in kept.items() if value or name == "alt")
        + ">"
    )


def _is_decoration(alt: str, source: str, classes: str, sizes: list[int]) -> bool:
    """Return whether an image only decorates; emoji drawn as images carry meaning and do not."""
    if re.search(r"emoji|smiley", classes, re.IGNORECASE):
        return False
    small = len(sizes) == 2 and max(sizes) <= ICON_PIXELS
    named = (
        _ICON_WORDS.fullmatch(alt) is not None or re.search(r"\bicon\b", classes, re.IGNORECASE) is not None
    )
    return small or named or _ICON_ADDRESS.search(source) is not None


def _without_empty(html: str) -> str:
    """Return HTML without the shells that are left when their content was dropped."""
    for _ in range(8):  # as deep as feeds nest shells; deeper ones are harmless
        html, removed = _EMPTY.subn("", html)
        if not removed:
            break
    return html.strip()
