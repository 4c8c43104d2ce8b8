"""The page of one article: the original's link, its clean body, its versions, its story beside it.

A button fetches the whole text where a feed gave only its beginning.
"""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from web.pages.ids import ID
from web.pages.marks import is_opened, lens, on_opening, reader
from web.services import current_services

blueprint = Blueprint("articles", __name__, url_prefix="/articles")


@blueprint.get(f"/<{ID}:article_id>")
def page(article_id: int) -> str:
    """Show the article; a person who opens it has read it."""
    return render(article_id)


@blueprint.post(f"/<{ID}:article_id>/full-text")
def full_text(article_id: int) -> Response | tuple[str, int]:
    """Fetch the whole text from the outlet's page, and show the article with it."""
    problem = current_services().full_text(article_id)
    if problem:
        return render(article_id, problem=problem), 502
    if problem is None:
        abort(404, f"There is no article {article_id}.")
    return redirect(url_for("articles.page", article_id=article_id), code=303)


def render(article_id: int, *, problem: str = "") -> str:
    """Render the page of an article, with why its whole text could not be had."""
    is_read = is_opened()
    if is_read:
        marks, who = current_services().marks, reader()
        on_opening(lambda waits: marks.article(who, article_id, is_read=True, patience=waits))
    article = current_services().reading.article(article_id, lens=lens())
    if article is None:
        abort(404, f"There is no article {article_id}.")
    return render_template("article.html", article=article, is_read=is_read, problem=problem)
