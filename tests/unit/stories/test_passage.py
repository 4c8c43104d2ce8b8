from aggregator.stories.passage import PASSAGE_WORDS, passage


def test_title_and_lead_make_two_sentences() -> None:
    assert (
        passage("Harbour bridge closed", "The bridge is shut.")
        == "Harbour bridge closed. The bridge is shut."
    )


def test_title_that_ends_a_sentence_gets_no_second_full_stop() -> None:
    assert passage("Is the bridge shut?", "It is.") == "Is the bridge shut? It is."


def test_text_is_cut_after_sixty_words() -> None:
    words = [f"w{number}" for number in range(100)]
    assert passage("Count", " ".join(words)) == "Count. " + " ".join(words[:PASSAGE_WORDS])


def test_title_repeated_at_the_start_of_the_text_is_read_once() -> None:
    assert passage("Bridge shut", "Bridge shut. Crews found cracks.") == "Bridge shut. Crews found cracks."


def test_white_space_and_paragraphs_become_single_spaces() -> None:
    assert passage(" Bridge \n shut ", "Crews\n\nfound  cracks.") == "Bridge shut. Crews found cracks."


def test_article_without_text_is_its_title() -> None:
    assert passage("Bridge shut", "") == "Bridge shut"


def test_article_without_title_is_its_text() -> None:
    assert passage("", "Crews found cracks.") == "Crews found cracks."
