"""The page of one article: the original's link, its clean body, its versions, its story beside it."""

from flask import Blueprint, abort, render_template

from web.pages.ids import ID
from web.pages.marks import is_opened, reader
from web.services import current_services

blueprint = Blueprint("articles", __name__, url_prefix="/articles")


@blueprint.get(f"/<{ID}:article_id>")
def page(article_id: int) -> str:
    """Show the article; a person who opens it has read it."""
    article = current_services().reading.article(article_id)
    if article is None:
        abort(404, f"There is no article {article_id}.")
    is_read = is_opened()
    if is_read:
        current_services().marks.article(reader(), article_id, is_read=True)
    return render_template("article.html", article=article, is_read=is_read)
