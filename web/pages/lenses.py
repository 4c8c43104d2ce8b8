"""The front page through a lens: what its address asks for, and the page in words."""

from typing import Final

from flask import abort, render_template, request

from aggregator.domain.ids import OutletId
from aggregator.domain.labels import COUNTRY
from aggregator.readers.frontlens import LensKind
from aggregator.readers.frontlenses import Asked, LensPage
from aggregator.readers.lens import Lens
from web.presenters import count
from web.services import current_services

CHOICES: Final = (
    (LensKind.ONE, "all of one kind"),
    (LensKind.ALONE, "one outlet alone"),
    (LensKind.BY, "by who tells them"),
    (LensKind.BLINDSPOTS, "blindspots of the week"),
)
"""The lenses in the order of the form."""


def lens_page(view: Lens) -> str:
    """Render the front page through the lens that the address names; 400 for one that there is not."""
    page = current_services().desk.lenses(asked(), lens=view)
    return render_template(
        "front_lens.html",
        page=page,
        title=title(page),
        explained=explained(page),
        empty="" if page.groups else why_empty(page),
        choices=CHOICES,
    )


def asked() -> Asked:
    """Return what the address asks for."""
    kind, outlet = request.args.get("lens", ""), request.args.get("outlet", "")
    if kind not in set(LensKind):
        abort(
            400, f"There is no lens “{kind}”. Choose one of the lenses above the stories of the front page."
        )
    if outlet and not (outlet.isascii() and outlet.isdigit() and len(outlet) < 19):
        abort(400, "An outlet is named by its number, as in the address of its page.")
    return Asked(
        kind=LensKind(kind),
        axis=" ".join(request.args.get("axis", "").split()).casefold() or COUNTRY,
        value=request.args.get("value", "").strip(),
        outlet=OutletId(int(outlet)) if outlet else None,
    )


def title(page: LensPage) -> str:
    """Return the heading of a lens."""
    axis, value = page.asked.axis, page.asked.value
    match page.asked.kind:
        case LensKind.ONE:
            return f"Covered by only one {axis}"
        case LensKind.ALONE:
            return (
                f"Nobody in your list but {page.outlet.name}" if page.outlet else "Told by one outlet alone"
            )
        case LensKind.BY:
            return f"Told by {axis} {value}" if value else f"Stories by {axis}"
        case LensKind.BLINDSPOTS:
            return f"Blindspots of the week by {axis}"


def explained(page: LensPage) -> str:
    """Return in words what a lens shows, and of what."""
    looked = f"Of the {count(page.looked_at, 'best story', 'best stories')} just now"
    axis = page.asked.axis
    match page.asked.kind:
        case LensKind.ONE:
            return (
                f"{looked}, {page.several} are told by two or more outlets. Here are those whose outlets all "
                f"have the same {axis}. A story that an outlet without a label tells, too, is left out."
            )
        case LensKind.ALONE:
            return f"{looked}, these are told by one outlet of your list and no other, so far."
        case LensKind.BY if page.asked.value:
            said = f"an outlet whose {axis} is “{page.asked.value}”"
            return f"{looked}, these are told by {said}, whoever else tells them."
        case LensKind.BY:
            return f"{looked}, each under the {axis} that has most of its independent reports."
        case LensKind.BLINDSPOTS:
            return (
                f"A blindspot is a {axis} with at most a fifth of five or more independent reports, and far "
                "fewer than is usual for it in such stories of the last four weeks: by chance, that would be "
                "in less than 1 of 20, and few of those stories have as small a share. "
                f"{count(page.widely, 'story is', 'stories are')} told so widely this week."
            )


def why_empty(page: LensPage) -> str:
    """Return why a lens shows nothing."""
    axis, kind = page.asked.axis, page.asked.kind
    if not page.looked_at:
        return "There are no stories to look at yet."
    if kind is LensKind.ALONE:
        who = page.outlet.name if page.outlet else "one outlet"
        return f"No story of these is told by {who} alone."
    if not page.labelled:
        return f"No outlet has a label on the axis “{axis}”, so nothing can be told apart by it."
    if kind is LensKind.BLINDSPOTS:
        return blind_empty(page)
    if kind is LensKind.BY and page.asked.value not in page.values:
        return f"No outlet has the {axis} “{page.asked.value}”."
    if kind is LensKind.ONE and not page.several:
        return "No story is told by two outlets yet."
    return (
        f"No story of these fits: of the {page.several} with several outlets, each has more than one {axis}, "
        "or an outlet without a label."
    )


def blind_empty(page: LensPage) -> str:
    """Return why there is no blindspot to show."""
    if not page.widely:
        return (
            "No story of this week has five independent reports, and fewer say nothing about who is silent."
        )
    if page.unknown:
        return "No blindspot is certain: where one may be, a feed could not be read at the time."
    axis = page.asked.axis
    return f"No {axis} leaves out a story that it would usually tell, as far as the last four weeks show."
