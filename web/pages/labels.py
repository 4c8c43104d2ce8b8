"""The labels of outlets: every outlet on every axis, where each label is from, and forms for one's own."""

from contextlib import closing
from pathlib import PurePath
from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from aggregator.domain.errors import WrongUse
from web.pages.feeds import packed, unpacked
from web.security import UPLOAD_LIMIT
from web.services import current_services

blueprint = Blueprint("labels", __name__, url_prefix="/outlets/labels")

DONE: Final = {"set": "The label was set.", "gone": "Your label was taken away."}
"""What a form did, told on the page after it: a key in the address, so that no cookie is needed."""


@blueprint.get("")
def page() -> str:
    """Show every label, and the forms."""
    return render(done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("")
def put() -> Redirect | tuple[str, int]:
    """Label an outlet as the form says; an empty value takes the reader's label away."""
    outlet, axis, value, source = (
        request.form.get(name, "") for name in ("outlet", "axis", "value", "source")
    )
    try:
        current_services().desk.labelling.put(outlet, axis, value, source=source)
    except WrongUse as error:
        return render(problem=str(error)), 400
    return redirect(url_for("labels.page", done="set" if value.strip() else "gone"), code=303)


@blueprint.post("/import")
def preview() -> str | tuple[str, int]:
    """Show what a CSV file says, and what an import would do with each line."""
    file = request.files.get("csv")
    if file is None or not file.filename:
        return render(import_problem="Choose a CSV file first."), 400
    name = PurePath(file.filename.replace("\\", "/")).name
    with closing(file):
        document = file.read()
    try:
        report = current_services().desk.labelling.preview(document, name)
    except WrongUse as error:
        return render(import_problem=str(error)), 400
    return render_template("labels_import.html", report=report, name=name, packed=packed(document))


@blueprint.post("/import/confirm")
def import_csv() -> str | tuple[str, int]:
    """Store what the file that was shown says, and tell what became of each line."""
    request.max_form_memory_size = UPLOAD_LIMIT
    name = request.form.get("name", "")
    document = unpacked(request.form.get("packed", ""))
    if document is None:
        return render(import_problem="The file did not come back whole. Choose it again."), 400
    try:
        report = current_services().desk.labelling.import_csv(document, name)
    except WrongUse as error:
        return render(import_problem=str(error)), 400
    return render_template("labels_import.html", report=report, name=name, packed="")


@blueprint.get("/export.csv")
def export() -> Response:
    """Send the reader's own labels as a CSV file."""
    answer = Response(current_services().desk.labelling.export_csv(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="broadfold-labels.csv"'
    return answer


def render(*, done: str = "", problem: str = "", import_problem: str = "") -> str:
    """Render the page of labels, with what was typed when it could not be done."""
    return render_template(
        "labels.html",
        table=current_services().desk.labelling.table(),
        done=done,
        problem=problem,
        import_problem=import_problem,
        typed=request.form if problem else {},
    )
