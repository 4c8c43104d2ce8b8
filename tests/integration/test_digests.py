"""The digest from a due slot to a real SMTP server, with everything that can go wrong on the way."""

import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from aggregator.digests.deliver import Deliver, wait
from aggregator.digests.desk import Desk
from aggregator.digests.mail import FolderMailer, Mailer, SmtpMailer
from aggregator.digests.make import Make
from aggregator.digests.press import Press
from aggregator.digests.render import Render
from aggregator.digests.send import SendDigests
from aggregator.domain.comparing import Comparison, Difference, DifferenceKind, Figure, Said
from aggregator.domain.digests import AddressState, DigestReport, Filters, Outcome, PostState, Schedule
from aggregator.domain.errors import DigestRefused
from aggregator.domain.ids import ArticleId, OutletId, ReaderId, StoryId
from aggregator.domain.saved_searches import SavedSearchId
from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.readers.finding import FindStories
from aggregator.storage import Storage
from tests.contract.test_storage_stories import make_face
from tests.databases import memory_storage
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, FrozenClock, OutboxMailer
from tests.mailserver import DROP, SLOW, MailServer, free_port, mail_server

READER = ReaderId(1)
SENDER = "Broadfold <news@orsholm.example>"
LEASE = timedelta(minutes=5)
DUE = NOON + timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """An instance with one outlet, one feed, and a digest at 14:00 in Oslo, which is 13:00 UTC."""

    storage: Storage
    clock: FrozenClock

    def sender(self, mailer: Mailer | None, owner: str = "one") -> SendDigests:
        render = Render(site="https://news.orsholm.example", site_name="Broadfold")
        make = Make(
            storage=self.storage,
            clock=self.clock,
            press=Press(render=render, sender=SENDER, key=lambda: b"k" * 32),
            find=FindStories(),
            topics=(),
            owner=owner,
            lease_for=LEASE,
            is_mailing=mailer is not None,
        )
        deliver = None if mailer is None else Deliver(
            storage=self.storage, clock=self.clock, mailer=mailer, sender=SENDER, owner=owner,
            lease_for=LEASE, give_up=timedelta(hours=72), jitter=lambda: 0.0,
        )  # fmt: skip
        return SendDigests(
            storage=self.storage, clock=self.clock, make=make, deliver=deliver, keep=timedelta(days=90)
        )

    def desk(self, mailer: Mailer | None) -> Desk:
        return Desk(storage=self.storage, clock=self.clock, make=self.sender(mailer).make)

    def report(
        self,
        title: str,
        text: str,
        *,
        story: int | None = None,
        copy_of: int | None = None,
        outlet: str = "lantern.example",
    ) -> int:
        """Store an article, in a story of its own or in another; return the number of its story."""
        now = self.clock.now()
        with self.storage.writing() as work:
            name = "The Orsholm Lantern" if outlet == "lantern.example" else outlet
            home = work.outlets.ensure(outlet, name=name)
            feed = work.feeds.all()[0].id
            draft = make_draft(title, text, published_at=now - timedelta(minutes=5))
            (key,) = work.articles.add([draft], outlet_id=home, feed_id=feed, now=now)
            origin = ArticleId(copy_of or key)
            work.articles.store_folding(Folding(origin_of={key: origin}), among=[key])
            if story is None:
                opened = Opened(members=frozenset({key}))
                (number,) = work.stories.apply(StoryChanges(opened=(opened,)), now=now)
            else:
                number = StoryId(story)
                members = frozenset({*work.stories.members([number])[number], key})
                work.stories.apply(StoryChanges(members={number: members}), now=now)
            before = work.stories.get(number)
            headline = before.face.headline if before else title
            face = replace(make_face(key), headline=headline, excerpt=text, last_at=draft.published_at)
            work.stories.set_faces({number: face})
        return number

    def outcomes(self) -> list[str]:
        """Return what became of each slot, the newest first."""
        return [line.outcome.value for line in self.desk(None).overview(READER).log]


@pytest.fixture
def bench(clock: FrozenClock) -> Iterator[Bench]:
    with closing(memory_storage()) as storage:
        one = Bench(storage=storage, clock=clock)
        with storage.writing() as work:
            outlet = work.outlets.ensure("lantern.example", name="The Orsholm Lantern")
            work.feeds.add(make_new_feed(), outlet, now=NOON)
        desk = one.desk(OutboxMailer())
        address = desk.add_address(READER, "marta@orsholm.example")
        desk.add(
            Schedule(reader=READER, name="Daily", at=time(14, 0), zone="Europe/Oslo", address=address.id)
        )
        one.report("Train crash near Tolm: 9 dead", "Nine people died when a train left the rails.")
        yield one


