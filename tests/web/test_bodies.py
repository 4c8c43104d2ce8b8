import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.markup import read
from web.bodies import TEXT_TAGS, without_remote_media

REL = 'rel="noopener noreferrer" class="external"'


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Plain &amp; <b>bold</b></p>", "<p>Plain &amp; <b>bold</b></p>"),
        (
            '<p><img src="https://cdn.example/a.jpg" alt="A &quot;pier&quot;"></p>',
            f'<p><span class="media"><a href="https://cdn.example/a.jpg" {REL}>'
            "Image: A &#34;pier&#34;</a></span></p>",
        ),
        (
            '<img src="https://cdn.example/a.jpg">',
            f'<span class="media"><a href="https://cdn.example/a.jpg" {REL}>Image</a></span>',
        ),
        ('<img src="data:image/png;base64,x" alt="Chart">', '<span class="media">Image: Chart</span>'),
        ('<img src="https://count.example/p.gif" width="1" height="1">', ""),
        (
            '<a href="https://a.example/"><img src="https://cdn.example/a.jpg" alt="Map"></a>',
            f'<a href="https://a.example/" {REL}><span class="media">Image: Map</span></a>',
        ),
        (
            '<video poster="https://cdn.example/p.jpg"><source src="https://cdn.example/v.mp4"></video>',
            f'<span class="media"><a href="https://cdn.example/p.jpg" {REL}>Video</a></span>',
        ),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        (
            '<p onclick="x()" style="color:red" id="content" class="skip" dir="rtl">x</p>',
            '<p dir="rtl">x</p>',
        ),
        ("<script>alert(1)</script><style>p{}</style>after", "after"),
        ("<h1>Inside</h1>", "<h2>Inside</h2>"),
        ("<form action=/feeds><input name=url><button>Go</button></form>", "Go"),
        ("<div><p>left open", "<div><p>left open</p></div>"),
        ("</div></main>text", "text"),
        ("<ol reversed start=3><li>x</li></ol>", '<ol reversed start="3"><li>x</li></ol>'),
        ("one<br/>two<svg/>three", "one<br>twothree"),
    ],
)
def test_body_keeps_its_text_and_loads_nothing(html: str, shown: str) -> None:
    assert without_remote_media(html) == shown


SOUP = (
    *("<p>", "</p>", "<a\thref='https://a.example'>", "</a>", "<li>", "<table>", "</table>", "text"),
    *("<img\tsrc=x>", "<script>", "</script>", "<iframe\tsrc=https://b.example>", "<!--", "-->"),
    *("<", ">", "&lt;", '"'),
)


@given(st.lists(st.sampled_from(SOUP)))
def test_any_soup_becomes_balanced_markup_of_known_tags(pieces: list[str]) -> None:
    page = read(without_remote_media("".join(pieces)))

    assert page.unbalanced == []
    assert {node.tag for node in page.nodes} <= TEXT_TAGS
    assert not any(node.has("src") for node in page.nodes)
