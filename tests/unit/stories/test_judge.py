"""The judge reads fitted trees at once by bit masks: every answer is that of walking the trees."""

import json
from math import exp, inf, isfinite, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.context import CONTEXT
from aggregator.stories.judge import FILE, LEAVES, load_judges, read_judge
from aggregator.stories.parts import PARTS

TWO_TREES = {
    "parts": ["cosine", "hours"],
    "base": -0.5,
    "trees": [
        # cosine ≤ .5 ? (hours ≤ 24 ? .25 : −1) : 2; a missing cosine goes right, missing hours left
        [[0, 0.5, 0, 1, 4], [1, 24.0, 1, 2, 3], [0.25], [-1.0], [2.0]],
        # hours ≤ 6 ? 1 : 0; missing hours go right
        [[1, 6.0, 0, 1, 2], [1.0], [0.0]],
    ],
}


def walked(raw, row):
    """Return the probability of one pair by walking each tree from its root."""
    odds = raw["base"]
    for nodes in raw["trees"]:
        node = nodes[0]
        while len(node) > 1:
            part, at_most, missing_left, left, right = node
            goes_left = missing_left if np.isnan(row[part]) else row[part] <= np.float32(at_most)
            node = nodes[left if goes_left else right]
        odds += node[0]
    return 1 / (1 + exp(-odds))


def judged(raw, rows):
    columns = np.array(rows, dtype=np.float32).reshape(-1, len(raw["parts"])).T
    return read_judge(raw)(dict(zip(raw["parts"], columns, strict=True)))


@pytest.mark.parametrize(
    ("row", "odds"),
    [
        ((0.4, 3), 0.25 + 1),
        ((0.5, 6), 0.25 + 1),
        ((0.5, 24), 0.25),
        ((0.4, 25), -1),
        ((0.6, 3), 2 + 1),
        ((0.6, inf), 2),
        ((-inf, 24), 0.25),
        ((nan, 3), 2 + 1),
        ((0.4, nan), 0.25),
        ((nan, nan), 2),
    ],
)
def test_leaves_of_all_trees_are_added_to_the_base(row, odds):
    assert judged(TWO_TREES, [row]).tolist() == [pytest.approx(1 / (1 + exp(0.5 - odds)))]


@st.composite
def grown(draw, parts, leaves=LEAVES):
    """Return the nodes of a random tree, its parts and thresholds among few, so that they meet again."""
    nodes = [None]
    todo, left = [0], draw(st.integers(1, leaves))
    while todo:
        place = todo.pop(draw(st.integers(0, len(todo) - 1)))
        if left > len(todo) + 1:
            split = [draw(st.integers(0, parts - 1)), draw(THRESHOLDS), draw(st.integers(0, 1))]
            nodes[place] = [*split, len(nodes), len(nodes) + 1]
            todo += [len(nodes), len(nodes) + 1]
            nodes += [None, None]
        else:
            nodes[place] = [draw(st.integers(-300, 300)) / 100]
            left -= 1
    return nodes


THRESHOLDS = st.sampled_from([-1.0, 0.0, 0.1, 1 / 3, 0.5, 60.0])
VALUES = st.one_of(st.just(nan), THRESHOLDS, st.floats(-2, 100, width=32))
PARTS_OF = ["cosine", "hours", "names"]
FORESTS = st.fixed_dictionaries(
    {"parts": st.just(PARTS_OF), "base": st.floats(-3, 3), "trees": st.lists(grown(3), max_size=6)}
)


@settings(max_examples=150, deadline=None)
@given(FORESTS, st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=8))
def test_masks_answer_as_walking_the_trees_does(raw, rows):
    expected = [walked(raw, np.array(row, dtype=np.float32)) for row in rows]
    assert judged(raw, rows).tolist() == pytest.approx(expected, abs=1e-5)


def test_more_pairs_than_are_read_at_once_are_all_judged():
    rows = np.stack([np.linspace(0, 1, 5000), np.arange(5000) % 30], axis=1).astype(np.float32)
    rows[::7, 1] = nan

    assert judged(TWO_TREES, rows) == pytest.approx([walked(TWO_TREES, row) for row in rows], abs=1e-5)