def smtp(server: MailServer, **fields: Any) -> SmtpMailer:
    values = {"host": server.host, "port": server.port, "security": "none", "timeout": 1.0} | fields
    return SmtpMailer(**values)  # type: ignore[arg-type]


def run_until_sent(bench: Bench, mailer: Mailer, *, times: int = 6) -> list[DigestReport]:
    """Run at the due moment and then whenever the next try comes."""
    bench.clock.at = max(bench.clock.at, DUE)
    reports = []
    for _ in range(times):
        reports.append(bench.sender(mailer)())
        bench.clock.advance(hours=4)
    return reports


def sent(reports: list[DigestReport]) -> int:
    return sum(report.sent for report in reports)


def test_due_digest_is_made_once_and_sent_once(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE - timedelta(seconds=1)
    assert bench.sender(outbox)() == DigestReport()
    bench.clock.at = DUE
    assert bench.sender(outbox)() == DigestReport(made=1, sent=1)
    assert bench.sender(outbox)() == DigestReport()
    assert [mail.recipient for mail in outbox.mails] == ["marta@orsholm.example"]


def test_slot_without_new_facts_is_skipped_without_a_mail(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE
    bench.sender(outbox)()
    bench.clock.advance(days=1)
    assert bench.sender(outbox)() == DigestReport(skipped=1)
    assert (len(outbox.mails), bench.outcomes()) == (1, ["skipped", "made"])


def test_copy_that_arrives_between_two_slots_changes_nothing(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE
    bench.sender(outbox)()
    bench.clock.advance(hours=2)
    bench.report("Agencies: 11 dead", "Nine people died when a train left the rails.", story=1, copy_of=1)
    bench.clock.advance(hours=22)
    assert bench.sender(outbox)() == DigestReport(skipped=1)


def test_new_toll_between_two_slots_is_an_update(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE
    bench.sender(outbox)()
    bench.clock.advance(hours=2)
    bench.report("Tolm crash: what is known", "The toll rose to 14, police say.", story=1)
    bench.clock.advance(hours=22)
    assert bench.sender(outbox)() == DigestReport(made=1, sent=1)
    assert b"UPDATE: Train crash near Tolm: 9 dead" in outbox.mails[1].message
    assert b"The toll rose to 14, police say." in outbox.mails[1].message


def test_slots_missed_while_it_was_down_make_one_mail(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE + timedelta(days=4)
    bench.report("Bridge shut", "It cracked.")
    assert bench.sender(outbox)() == DigestReport(made=1, joined=4, sent=1)
    assert b"It also stands for 4 earlier digests" in outbox.mails[0].message
    assert bench.outcomes() == ["made", "joined", "joined", "joined", "joined"]


def test_clock_that_jumps_ahead_and_back_loses_no_slot_and_doubles_none(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE + timedelta(days=400)
    bench.sender(outbox)()
    for day in range(3):
        bench.clock.at = DUE + timedelta(days=day)
        bench.report(f"News of day {day}", f"Word {day + 20} of it.")
        bench.sender(outbox)()
        bench.clock.at -= timedelta(hours=1)
        bench.sender(outbox)()
    with bench.storage.reading() as work:
        lines = work.digest_editions.log(READER, limit=1000)
    slots = [line.slot for line in lines if line.outcome is not Outcome.JOINED]
    assert sorted(slots)[:3] == [DUE + timedelta(days=day) for day in range(3)]
    assert len(slots) == len(set(slots)) == 4
    assert len({mail.message_id for mail in outbox.mails}) == len(outbox.mails)


def test_two_schedulers_make_one_edition(bench: Bench) -> None:
    bench.clock.at = DUE
    with bench.storage.writing() as work:
        claim = {"now": DUE, "until": DUE + LEASE, "limit": 9}
        assert len(work.digest_schedules.claim_due(owner="two", **claim)) == 1  # type: ignore[arg-type]
    outbox = OutboxMailer()
    assert bench.sender(outbox)() == DigestReport()
    bench.clock.advance(minutes=5)
    assert bench.sender(outbox)() == DigestReport(made=1, sent=1)


def test_digest_without_mail_is_made_for_its_feed(bench: Bench) -> None:
    bench.clock.at = DUE
    assert bench.sender(None)() == DigestReport(made=1)
    secret = bench.desk(None).schedule(READER, 1).secret
    found = bench.desk(None).past(secret)
    assert found is not None
    assert [one.digest.subject for one in found[1]] == ["Daily: Train crash near Tolm: 9 dead"]


@pytest.mark.loopback
def test_server_that_cannot_be_reached_loses_nothing(bench: Bench) -> None:
    closed = SmtpMailer(host="127.0.0.1", port=free_port(), security="none", timeout=1)
    bench.clock.at = DUE
    assert bench.sender(closed)() == DigestReport(made=1, deferred=1)
    (post,) = bench.desk(closed).overview(READER).troubled
    assert (post.state, post.problem.partition(": ")[2]) == (PostState.WAITING, "Connection refused")
    outbox = OutboxMailer()
    bench.clock.advance(minutes=1)
    assert bench.sender(outbox)() == DigestReport(sent=1)


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("answers", "endings", "copies"),
    [
        ([], [], 1),
        (["421 closing down", "421 still"], [], 1),
        (["451 come back", "451 once more"], [], 1),
        ([], ["451 not now"], 1),
        ([], ["421 not now"], 1),
        ([SLOW], [], 1),
        ([], [SLOW], 1),
        ([], [DROP], 2),
    ],
    ids=[
        "well",
        "421",
        "451",
        "451 after data",
        "421 after data",
        "slow",
        "slow after data",
        "drop after data",
    ],
)
def test_trouble_of_a_server_loses_no_mail_and_doubles_at_most_one(
    bench: Bench, answers: list[str], endings: list[str], copies: int
) -> None:
    with mail_server() as server:
        server.answers.extend(answers)
        server.endings.extend(endings)
        reports = run_until_sent(bench, smtp(server))
    assert sent(reports) == 1
    assert list(server.ids().values()) == [copies]
    assert all(body.endswith(b"--\r\n") for body in server.mails)


@pytest.mark.loopback
def test_address_that_is_refused_is_marked_and_told(bench: Bench) -> None:
    with mail_server() as server:
        server.answers.append("550 no such user")
        reports = run_until_sent(bench, smtp(server), times=2)
    overview = bench.desk(smtp(server)).overview(READER)
    assert (reports[0].refused, server.mails) == (1, [])
    assert [(one.state, one.problem) for one in overview.refused] == [
        (AddressState.REFUSED, "the server said 550 no such user")
    ]
    assert overview.log[0].post is PostState.REFUSED


@pytest.mark.loopback
def test_several_mails_share_a_connection(bench: Bench) -> None:
    desk = bench.desk(OutboxMailer())
    address = desk.overview(READER).addresses[0].id
    for number in range(4):
        desk.add(replace(desk.schedule(READER, 1), name=f"No {number}", address=address))
    with mail_server() as server:
        assert sent(run_until_sent(bench, smtp(server), times=1)) == 5
    assert (server.greetings, len(server.ids())) == (1, 5)


@contextmanager
def certificates(name: str) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Yield the contexts of a server with a certificate for a name, and of a client that trusts it."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(name).configure_cert(server)
    authority.configure_trust(client)
    yield server, client


@pytest.mark.loopback
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_a_secured_connection_after_a_login(
    bench: Bench, tmp_path: Path, security: str
) -> None:
    login = ("news", "secret of the sluice")
    with (
        certificates("127.0.0.1") as (certificate, context),
        mail_server(
            certificate=certificate,
            implicit_tls=security == "tls",
            # aiosmtpd knows only of STARTTLS when it asks for a secured login.
            login=login if security == "starttls" else None,
        ) as server,
    ):
        mailer = smtp(
            server,
            security=security,
            context=context,
            user=login[0],
            password=login[1] if security == "starttls" else None,
            timeout=5.0,
        )
        assert sent(run_until_sent(bench, mailer, times=1)) == 1
    assert (server.users, len(server.mails)) == (["news"] if security == "starttls" else [], 1)


@pytest.mark.loopback
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_nothing_is_sent_to_a_server_with_a_bad_certificate(bench: Bench, security: str, wrong: str) -> None:
    name = "other.example" if wrong == "name" else "127.0.0.1"
    with (
        certificates(name) as (certificate, trusting),
        mail_server(certificate=certificate, implicit_tls=security == "tls") as server,
    ):
        context = trusting if wrong == "name" else None
        reports = run_until_sent(bench, smtp(server, security=security, context=context), times=1)
    assert (reports[0].deferred, server.mails) == (1, [])
    assert "its certificate is not trusted" in bench.desk(OutboxMailer()).overview(READER).troubled[0].problem


@pytest.mark.loopback
def test_server_that_refuses_the_login_marks_no_address(bench: Bench) -> None:
    with (
        certificates("127.0.0.1") as (certificate, context),
        mail_server(certificate=certificate, login=("news", "right")) as server,
    ):
        mailer = smtp(
            server, security="starttls", context=context, user="news", password="wrong", timeout=5.0
        )
        reports = run_until_sent(bench, mailer, times=1)
    assert reports[0] == DigestReport(made=1, deferred=1)
    assert bench.desk(mailer).overview(READER).refused == ()


def test_mail_that_waits_for_days_is_given_up_and_told(bench: Bench) -> None:
    deaf = OutboxMailer(answers=["451"] * 100)
    bench.clock.at = DUE
    for _ in range(30):
        bench.sender(deaf)()
        bench.clock.advance(hours=4)
    overview = bench.desk(deaf).overview(READER)
    assert [line.post for line in overview.log if line.outcome is Outcome.MADE] == [PostState.EXPIRED]


def test_waits_double_up_to_four_hours_and_a_quarter_of_chance() -> None:
    assert [wait(n, 0.0) / timedelta(minutes=1) for n in (1, 2, 3, 8, 9, 40)] == [1, 2, 4, 128, 240, 240]
    assert wait(1, 1.0) == timedelta(seconds=75)


def test_unsubscribing_pauses_the_digest_and_takes_back_what_waits(bench: Bench) -> None:
    deaf = OutboxMailer(answers=["451"])
    bench.clock.at = DUE
    bench.sender(deaf)()
    desk = bench.desk(deaf)
    token = deaf.token("unsubscribe")
    desk.act(desk.deed(token))
    desk.act(desk.deed(token))
    bench.clock.advance(hours=5)
    assert bench.sender(OutboxMailer())() == DigestReport()
    assert desk.schedule(READER, 1).is_paused


def test_address_of_a_reader_who_is_no_admin_is_asked_first(bench: Bench) -> None:
    outbox = OutboxMailer()
    with bench.storage.writing() as work:
        work.readers.connection.exec_driver_sql("UPDATE readers SET role = 'reader'")
    desk = bench.desk(outbox)
    address = desk.add_address(READER, "ulla@nordhelm.example")
    desk.add_address(READER, "ulla@nordhelm.example")
    desk.change(replace(desk.schedule(READER, 1), address=address.id))
    bench.clock.at = DUE
    assert bench.sender(outbox)() == DigestReport(made=1, sent=1)
    (mail,) = outbox.mails
    assert (mail.recipient, b"List-Unsubscribe" in mail.message) == ("ulla@nordhelm.example", False)
    desk.act(desk.deed(outbox.token("confirm")))
    assert desk.overview(READER).addresses[1].state is AddressState.CONFIRMED
    bench.clock.advance(days=1)
    bench.report("Bridge shut", "It cracked.")
    assert bench.sender(outbox)() == DigestReport(made=1, sent=1)


def test_removing_an_address_deletes_it_with_its_mails(bench: Bench) -> None:
    deaf = OutboxMailer(answers=["451"])
    bench.clock.at = DUE
    bench.sender(deaf)()
    desk = bench.desk(deaf)
    desk.remove_address(READER, 1)
    assert desk.overview(READER).addresses == ()
    assert desk.schedule(READER, 1).address is None
    with bench.storage.engine.connect() as connection:
        tables = ("digest_addresses", "digest_posts", "digest_editions", "digest_ledger", "digest_schedules")
        dump = str([connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables])
    assert "marta@" not in dump


def test_log_keeps_nothing_of_a_mail_once_it_is_sent(bench: Bench) -> None:
    bench.clock.at = DUE
    bench.sender(OutboxMailer())()
    bench.clock.advance(days=100)
    bench.report("Bridge shut", "It cracked.")
    bench.sender(OutboxMailer())()
    with bench.storage.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT recipient, message FROM digest_posts").all()
        kept = connection.exec_driver_sql("SELECT content FROM digest_editions WHERE outcome = 'made'").all()
    assert [tuple(row) for row in rows] == [("", b""), ("", b"")]
    assert kept[0][0] is None
    assert kept[1][0] is not None


def test_story_that_is_muted_by_a_mail_does_not_come_back(bench: Bench) -> None:
    outbox = OutboxMailer()
    bench.clock.at = DUE
    bench.sender(outbox)()
    desk = bench.desk(outbox)
    tokens = outbox.tokens("do")
    desk.act(next(deed for deed in map(desk.deed, tokens) if deed.purpose.name == "MUTE"))
    bench.report("Tolm crash", "The toll rose to 14, police say.", story=1)
    bench.clock.advance(days=1)
    assert bench.sender(outbox)() == DigestReport(skipped=1)


def test_preview_and_test_change_nothing_in_the_next_digest(bench: Bench) -> None:
    outbox = OutboxMailer()
    desk = bench.desk(outbox)
    digest, rendered = desk.preview(READER, 1)
    assert desk.test(READER, 1) == "marta@orsholm.example"
    bench.clock.at = DUE
    assert bench.sender(outbox)() == DigestReport(made=1, sent=2)
    assert len(digest.selection.items) == 1
    assert "unsubscribe" not in rendered.html
    assert [b"Test of Daily" in mail.message for mail in outbox.mails] == [True, False]


def test_comparison_that_is_kept_is_told_of_in_one_line_and_none_is_made(bench: Bench) -> None:
    title, text = "Train crash near Tolm: 12 dead", "Twelve people died when a train left the rails."
    bench.report(title, text, story=1, outlet="gull.example")
    before = bench.desk(None).preview(READER, 1)[1].text
    figures = tuple(
        Figure(
            said=Said(article=ArticleId(n), outlet=OutletId(n), place=0, text=said),
            written=said.split()[0],
            value=9.0 + 3 * (n - 1),
            at=NOON,
        )
        for n, said in ((1, "Nine people died when a train left the rails."), (2, text))
    )
    toll = Difference(kind=DifferenceKind.CONTRADICTION, of="died", figures=figures)
    with bench.storage.writing() as work:
        work.comparisons.put(StoryId(1), Comparison(of="1:model:older", differences=(toll,)))

    told = bench.desk(None).preview(READER, 1)[1].text

    assert "contradict" not in before
    line = "Outlets contradict each other: The Orsholm Lantern says nine died, gull.example says twelve."
    assert line in " ".join(told.split())


def test_digest_of_a_saved_search_is_not_widened_when_the_search_is_deleted(bench: Bench) -> None:
    outbox = OutboxMailer()
    desk = bench.desk(outbox)
    bench.report("Harbour bridge shut", "The bridge cracked.")
    with bench.storage.writing() as work:
        number = work.saved_searches.add(READER, name="Trains", query="train", token="t", now=NOON)
    only = Filters(searches=frozenset({number}))
    desk.change(replace(desk.schedule(READER, 1), filters=only))
    found = [item.headline for item in desk.preview(READER, 1)[0].selection.items]
    with bench.storage.writing() as work:
        work.saved_searches.remove(READER, number)

    bench.clock.at = DUE

    assert found == ["Train crash near Tolm: 9 dead"]
    assert bench.sender(outbox)() == DigestReport(skipped=1)
    overview = desk.overview(READER)
    assert [(overview.searched(one), overview.gone(one)) for one in overview.schedules] == [((), (number,))]
    desk.change(replace(desk.schedule(READER, 1), name="Still of the same"))


def test_search_of_nobody_or_of_another_reader_is_refused(bench: Bench) -> None:
    desk = bench.desk(None)
    only = Filters(searches=frozenset({SavedSearchId(7)}))
    with pytest.raises(DigestRefused, match="one of the saved searches is none of yours"):
        desk.change(replace(desk.schedule(READER, 1), filters=only))
    with pytest.raises(DigestRefused, match="one of the saved searches is none of yours"):
        desk.add(replace(desk.schedule(READER, 1), filters=only))


def test_schedule_of_another_reader_is_unknown(bench: Bench) -> None:
    desk = bench.desk(None)
    with pytest.raises(Exception, match="There is no digest 1"):
        desk.schedule(ReaderId(2), 1)
    with pytest.raises(Exception, match="There is no digest 1"):
        desk.remove_address(ReaderId(2), 1)


def test_changing_the_time_moves_the_next_slot_and_pausing_forgets_what_was_missed(bench: Bench) -> None:
    desk = bench.desk(None)
    desk.change(replace(desk.schedule(READER, 1), at=time(18, 0)))
    assert desk.schedule(READER, 1).next_at == NOON + timedelta(hours=5)
    desk.pause(READER, 1, is_paused=True)
    bench.clock.advance(days=3)
    desk.pause(READER, 1, is_paused=False)
    assert desk.schedule(READER, 1).next_at == NOON + timedelta(days=3, hours=5)


def test_folder_keeps_the_same_mail_once(tmp_path: Path, bench: Bench) -> None:
    bench.clock.at = DUE
    bench.sender(FolderMailer(folder=tmp_path / "mail"))()
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in file.read_bytes()
