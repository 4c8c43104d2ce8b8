"""Reads a page as a browser would, far enough to ask about headings, links, labels and text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

BLOCKS = {
    *("article", "caption", "dd", "details", "div", "dt", "figcaption", "footer", "form", "h1", "h2", "h3"),
    *("header", "li", "main", "p", "section", "summary", "td", "th", "tr"),
}
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}


@dataclass
class Node:
    """An element with its attributes and all the text inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def has(self, name: str) -> bool:
        return name in self.attributes


@dataclass
class Markup:
    """Every element of a page in document order; `unbalanced` lists end tags that close nothing."""

    nodes: list[Node] = field(default_factory=list)
    unbalanced: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Node]:
        return [node for node in self.nodes if node.tag in tags]

    def one(self, tag: str) -> Node:
        (node,) = self.all(tag)
        return node

    def with_class(self, name: str) -> list[Node]:
        return [node for node in self.nodes if name in node.attributes.get("class", "").split()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.markup = Markup()
        self.open: list[Node] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag=tag, attributes={name: value or "" for name, value in attrs})
        self.markup.nodes.append(node)
        if tag in BLOCKS:
            self.handle_data(" ")
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1].tag == tag:
            self.open.pop()
            if tag in BLOCKS:
                self.handle_data(" ")
        else:
            self.markup.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        for node in self.open:
            node.text += data


def read(html: str) -> Markup:
    """Return the elements of a page, with each text's white space as it is shown."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.markup.unbalanced += [node.tag for node in reader.open]
    for node in reader.markup.nodes:
        node.text = " ".join(node.text.split())
    return reader.markup