def test_judge_without_trees_says_its_base():
    assert judged({"parts": ["cosine"], "base": 0.0, "trees": []}, [[0.2], [nan]]).tolist() == [0.5, 0.5]
    assert judged(TWO_TREES, []).tolist() == []


def test_tree_with_more_leaves_than_bits_is_refused():
    nodes = [[0, 0.5, 0, 1, 2]]
    for place in range(LEAVES):
        nodes += [[float(place)], [0, 0.5 + place, 0, len(nodes) + 2, len(nodes) + 3]]
    nodes += [[0.0], [1.0]]

    with pytest.raises(ValueError, match=str(LEAVES)):
        read_judge({"parts": ["cosine"], "base": 0.0, "trees": [nodes]})


def test_fitted_boosting_is_judged_as_its_library_does():
    from sklearn.ensemble import HistGradientBoostingClassifier

    from benchmarks.fit_evidence import as_json

    rng = np.random.default_rng(5)
    rows = rng.standard_normal((600, 4)).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = nan
    truth = np.nan_to_num(rows[:, 0]) + rows[:, 1] ** 2 > 1
    model = HistGradientBoostingClassifier(
        max_iter=30, max_leaf_nodes=12, early_stopping=False, random_state=1
    )
    model.fit(rows, truth)
    raw = json.loads(json.dumps(as_json(model, ["a", "b", "c", "d"])))

    assert judged(raw, rows) == pytest.approx(model.predict_proba(rows)[:, 1], abs=1e-4)


def test_threshold_between_two_neighbouring_numbers_is_not_rounded_onto_the_higher():
    from benchmarks.fit_evidence import at_most

    low = np.float32(0.1)
    high = np.nextafter(low, np.float32(1))
    for share in (0.01, 0.5, 0.99):
        threshold = float(low) + share * (float(high) - float(low))
        assert low <= np.float32(at_most(threshold)) < high


def test_packaged_trees_are_plain_numbers_over_parts_that_exist():
    raw = json.loads(FILE.read_text(encoding="utf-8"))

    assert set(raw) == {"first", "second"}
    assert raw["first"]["parts"] == list(PARTS)
    assert raw["second"]["parts"] == [*PARTS, *CONTEXT]
    for judge in raw.values():
        assert set(judge) == {"parts", "base", "trees"}
        for nodes in judge["trees"]:
            assert sum(len(node) == 1 for node in nodes) <= LEAVES
            # A threshold of infinity parts what is known from what is missing; no other number is infinite.
            plain = [
                number for node in nodes for place, number in enumerate(node) if len(node) == 1 or place != 1
            ]
            assert all(type(number) in (int, float) and isfinite(number) for number in plain)
            assert not any(isnan(node[1]) for node in nodes if len(node) > 1)
            splits = [(place, node) for place, node in enumerate(nodes) if len(node) > 1]
            assert all(0 <= node[0] < len(judge["parts"]) and node[2] in (0, 1) for _, node in splits)
            # Every node but the root is the child of exactly one, which stands before it.
            assert sorted(child for _, node in splits for child in node[3:]) == list(range(1, len(nodes)))
            assert all(place < min(node[3:]) for place, node in splits)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_packaged_judges_answer_as_walking_their_trees_does(seed):
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    rng = np.random.default_rng(seed)
    for name, judge in (("first", load_judges().first), ("second", load_judges().second)):
        rows = rng.choice([nan, 0, 0.05, 0.2, 0.4, 0.7, 1, 3, 12, 40], (3, len(judge.parts))).astype(
            np.float32
        )
        found = judge(dict(zip(judge.parts, rows.T, strict=True)))
        assert found == pytest.approx([walked(raw[name], row) for row in rows], abs=1e-5)


def test_file_that_is_not_json_is_refused_and_nothing_in_it_runs(tmp_path):
    file = tmp_path / "evidence.json"
    file.write_bytes(b"cbuiltins\nexit\n(I7\ntR.")  # a pickle that would end the process

    with pytest.raises(json.JSONDecodeError):
        load_judges(file)
