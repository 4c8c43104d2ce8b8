"""The page of a reader's digests: schedules, addresses, previews and what was sent.

The addresses that mails link to are in `digest_links.py`, because they need no reader at the screen.
"""

from datetime import time
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from aggregator.digests.schedules import PRESETS
from aggregator.domain.digests import Filters, Schedule
from aggregator.domain.errors import DigestRefused, WrongUse
from aggregator.domain.ids import AddressId, OutletId, ScheduleId
from aggregator.domain.saved_searches import SavedSearchId
from web.pages.ids import ID
from web.pages.marks import reader
from web.services import current_services

blueprint = Blueprint("digests", __name__, url_prefix="/digests")

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WIDTHS: Final = (320, 600, 1000)
DARK: Final = "@media (prefers-color-scheme: dark)"
MAIL_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        # Mails carry their style in attributes; there is no script that it could let in.
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
    )
)


@blueprint.get("")
def page() -> str:
    """Show the reader's digests, and the forms for more."""
    return listing()


@blueprint.post("")
def add() -> Answer | tuple[str, int]:
    """Add a digest."""
    try:
        number = current_services().digests.add(from_form())
    except WrongUse as error:
        return listing(problem=str(error)), 400
    return redirect(url_for("digests.edit", schedule_id=number, told="added"), code=303)


@blueprint.get(f"/<{ID}:schedule_id>")
def edit(schedule_id: int) -> str:
    """Show a digest with its form, its preview and its past editions."""
    return one(schedule_id)


@blueprint.post(f"/<{ID}:schedule_id>")
def change(schedule_id: int) -> Answer | tuple[str, int]:
    """Change a digest as the form says."""
    try:
        before = current_services().digests.schedule(reader(), schedule_id)
        current_services().digests.change(from_form(before))
    except WrongUse as error:
        return one(schedule_id, problem=str(error)), 400
    return redirect(url_for("digests.edit", schedule_id=schedule_id, told="changed"), code=303)


@blueprint.post(f"/<{ID}:schedule_id>/act")
def act(schedule_id: int) -> Answer | tuple[str, int]:
    """Pause a digest, let it go on, remove it, or send a test, as the pressed button says."""
    digests, told = current_services().digests, request.form.get("act", "")
    if told not in {"pause", "resume", "remove", "test"}:
        abort(400)
    try:
        if told == "remove":
            digests.remove(reader(), schedule_id)
            return redirect(url_for("digests.page", told="removed"), code=303)
        if told == "test":
            digests.test(reader(), schedule_id)
            current_services().digest_soon()
        else:
            digests.pause(reader(), schedule_id, is_paused=told == "pause")
    except DigestRefused as error:
        return one(schedule_id, problem=str(error)), 400
    return redirect(url_for("digests.edit", schedule_id=schedule_id, told=told), code=303)


@blueprint.get(f"/<{ID}:schedule_id>/preview")
def preview(schedule_id: int) -> Response:
    """Show what would be sent now, in a frame of a mail's width, or as text."""
    digest, rendered = current_services().digests.preview(reader(), schedule_id)
    width = request.args.get("width", "")
    made = render_template(
        "digest_preview.html",
        schedule=current_services().digests.schedule(reader(), schedule_id),
        overview=current_services().digests.overview(reader()),
        digest=digest,
        rendered=rendered,
        width=int(width) if width in {str(one) for one in WIDTHS} else 600,
        widths=WIDTHS,
        form=request.args.get("form", "html"),
        dark="dark" in request.args,
    )
    answer = Response(made)
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"
    )
    return answer


@blueprint.get(f"/<{ID}:schedule_id>/preview.html")
def preview_mail(schedule_id: int) -> Response:
    """Send the HTML part of what would be sent now, for the frame of the preview."""
    _, rendered = current_services().digests.preview(reader(), schedule_id)
    return mail_page(rendered.html, dark="dark" in request.args)


@blueprint.post("/addresses")
def add_address() -> Answer | tuple[str, int]:
    """Add a mail address."""
    try:
        made = current_services().digests.add_address(reader(), request.form.get("address", ""))
    except WrongUse as error:
        return listing(problem=str(error)), 400
    current_services().digest_soon()
    return redirect(url_for("digests.page", told=made.state.value), code=303)


@blueprint.post(f"/addresses/<{ID}:address_id>/remove")
def remove_address(address_id: int) -> Answer:
    """Delete a mail address."""
    current_services().digests.remove_address(reader(), address_id)
    return redirect(url_for("digests.page", told="forgotten"), code=303)


def mail_page(html: str, *, dark: bool | None = None) -> Response:
    """Return a mail as a page of its own, under a policy that lets it have style and nothing else.

    `dark` chooses its colours; None leaves that to the browser.
    """
    if dark is not None:
        html = html.replace(DARK, "@media all" if dark else "@media not all")
    answer = Response(html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def from_form(before: Schedule | None = None) -> Schedule:
    """Return the schedule that the form describes.

    Raises:
        DigestRefused: a field cannot be read.
    """
    form = request.form
    if before is None and form.get("preset") in PRESETS:
        name, at, days = PRESETS[form["preset"]]
    else:
        name, at = form.get("name", ""), clock_time(form.get("at", ""))
        days = {int(one) for one in form.getlist("day") if one in set("0123456")}
    return Schedule(
        id=before.id if before else ScheduleId(0),
        reader=reader(),
        name=name,
        at=at,
        zone=form.get("zone", "").strip(),
        days=frozenset(days),
        is_paused=before.is_paused if before else False,
        filters=Filters(
            folders=frozenset(filter(None, form.getlist("folder"))),
            topics=frozenset(filter(None, form.getlist("topic"))),
            outlets=frozenset(OutletId(int(one)) for one in form.getlist("outlet") if is_number(one)),
            reports=whole(form.get("reports", "1"), "the least number of independent reports"),
            unread_only="unread_only" in form,
            searches=frozenset(SavedSearchId(int(one)) for one in form.getlist("search") if is_number(one)),
        ),
        most=whole(form.get("most", "20"), "the number of stories"),
        address=AddressId(int(form["address"])) if is_number(form.get("address", "")) else None,
    )


def clock_time(written: str) -> time:
    """Return a time of day such as 07:00.

    Raises:
        DigestRefused: it is none.
    """
    try:
        return time.fromisoformat(written.strip())
    except ValueError as error:
        raise DigestRefused(f"“{written[:20]}” is no time of day; write it as in 07:00") from error


def whole(written: str, what: str) -> int:
    """Return a small whole number.

    Raises:
        DigestRefused: it is none.
    """
    if not is_number(written.strip()):
        raise DigestRefused(f"{what} must be a whole number")
    return int(written)


def is_number(written: str) -> bool:
    """Return whether this can be a number of the database."""
    return written.isascii() and written.isdigit() and len(written) < 19


def listing(problem: str = "") -> str:
    """Render the page of all digests."""
    digests = current_services().digests
    return render_template(
        "digests.html",
        overview=digests.overview(reader()),
        zone=digests.zone,
        days=DAYS,
        told=request.args.get("told", ""),
        problem=problem,
    )


def one(schedule_id: int, problem: str = "") -> str:
    """Render the page of one digest; after a mistake, as it is stored."""
    digests = current_services().digests
    schedule = digests.schedule(reader(), schedule_id)
    past = digests.past(schedule.secret)
    return render_template(
        "digest.html",
        schedule=schedule,
        overview=digests.overview(reader()),
        choices=digests.choices(),
        past=past[1] if past else (),
        days=DAYS,
        told=request.args.get("told", ""),
        problem=problem,
    )
