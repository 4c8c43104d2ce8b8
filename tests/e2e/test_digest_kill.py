"""kill -9 at random moments while digests are made and sent: every due slot is sent once afterwards."""

import multiprocessing
import random
import shutil
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aggregator.digests.mail import SmtpMailer
from aggregator.domain.digests import Outcome, PostState
from aggregator.domain.ids import ReaderId
from tests.e2e.digest_room import READERS, digests, fill, send_in_child
from tests.fakes import NOON
from tests.mailserver import MailServer, mail_server

pytestmark = [pytest.mark.loopback, pytest.mark.xdist_group("kill")]

KILLS = 20
TRIES = 80
"""A child that ends before its moment comes is not killed; on a busy machine many do."""
DUE = NOON + timedelta(hours=1)
Lines = list[tuple[Outcome, PostState | None]]


def finish(file: Path, at: datetime, server: MailServer) -> list[Lines]:
    """Run undisturbed, twice, and return what the log of each reader says."""
    mailer = SmtpMailer(host=server.host, port=server.port, security="none", timeout=20)
    with digests(file, at + timedelta(seconds=1), mailer, owner="next") as one:
        one.send()
        assert one.send().sent == 0
        logs = [one.desk.overview(ReaderId(number)).log for number in range(1, READERS + 1)]
        assert one.send.storage.check() == ()
    return [[(line.outcome, line.post) for line in log] for log in logs]


@pytest.mark.timeout(900)
def test_killed_at_any_moment_every_slot_is_sent_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("forkserver")
    spawn.set_forkserver_preload(["tests.e2e.digest_room", "jinja2", "css_inline", "smtplib"])
    base = tmp_path / "base.db"
    fill(base, SmtpMailer(host="127.0.0.1", port=1, security="none"))
    chance, killed, span = random.Random(20260314), 0, 0.0
    for point in range(-2, TRIES):
        if killed >= KILLS:
            break
        file = Path(shutil.copy(base, tmp_path / f"{point}.db"))
        with mail_server() as server:
            child = spawn.Process(target=send_in_child, args=(file, DUE, server.port))
            start = time.monotonic()
            child.start()
            if point >= 0:  # the first two measure how long one takes, once everything is imported
                time.sleep(chance.uniform(0.05, 1.0) * span)
                child.kill()
            child.join()
            span = span if point >= 0 else time.monotonic() - start
            was_killed = child.exitcode == -9
            assert was_killed or child.exitcode == 0
            killed += was_killed

            logs = finish(file, DUE, server)
            counts = Counter(server.ids().values())
        assert logs == [[(Outcome.MADE, PostState.SENT)]] * READERS
        # The one that was being handed over when the process died may have come twice, and none more often.
        assert counts in ({1: READERS}, {1: READERS - 1, 2: 1} if was_killed else {1: READERS})
        file.unlink()
    assert killed == KILLS
