"""The sample newsroom's digest, from the feeds through a real SMTP server to what a reader sees."""

import re
from dataclasses import replace
from datetime import time, timedelta

import pytest

from aggregator.digests.mail import SmtpMailer
from aggregator.domain.digests import DigestReport, Schedule
from aggregator.domain.ids import ReaderId
from tests.e2e.room import digests_of
from tests.fakes import NOON, FrozenClock
from tests.mailserver import mail_server
from tests.newsroom import Paper

pytestmark = [pytest.mark.loopback, pytest.mark.model, pytest.mark.xdist_group("newsroom")]

READER = ReaderId(1)


def test_digest_of_the_newsroom_arrives_with_its_best_stories(paper: Paper) -> None:
    clock = FrozenClock(NOON)
    with mail_server() as server:
        mailer = SmtpMailer(host=server.host, port=server.port, security="none", timeout=20)
        digests = digests_of(replace(paper.room, clock=clock), mailer=mailer)
        address = digests.desk.add_address(READER, "marta@orsholm.example")
        number = digests.desk.add(
            Schedule(reader=READER, name="Daily", at=time(13, 30), zone="Europe/Oslo", address=address.id)
        )
        try:
            clock.advance(minutes=30)
            assert digests.send() == DigestReport(made=1, sent=1)
            clock.advance(days=1)
            assert digests.send() == DigestReport(skipped=1)
        finally:
            digests.desk.remove(READER, number)
            digests.desk.remove_address(READER, address.id)
    (mail,) = server.parsed()
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    stories = [
        list(dict.fromkeys(re.findall(r"orsholm\.example/stories/(\d+)", str(part.get_content()))))
        for part in parts
        if part is not None
    ]
    with paper.room.storage.reading() as work:
        best = work.stories.ranked(since=NOON - timedelta(days=1), limit=20)
    assert stories[0] == stories[1]
    assert {int(one) for one in stories[0]} == {story.id for story in best}
    assert len(server.mails[0]) <= 100_000
