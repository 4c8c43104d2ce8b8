"""What a story's page tells of its articles, the same for all readers: reports, summary, course, history."""

from dataclasses import dataclass

from aggregator.domain.stories import Name, Story, StoryEvent
from aggregator.readers import gist, lines, why
from aggregator.readers.course import Timeline
from aggregator.readers.developments import developments
from aggregator.readers.timeline import timeline
from aggregator.readers.views import DiscussionLine, QuoteLine, ReportLine, SummaryLine
from aggregator.storage import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The part of a story's page that is the same for all readers; `before` are the stories it takes up."""

    before: tuple[Story, ...]
    reports: tuple[ReportLine, ...]
    discussions: tuple[DiscussionLine, ...]
    summary: tuple[SummaryLine, ...]
    quotes: tuple[QuoteLine, ...]
    names: tuple[Name, ...]
    timeline: Timeline | None
    history: tuple[StoryEvent, ...]


def tell(work: UnitOfWork, story: Story) -> Told:
    """Work out what the page of a story tells of its articles."""
    ids = work.stories.members([story.id])[story.id]
    articles = work.articles.get_many(ids)
    folding, outlets = work.articles.folding(ids), {outlet.id: outlet for outlet in work.outlets.all()}
    versions = work.articles.version_counts(ids)
    told_in, before = work.gists.get(story.id), work.stories.follows(story.id)
    titles = work.articles.titles([key for key, count in versions.items() if count])
    turns = developments(articles, folding, outlets, titles, follows=before)
    return Told(
        before=before,
        reports=why.told(lines.reports(articles, folding, outlets, versions), work.relations.of(ids)),
        discussions=lines.discussions(articles, folding, outlets),
        summary=gist.summary(told_in, articles, outlets),
        quotes=gist.quotes(told_in, articles, outlets),
        names=told_in.names if told_in else (),
        timeline=timeline(articles, folding, outlets, turns),
        history=work.stories.events(story.id),
    )
