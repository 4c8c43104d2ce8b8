"""The usual counts of words, as the packaged file has them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.stories.background import Background, load_background, written

WORDS = st.text(st.characters(categories=["Ll", "Lo", "Nd"]), min_size=1, max_size=8)


@settings(deadline=None)
@given(
    st.builds(
        Background,
        articles=st.integers(0, 10**7),
        counts=st.dictionaries(WORDS, st.integers(1, 10**6), max_size=20),
    )
)
def test_written_counts_are_read_back(background):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "background.txt"
        file.write_text(written(background), encoding="utf-8")
        assert load_background(file) == background


def test_words_of_one_count_share_a_line():
    counts = {"otter": 7, "bridge": 12, "ferry": 7}
    assert written(Background(articles=90, counts=counts)) == "90\n7 ferry otter\n12 bridge\n"


def test_packaged_counts_know_the_common_words_of_english_news():
    usual = load_background()

    share = {word: usual.counts.get(word, 0) / usual.articles for word in ("the", "police", "nkurunziza")}
    assert share["the"] > 0.5 > share["police"] > 0.01 > share["nkurunziza"]
    assert min(usual.counts.values()) > 0
    assert max(usual.counts.values()) <= usual.articles


@pytest.mark.parametrize("text", ["", "many\n", "90\nthe 7\n"])
def test_damaged_file_is_not_taken_for_counts(tmp_path, text):
    file = tmp_path / "background.txt"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"invalid literal|not enough values"):
        load_background(file)
