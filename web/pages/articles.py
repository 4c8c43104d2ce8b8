"""The page of one article: the original's link, its clean body, its versions, its story beside it."""

from flask import Blueprint, abort, render_template

from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("articles", __name__, url_prefix="/articles")


@blueprint.get(f"/<{ID}:article_id>")
def page(article_id: int) -> str:
    """Show the article."""
    article = current_services().reading.article(article_id)
    if article is None:
        abort(404, f"There is no article {article_id}.")
    return render_template("article.html", article=article)
