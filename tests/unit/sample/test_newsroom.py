from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.sample.newsroom import Edit, Newsroom, NewsroomFaulty, Override, Piece, load_newsroom
from aggregator.sample.pieces import paragraphs_of_html
from tests.fakes import NOON


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_an_article_is_read_with_its_defaults_edits_and_overrides(small: Path) -> None:
    piece = load_newsroom(small).piece("bridge-1")
    assert piece == Piece(
        id="bridge-1",
        outlet="lantern",
        feeds=("front", "world"),
        hours_ago=2.0,
        title="Bridge < shut & barred",
        path="/bridge-1",
        lang="en",
        story="bridge",
        topic="local",
        summary="Cracks & rust, 5 < 6.",
        body="First line\ngoes on.\n\nSecond & last.\n",
        source="Heap",
        edits=(
            Edit(hours_ago=1.0, title="Bridge stays shut"),
            Edit(hours_ago=-0.5, summary="It opened.", html="<p>Open.</p>", path="/bridge-open"),
        ),
        per_feed=(Override(feed="world", guid="bridge#1", query="?x=1"),),
    )


def test_an_article_stays_in_the_first_of_its_outlets_feeds_unless_it_says_otherwise(small: Path) -> None:
    assert load_newsroom(small).piece("heap-1").feeds == ("best",)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("hours_ago = 1.5", "hours_past = 1.5", "article 'heap-1' has the unknown key 'hours_past'"),
        ('topic = "local"', 'topik = "local"', "the file has the unknown key 'topik'"),
        ("title = \"Bridge stays shut\"", "titel = 'x'", "edit 1 of article 'bridge-1' has the unknown key"),
        ("guid = \"bridge#1\"", "gid = 'x'", "per_feed.world of article 'bridge-1' has the unknown key"),
        ('outlet = "heap"', 'outlet = "hoop"', "article 'heap-1' names the unknown outlet 'hoop'"),
        ('["front", "world"]', '["front", "sport"]', "names a feed that 'lantern' has not"),
        ("{ world = {", "{ sport = {", "article 'bridge-1' has per_feed for a feed that does not carry it"),
        ('id = "heap-1"', 'id = "bridge-1"', "article 'bridge-1' shares its id with another article"),
        ('_of = "bridge-1"', '_of = "bridge-9"', "discusses 'bridge-9', which is no article here"),
        ('_of = "bridge-1"', '_of = "heap-1"', "discusses 'heap-1', which is no article here"),
        ("hours_ago = 1.0,", "hours_ago = 3.0,", "article 'bridge-1' is edited before it is published"),
        ('source = "Heap"', 'source = "Hoop"', "article 'bridge-1' credits 'Hoop', which is no outlet here"),
        ('topic = "local"', 'topic = "gossip"', "article 'bridge-1' names the unknown topic 'gossip'"),
        ('story = ""', 'story = "bridge"', "article 'heap-1' has a story although it only discusses one"),
        ("discussion_of", "summary = ''\n#", "it cannot be read"),
        ('\ndiscussion_of = "bridge-1"', "", "article 'heap-1' has no story and discusses nothing"),
        ('title = "A crack"', "title = 5", "article 'heap-1' has title = 5, which is not text"),
        ('title = "A crack"', "", "article 'heap-1' has no title"),
        ("hours_ago = 1.5", 'hours_ago = "1.5"', "article 'heap-1' has no number as hours_ago"),
        ('path = "/bridge-open"', 'path = "bridge"', "has a path without its leading slash"),
        ('query = "?x=1"', 'query = "?x=1" } }\nquery = "x"\n#', "has a query without its leading question"),
    ],
)  # fmt: skip
def test_a_fault_in_a_story_file_is_refused_with_its_place(
    small: Path, old: str, new: str, complaint: str
) -> None:
    spoil(small, "stories/bridge.toml", old, new)
    with pytest.raises(NewsroomFaulty) as caught:
        load_newsroom(small)
    assert complaint in caught.value.reason
    assert str(caught.value).startswith("The sample newsroom's bridge.toml cannot be used: ")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('owner = "Heap"', 'ownr = "Heap"', "outlet 'heap' has the unknown key 'ownr'"),
        ('format = "json"', 'format = "cdf"', "outlet 'heap' has the unknown format 'cdf'"),
        ('country = "Nordhelm"', "", "outlet 'heap' has no country"),
        ("{ world =", "{ sport =", "outlet 'lantern' has a format for 'sport', which is none of its feeds"),
        ('format = "rss2"', 'format = "rss2"\ndates = false', "outlet 'lantern' has no dates, which Atom"),
    ],
)
def test_a_fault_in_the_outlets_is_refused_with_its_place(
    small: Path, old: str, new: str, complaint: str
) -> None:
    spoil(small, "outlets.toml", old, new)
    with pytest.raises(NewsroomFaulty) as caught:
        load_newsroom(small)
    assert caught.value.file == "outlets.toml"
    assert complaint in caught.value.reason


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NewsroomFaulty, match=r"outlets\.toml cannot be used: it cannot be read"):
        load_newsroom(tmp_path)


