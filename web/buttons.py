"""The form with what a reader can do with a story. In Python, as `pieces.py` says: a search shows thirty."""

from collections.abc import Callable

from markupsafe import Markup, escape

from aggregator.readers.views import StoryCard

Address = Callable[..., str]


def mark_buttons(card: StoryCard, *, is_read: bool | None, url_for: Address, here: str, back: str) -> Markup:
    """Return the form of a card; nothing where nobody in particular asks.

    Args:
        card: the story's.
        is_read: what the first button goes by; None goes by the card.
        url_for: makes addresses.
        here: the page that the form leads back to.
        back: the same as a value in another address.
    """
    mark = card.mark
    if mark is None:
        return Markup()
    read = mark.state.reading == "read" if is_read is None else is_read
    headline = escape(card.headline)
    as_of = f'<input type="hidden" name="as_of" value="{mark.as_of.isoformat()}">' if mark.as_of else ""
    act, label = ("unread", "Mark unread") if read else ("read", "Mark read")
    save, saved = ("unsave", "Saved") if mark.is_saved else ("save", "Save")
    follow, followed = ("unfollow", "Following") if mark.is_followed else ("follow", "Follow")
    rules = escape(url_for("marks.rules", story=card.id))
    return Markup(  # noqa: S704  (what is not ours is escaped above, or by what made it)
        f'<form class="marks" action="{url_for("marks.story", story_id=card.id)}" method="post">'
        f'<input type="hidden" name="back" value="{escape(here)}">{as_of}'
        f"{_button(act, label, headline, 'm')}"
        f"{_button(save, saved, headline, 's', is_pressed=mark.is_saved)}"
        f"{_button(follow, followed, headline, is_pressed=mark.is_followed)}"
        f'<a href="{rules}&amp;back={back}">Mute…<span class="unseen"> something of: {headline}</span></a>'
        "</form>"
    )


def _button(act: str, label: str, headline: str, key: str = "", *, is_pressed: bool | None = None) -> str:
    pressed = "" if is_pressed is None else f' aria-pressed="{str(is_pressed).lower()}"'
    held = f' data-key="{key}"' if key else ""
    unseen = f'<span class="unseen">: {headline}</span>'
    return f'<button type="submit" name="act" value="{act}"{pressed}{held}>{label}{unseen}</button> '
