"""Makes an article's stored, sanitised HTML fit for a page that loads nothing from other hosts."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from markupsafe import Markup, escape

from web.presenters import external

TEXT_TAGS: Final = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del",
        "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5",
        "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s",
        "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot",
        "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
    }
)  # fmt: skip
VOID_TAGS: Final = frozenset({"br", "hr", "wbr"})
HIDDEN_TAGS: Final = frozenset({"script", "style", "template", "noscript", "svg", "math", "object"})
"""Elements that go together with their content."""
KEPT_ATTRIBUTES: Final = frozenset(
    {"lang", "dir", "datetime", "cite", "colspan", "rowspan", "scope", "start", "reversed", "title"}
)
RENAMED: Final = {"h1": "h2"}
"""The page's own headline is its only h1."""
MEDIA: Final = {
    "img": "Image",
    "video": "Video",
    "audio": "Audio",
    "iframe": "Embedded page",
    "embed": "Embedded page",
}
FETCHED_BY: Final = ("src", "data-src", "poster")

Attributes = Sequence[tuple[str, str | None]]


def without_remote_media(html: str) -> Markup:
    """Return `html` with every picture, film and frame as a link, and only plain text markup kept.

    What this lets through is a list of its own, so a hole in the sanitiser is no hole in the page.
    """
    rewriter = _Rewriter()
    rewriter.feed(html)
    rewriter.close()
    return Markup(rewriter.result())  # noqa: S704 - built from escaped text and listed tags only


class _Rewriter(HTMLParser):
    """Writes each tag, text and picture as it may be shown, and closes what was left open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._hidden: list[str] = []

    def result(self) -> str:
        """Return what was written, with every open element closed."""
        return "".join(self._out) + "".join(f"</{tag}>" for tag in reversed(self._open))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Write a start tag, a link in place of media, or nothing."""
        tag = RENAMED.get(tag, tag)
        if tag in HIDDEN_TAGS:
            self._hidden.append(tag)
        elif self._hidden:
            return
        elif tag in MEDIA:
            self._out.append(media_link(tag, dict(attrs), inside_link="a" in self._open))
        elif tag in TEXT_TAGS:
            self._out.append(f"<{tag}{attributes(tag, attrs)}>")
            if tag not in VOID_TAGS:
                self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Treat `<br/>` as `<br>`, and `<p/>` as HTML does: as a start tag. `<svg/>` hides nothing."""
        if tag not in HIDDEN_TAGS:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an open element with all that is still open inside it."""
        tag = RENAMED.get(tag, tag)
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
        elif tag in self._open:
            while (inner := self._open.pop()) != tag:
                self._out.append(f"</{inner}>")
            self._out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text, escaped."""
        if not self._hidden:
            self._out.append(str(escape(data)))


def attributes(tag: str, attrs: Attributes) -> str:
    """Return the attributes of a text element that may stay; a link gets what `external` gives it."""
    kept = [
        f' {name}="{escape(value or "")}"' if value is not None else f" {name}"
        for name, value in attrs
        if name in KEPT_ATTRIBUTES
    ]
    href = dict(attrs).get("href") if tag == "a" else None
    link = external(href) if href else ""
    return "".join(kept) + (f" {link}" if link else "")


def media_link(tag: str, attrs: dict[str, str | None], *, inside_link: bool) -> str:
    """Return a link to a picture, film or frame, named by its own words; nothing for a counting pixel."""
    if is_pixel(attrs):
        return ""
    words = (attrs.get("alt") or attrs.get("title") or "").strip()
    label = escape(f"{MEDIA[tag]}: {words}" if words else MEDIA[tag])
    source = next((attrs[name] for name in FETCHED_BY if attrs.get(name)), None)
    link = external(source) if source and not inside_link else ""
    inner = f"<a {link}>{label}</a>" if link else label
    return f'<span class="media">{inner}</span>'


def is_pixel(attrs: dict[str, str | None]) -> bool:
    """Return whether an image is a counting pixel: one or zero pixels wide or high."""
    return any((attrs.get(side) or "").removesuffix("px") in {"0", "1"} for side in ("width", "height"))
