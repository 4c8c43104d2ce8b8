"""What the links in mails lead to: each is signed, for one thing only, and asks before it acts.

A GET changes nothing, because mail scanners follow every link; the button on its page does. The one
exception to the same-origin rule of `security.py` is `unsubscribe`: mail programs send that form
themselves, without cookie, login or page of ours (RFC 8058).
"""

from flask import Blueprint, Response, abort, render_template, request, url_for

from aggregator.digests.links import Deed, Purpose
from aggregator.domain.errors import WrongUse
from aggregator.readers.views import StoryPage
from web.atom import render_digest_atom
from web.pages.digests import is_number, mail_page
from web.services import current_services

blueprint = Blueprint("digest_links", __name__, url_prefix="/digests")


@blueprint.get("/unsubscribe/<token>")
def ask_unsubscribe(token: str) -> str:
    """Ask whether a digest is to end."""
    return ask(deed_of(token, Purpose.UNSUBSCRIBE))


@blueprint.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> str:
    """End a digest; for the button of the page, and for mail programs with one click."""
    return done(deed_of(token, Purpose.UNSUBSCRIBE))


@blueprint.get("/confirm/<token>")
def ask_confirm(token: str) -> str:
    """Ask whether digests may come to an address."""
    return ask(deed_of(token, Purpose.CONFIRM))


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> str:
    """Let digests come to an address."""
    return done(deed_of(token, Purpose.CONFIRM))


@blueprint.get("/do/<token>")
def ask_deed(token: str) -> str:
    """Ask whether a story is to be marked read, left out of digests, or corrected."""
    return ask(deed_of(token, Purpose.READ, Purpose.MUTE, Purpose.WRONG))


@blueprint.post("/do/<token>")
def deed(token: str) -> str:
    """Mark a story read, leave it out of digests, or take an article out of it."""
    return done(deed_of(token, Purpose.READ, Purpose.MUTE, Purpose.WRONG))


@blueprint.get("/editions/<secret>")
def edition(secret: str) -> Response:
    """Show a past edition, to whoever has its address."""
    rendered = current_services().digests.edition(secret)
    if rendered is None:
        abort(404, "This digest is not kept any more, or its address is not complete.")
    return mail_page(rendered.html)


@blueprint.get("/feed/<secret>.atom")
def feed(secret: str) -> Response:
    """Send a digest as an Atom feed, to whoever has its address."""
    found = current_services().digests.past(secret)
    if found is None:
        abort(404, "There is no digest with this address.")
    schedule, past = found
    document = render_digest_atom(
        [
            (
                url_for("digest_links.edition", secret=one.edition.secret, _external=True),
                one,
                rendered.html,
            )
            for one in past
            if (rendered := current_services().digests.edition(one.edition.secret)) is not None
        ],
        title=f"{current_services().site_name}: {schedule.name}",
        self_link=url_for("digest_links.feed", secret=secret, _external=True),
        now=current_services().clock.now(),
    )
    return Response(document, mimetype="application/atom+xml")


def deed_of(token: str, *purposes: Purpose) -> Deed:
    """Return what a link is for; 400 when it is too old, changed, or for something else."""
    found = current_services().digests.deed(token)
    if found.purpose not in purposes:
        abort(400, "This link is for something else. Nothing was changed.")
    return found


def ask(deed: Deed) -> str:
    """Render the page with the button; it changes nothing."""
    story = current_services().reading.story(deed.target) if deed.purpose is Purpose.WRONG else None
    if isinstance(story, int):
        story = current_services().reading.story(story)
    return render_template(
        "digest_ask.html",
        purpose=deed.purpose.name.lower(),
        named=current_services().digests.named(deed),
        story=story if isinstance(story, StoryPage) else None,
        is_done=False,
        problem="",
    )


def done(deed: Deed) -> str:
    """Do what a link is for, and say so; the page is whole, so that no redirect is needed."""
    services, problem = current_services(), ""
    named = services.digests.named(deed)
    if not named:
        return ask(deed)
    if deed.purpose is Purpose.READ:
        services.marks.read(deed.reader, [deed.target])
    elif deed.purpose is Purpose.WRONG:
        article = request.form.get("article", "")
        try:
            if not services.digests.may_correct(deed):
                raise WrongUse("Nothing was changed: only an admin of this instance may correct stories.")
            if not is_number(article):
                raise WrongUse("Nothing was changed: choose the article that does not belong.")
            services.correct.split(deed.target, [int(article)], by="digest mail")
        except WrongUse as error:
            problem = str(error)
    else:
        services.digests.act(deed)
    return render_template(
        "digest_ask.html",
        purpose=deed.purpose.name.lower(),
        named=named,
        story=None,
        is_done=True,
        problem=problem,
    )
