"""New, changed or same: PRODUCT.md section 8, cases 2, 6, 7, 8 and 15."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import ArticleDraft, Fingerprint, text_hash
from aggregator.domain.feeds import FeedPlan, Sighting
from aggregator.domain.ids import ArticleId
from aggregator.feeds.decide import decide
from tests.factories import digest, make_draft

URL = "https://lantern.example/bridge"
SUMMARY = "The harbour bridge will stay closed until Monday."
BODY = f"{SUMMARY}\n\nFerries run every ten minutes instead.\n\nThe tram turns round at the quay."
ONE = ArticleId(1)


def stored(draft: ArticleDraft, number: int = 1, **fields: Any) -> Fingerprint:
    """Return the fingerprint of a draft once it is stored."""
    values: dict[str, Any] = {
        "article_id": ArticleId(number),
        "identity": draft.identity,
        "url": draft.url,
        "guids": (draft.guid,) if draft.guid else (),
        "title": draft.title,
        "content_hash": draft.content_hash,
        "text_hash": text_hash(draft.text),
        "text": draft.text,
        "html": draft.html,
    }
    return Fingerprint(**values | fields)


def bridge(title: str = "Harbour bridge closed", text: str = BODY, **fields: Any) -> ArticleDraft:
    return make_draft(title, text, **{"url": URL, "guid": "b-1"} | fields)


def same(*numbers: int, guid: str | None = "b-1") -> FeedPlan:
    return FeedPlan(same=tuple(Sighting(article_id=ArticleId(number), guid=guid) for number in numbers))


def test_what_was_never_seen_is_new() -> None:
    assert decide([], [bridge()]) == FeedPlan(new=(bridge(),))


def test_what_is_unchanged_is_the_same() -> None:
    assert decide([stored(bridge())], [bridge()]) == same(1)


def test_an_edited_title_is_a_change_of_one_article() -> None:
    """Cases 2 and 6."""
    edited = bridge("Council shuts crossing")
    assert decide([stored(bridge())], [edited]) == FeedPlan(changed=((ONE, edited),))


def test_an_edited_text_is_a_change() -> None:
    edited = bridge(text=BODY.replace("ten", "twenty"))
    assert decide([stored(bridge())], [edited]) == FeedPlan(changed=((ONE, edited),))


def test_an_edited_guid_over_the_same_content_is_one_article() -> None:
    """Case 6."""
    assert decide([stored(bridge())], [bridge(guid="b-1-v2")]) == same(1, guid="b-1-v2")


def test_another_guid_over_the_same_title_is_one_article() -> None:
    edited = bridge(text=BODY + "\n\nNew.", guid="b-2")
    assert decide([stored(bridge())], [edited]) == FeedPlan(changed=((ONE, edited),))


@pytest.mark.parametrize(
    "guid",
    [f"{URL}#1", f"{URL}?partner=rss", f"{URL}?updated=1200", "http://www.lantern.example/bridge/#2"],
)
def test_numbered_guids_of_one_url_are_one_article(guid: str) -> None:
    """Case 7; also a live blog whose guid counts its updates while its title changes."""
    live = bridge("Council shuts crossing", "All else.\n\nIs new.", guid=guid)
    known = stored(bridge(guid=f"{URL}#0"))
    assert decide([known], [live]) == FeedPlan(changed=((ONE, live),))


def test_a_known_guid_under_another_address_is_the_same_article() -> None:
    moved = bridge(url=f"{URL}?section=sea", identity=f"{URL}?section=sea")
    assert decide([stored(bridge())], [moved]) == same(1)


def test_one_url_reused_for_every_post_makes_new_articles() -> None:
    """Case 8."""
    post = bridge("Whale seen off the pier", "A whale was seen.", guid="b-2")
    assert decide([stored(bridge())], [post]) == FeedPlan(new=(replace(post, identity="b-2"),))


def test_posts_under_one_reused_url_are_recognised_by_their_guids() -> None:
    first = bridge(identity="b-1")
    second = bridge("Whale seen off the pier", "A whale was seen.", guid="b-2", identity="b-2")
    # The feed now lists the second alone, so that its own identity would be the URL.
    assert decide([stored(first), stored(second, 2)], [replace(second, identity=URL)]) == same(2, guid="b-2")


def test_a_reused_url_without_guids_is_recognised_by_its_words() -> None:
    whale = bridge("Whale seen off the pier", "A whale was seen.", guid=None, identity="sha256:x")
    assert decide([stored(whale)], [replace(whale, identity=URL)]) == same(1, guid=None)


def test_a_guid_reused_for_another_post_does_not_merge_them() -> None:
    post = make_draft(
        "Whale seen off the pier", "A whale was seen.", url="https://lantern.example/whale", guid="b-1"
    )
    assert decide([stored(bridge())], [post]) == FeedPlan(new=(post,))


def test_the_same_text_under_another_url_is_a_repost_not_the_same_article() -> None:
    """Case 1 is folded later, both links kept."""
    repost = bridge(url=f"{URL}-2", identity=f"{URL}-2", guid="b-2")
    assert decide([stored(bridge())], [repost]) == FeedPlan(new=(repost,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        SUMMARY,
        "The harbour bridge will stay closed…",
        "Told in other words, but only as a summary.",
        BODY[:70],
    ],
)
def test_a_feed_with_only_a_summary_takes_no_body_away(text: str) -> None:
    assert decide([stored(bridge())], [bridge(text=text)]) == same(1)


def test_a_fuller_text_replaces_a_summary() -> None:
    full = bridge()
    assert decide([stored(bridge(text=SUMMARY))], [full]) == FeedPlan(changed=((ONE, full),))


@pytest.mark.parametrize("text", ["", SUMMARY])
def test_a_new_title_over_a_summary_keeps_the_stored_body(text: str) -> None:
    known = bridge()
    edited = bridge("Council shuts harbour bridge", text, summary=SUMMARY)
    kept = replace(edited, text=BODY, html=known.html, content_hash=digest(edited.title, BODY))
    assert decide([stored(known)], [edited]) == FeedPlan(changed=((ONE, kept),))


def test_an_edited_summary_is_a_change_where_there_is_no_body() -> None:
    edited = bridge(text="Nine boats are stuck at the harbour bridge.")
    assert decide([stored(bridge(text="Four boats are stuck at the harbour bridge."))], [edited]) == FeedPlan(
        changed=((ONE, edited),)
    )


def test_two_feeds_that_word_it_differently_do_not_take_turns() -> None:
    sea, front = (
        bridge(text="No boats pass the bridge."),
        bridge("Bridge shut", "Four boats wait at the bridge."),
    )
    now = stored(front, past_hashes=(sea.content_hash,))
    assert decide([now], [sea]) == same(1)
    assert decide([now], [front]) == same(1)


def test_two_drafts_never_meet_one_article() -> None:
    twin = bridge("Harbour bridge closed again", url=f"{URL}-2", identity=f"{URL}-2", text="Other text.")
    plan = decide([stored(bridge())], [twin, bridge()])
    assert plan == FeedPlan(new=(twin,), same=same(1).same)


# Small worlds in which addresses, guids, titles and texts collide all the time.
worlds = st.lists(
    st.builds(
        bridge,
        title=st.sampled_from(["Harbour bridge closed", "Harbour bridge open", "Whale seen", "Ferry late"]),
        text=st.sampled_from(["", SUMMARY, BODY, "A whale was seen."]),
        guid=st.sampled_from([None, "b-1", "b-2", f"{URL}#0", f"{URL}#1"]),
        url=st.sampled_from([URL, f"{URL}-2", "https://lantern.example/"]),
    ),
    max_size=5,
    unique_by=lambda draft: draft.identity,
)


def applied(known: dict[ArticleId, Fingerprint], plan: FeedPlan) -> dict[ArticleId, Fingerprint]:
    """Return the world after a plan, as storage would keep it."""
    world = dict(known)
    for sighting in plan.same:
        old = world[sighting.article_id]
        guids = {*old.guids, sighting.guid} if sighting.guid else old.guids
        world[sighting.article_id] = replace(old, guids=tuple(sorted(guids)))
    for article_id, draft in plan.changed:
        old = world[article_id]
        fresh = stored(
            draft, article_id, identity=old.identity, past_hashes=(*old.past_hashes, old.content_hash)
        )
        world[article_id] = replace(fresh, guids=tuple(sorted({*old.guids, *fresh.guids})))
    for draft in plan.new:
        number = len(world) + 1
        world[ArticleId(number)] = stored(draft, number)
    return world


@given(worlds, worlds)
def test_two_feeds_in_turn_settle_and_no_article_is_taken_twice(
    front: list[ArticleDraft], sea: list[ArticleDraft]
) -> None:
    world: dict[ArticleId, Fingerprint] = {}
    for feed in (front, sea, front, sea, front, sea):
        plan = decide(tuple(world.values()), feed)
        taken = [one.article_id for one in plan.same] + [article_id for article_id, _ in plan.changed]
        assert len(set(taken)) == len(taken)
        identities = {one.identity for one in world.values()}
        assert len({draft.identity for draft in plan.new} - identities) == len(plan.new)
        world = applied(world, plan)
    for feed in (front, sea):
        settled = decide(tuple(world.values()), feed)
        assert (settled.new, settled.changed) == ((), ())
