import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aggregator.domain.errors import CorpusUnreadable
from aggregator.domain.ids import ArticleId
from aggregator.evaluate import Agreement, agreement, evaluate, read_labelled
from tests.fakes import HashedWords

BRIDGE = [
    (
        "Harbour bridge in Orsholm closed after cracks",
        "Engineers closed the Orsholm harbour bridge after cracks were found",
    ),
    (
        "Cracks close Orsholm harbour bridge",
        "The Orsholm harbour bridge was closed by engineers after cracks were found",
    ),
]
VOTE = [
    ("Hill districts vote on Sunday", "Voters in hill districts choose an assembly on Sunday for the valley"),
    ("Valley voters choose assembly on Sunday", "Hill districts vote for the valley assembly on Sunday"),
]
LONE = ("Otter seen in canal", "A walker filmed an otter near lock twelve")


def write(folder: Path, *rows: Mapping[str, Any] | str) -> Path:
    file = folder / "day.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def row(number: int, title: str, text: str | None, story: str | None, **fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": f"a{number}",
        "title": title,
        "text": text,
        "outlet": f"Outlet {number}",
        "url": f"https://outlet{number}.example/{number}",
        "published": f"2026-03-14T0{number}:00:00Z",
        "lang": "en",
        "story": story,
    }
    return values | fields


def day(**fields: Any) -> list[dict[str, Any]]:
    rows = [row(n, *piece, "bridge", **fields) for n, piece in enumerate(BRIDGE, start=1)]
    rows += [row(n, *piece, "vote", **fields) for n, piece in enumerate(VOTE, start=3)]
    return [*rows, row(5, *LONE, "otter", **fields)]


def numbered(labels: str) -> dict[ArticleId, str]:
    return {ArticleId(number): label for number, label in enumerate(labels)}


def test_perfect_groups_score_one() -> None:
    assert agreement(numbered("aabbc"), numbered("xxyyz")) == Agreement(
        b3_p=1, b3_r=1, b3_f=1, multi_b3_f=1, pair_p=1, pair_r=1, pair_f=1
    )


def test_every_article_alone_has_full_precision_and_little_recall() -> None:
    # Recall: x x x have 1/3 each, y has 1: (1/3 + 1/3 + 1/3 + 1) / 4 = 1/2.
    found = agreement(numbered("abcd"), numbered("xxxy"))
    expected = Agreement(
        b3_p=1, b3_r=1 / 2, b3_f=2 / 3, multi_b3_f=2 * (1 / 3) / (4 / 3), pair_p=1, pair_r=0, pair_f=0
    )
    assert_near(found, expected)


def test_one_heap_has_full_recall_and_little_precision() -> None:
    # Precision: three of x have 3/4, y has 1/4: 2.5/4 = 5/8. Pairs: 3 true of 6 joined.
    found = agreement(numbered("aaaa"), numbered("xxxy"))
    expected = Agreement(
        b3_p=5 / 8, b3_r=1, b3_f=10 / 13, multi_b3_f=2 * 0.75 / 1.75, pair_p=1 / 2, pair_r=1, pair_f=2 / 3
    )
    assert_near(found, expected)


def test_moved_member_costs_both_ways() -> None:
    # found {1,2} {3,4,5}; true {1,2,3} {4,5}.
    # Precision: 1, 1, 1/3, 2/3, 2/3 = 11/15. Recall: 2/3, 2/3, 1/3, 1, 1 = 11/15. Pairs: 2 shared of 4 and 4.
    found = agreement(numbered("aabbb"), numbered("xxxyy"))
    expected = Agreement(
        b3_p=11 / 15, b3_r=11 / 15, b3_f=11 / 15, multi_b3_f=11 / 15, pair_p=1 / 2, pair_r=1 / 2, pair_f=1 / 2
    )
    assert_near(found, expected)


def assert_near(found: Agreement, expected: Agreement) -> None:
    names = Agreement.__dataclass_fields__
    assert {name: getattr(found, name) for name in names} == pytest.approx(
        {name: getattr(expected, name) for name in names}
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("published", ["dated", None])
def test_small_day_is_grouped_as_labelled(tmp_path: Path, stream: bool, published: str | None) -> None:
    fields = {} if published else {"published": None, "outlet": None, "url": None}
    (score,) = evaluate([write(tmp_path, *day(**fields))], embedder=HashedWords(), stream=stream)
    assert (score.file, score.articles, score.groups, score.largest) == ("day.jsonl", 5, 2, 2)
    assert (score.b3_f, score.multi_b3_f, score.pair_f) == (1, 1, 1)
    assert (score.moved, score.churn) == ((0, 0) if stream else (None, None))
    assert set(score.step_seconds) == {"embed", "fold", "relate", "group", "track"}
    assert math.isclose(score.seconds, sum(score.step_seconds.values()))
    assert score.peak_mb > 0


def test_unlabelled_articles_are_grouped_but_not_scored(tmp_path: Path) -> None:
    rows = [*day(), row(6, *BRIDGE[0], None)]
    (score,) = evaluate([write(tmp_path, *rows)], embedder=HashedWords())
    assert (score.articles, score.largest, score.b3_f) == (6, 3, 1)


def test_stream_of_several_builds_ends_like_the_batch(tmp_path: Path) -> None:
    rows = [
        row(
            1,
            f"{kind} {kind}stadt report",
            f"{kind}burg {kind}heim {kind}dorf",
            kind,
            id=f"{kind}{n}",
            outlet=f"{n}",
        )
        for kind in (f"k{number}q" for number in range(50))
        for n in range(3)
    ]
    (score,) = evaluate([write(tmp_path, *rows)], embedder=HashedWords(), stream=True)
    assert (score.articles, score.groups, score.largest, score.b3_f) == (150, 50, 3, 1)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    evaluate([write(tmp_path, *day())], embedder=HashedWords(), on_progress=lambda *said: told.append(said))
    assert told == [("day.jsonl: embed", 5, 5), ("day.jsonl: group", 5, 5)]


def test_empty_lines_are_skipped(tmp_path: Path) -> None:
    assert read_labelled(write(tmp_path, "", *day(), "")).articles[0].id == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", "line 2 is not a JSON object"),
        (json.dumps({"id": "x", "title": "t"}), "line 2 has no text and no outlet and no url"),
        (json.dumps(row(9, "t", "x", None) | {"title": None}), "line 2 has no text in 'title'"),
        (json.dumps(row(9, "t", "x", None) | {"id": None}), "line 2 has no text in 'id'"),
        (
            json.dumps(row(9, "t", "x", None) | {"published": "yesterday"}),
            "line 2 has a date that is not ISO 8601",
        ),
        (json.dumps(row(1, "t", "x", None)), "lines 1 and 2 have the same id 'a1'"),
    ],
)
def test_bad_line_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(CorpusUnreadable, match=sentence):
        read_labelled(write(tmp_path, row(1, "t", "x", None), line))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\xfa"])
def test_unreadable_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "day.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CorpusUnreadable):
        read_labelled(file)


@pytest.mark.corpus
def test_every_labelled_file_can_be_read(corpus: Path) -> None:
    files = sorted((corpus / "labelled").glob("*.jsonl"))
    assert {file.name: len(read_labelled(file).articles) for file in files}["day-2020-06-09.jsonl"] == 1262