def test_two_posts_on_one_path_need_guids_of_their_own(small: Path) -> None:
    more = 'id = "b"\noutlet = "lantern"\nhours_ago = 9\ntitle = "B"\nsummary = "B."\npath = "/bridge-1"\n'
    file = small / "stories" / "bridge.toml"
    file.write_text(f"{file.read_text()}\n[[article]]\n{more}")
    with pytest.raises(NewsroomFaulty, match="shares the path '/bridge-1'"):
        load_newsroom(small)
    file.write_text(file.read_text() + 'guid = "b"\n')
    assert [piece.path for piece in load_newsroom(small).pieces].count("/bridge-1") == 2


def test_edits_apply_one_after_the_other(small: Path) -> None:
    piece = load_newsroom(small).piece("bridge-1")
    states = [piece.state(NOON, NOON + timedelta(hours=h)) for h in (-2, -1, 0, 0.5)]
    first, stays = "Bridge < shut & barred", "Bridge stays shut"
    summary, text = "Cracks & rust, 5 < 6.", "First line goes on.\n\nSecond & last."
    assert [(state.title, state.summary, state.text(), state.path) for state in states] == [
        (first, summary, text, "/bridge-1"),
        (stays, summary, text, "/bridge-1"),
        (stays, summary, text, "/bridge-1"),
        (stays, "It opened.", "Open.", "/bridge-open"),
    ]


def test_labelled_lines_are_the_state_at_start_oldest_first(small: Path) -> None:
    bridge, entry = load_newsroom(small).labelled(start=NOON)
    assert bridge == {
        "id": "bridge-1",
        "title": "Bridge stays shut",
        "text": "First line goes on.\n\nSecond & last.",
        "outlet": "The Lantern",
        "url": "https://lantern.example/bridge-1",
        "published": "2026-03-14T10:00:00Z",
        "lang": "en",
        "story": "bridge",
    }
    assert (entry["story"], entry["url"], entry["text"]) == (
        None,
        "https://lantern.example/bridge-1",
        "3 comments",
    )


def test_undated_outlets_have_no_published_time_in_the_labelled_lines(newsroom: Newsroom) -> None:
    lines = newsroom.labelled(start=NOON)
    undated = {line["outlet"] for line in lines if line["published"] is None}
    assert undated == {"Thimble Sport"}


def test_html_becomes_paragraphs_for_the_labelled_text() -> None:
    html = (
        '<h1>A</h1><p>One <a href="x">link</a>\nmore.</p><div>Two</div><script>no</script><img alt="x">tail'
    )
    assert paragraphs_of_html(html) == ("A", "One link more.", "Two", "tail")


def test_the_fingerprint_changes_with_any_file(small: Path) -> None:
    before = load_newsroom(small).fingerprint()
    assert before == load_newsroom(small).fingerprint()
    spoil(small, "stories/bridge.toml", "A crack", "A krack")
    assert len({before, load_newsroom(small).fingerprint()}) == 2


def test_the_newsroom_is_as_large_as_promised(newsroom: Newsroom) -> None:
    stories = Counter(piece.story for piece in newsroom.pieces if piece.story)
    assert len(newsroom.outlets) >= 12
    assert len({outlet.country for outlet in newsroom.outlets}) >= 5
    assert len(newsroom.pieces) >= 160
    assert len(stories) >= 45
    assert sum(size == 1 for size in stories.values()) >= 10
    assert sum(size > 1 for size in stories.values()) >= 35
    assert {outlet.format_of(f) for outlet in newsroom.outlets for f in outlet.feeds} == {
        "rss2",
        "atom",
        "rdf",
        "json",
    }
    assert {piece.outlet for piece in newsroom.pieces} == {outlet.key for outlet in newsroom.outlets}


def test_some_articles_arrive_while_the_demo_runs(newsroom: Newsroom) -> None:
    live = [piece.hours_ago for piece in newsroom.pieces if piece.hours_ago < 0]
    assert len(live) >= 8
    assert min(live) >= -0.5


def test_everything_is_invented_so_every_domain_is_a_reserved_one(newsroom: Newsroom) -> None:
    assert all(outlet.domain.endswith(".example") for outlet in newsroom.outlets)  # RFC 2606
