"""A digest as a mail: parts, headers, size, signed links."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import cast

import pytest

from aggregator.digests.content import from_json, to_json
from aggregator.digests.keys import link_key, secret_of
from aggregator.digests.links import Deed, Purpose, read, sign
from aggregator.digests.message import address_of
from aggregator.digests.press import Press, Printed
from aggregator.digests.render import Render
from aggregator.digests.select import Differs, Extract, Told
from aggregator.domain.errors import DigestRefused, LinkExpired, MailKeyUnusable
from aggregator.domain.ids import ReaderId, ScheduleId
from tests.factories import make_article
from tests.fakes import NOON
from tests.unit.digests.items import make_digest, make_told
from tests.unit.digests.test_schedules import make_schedule

KEY = b"k" * 32
GOLDEN = Path(__file__).parents[2] / "golden"
PRESS = Press(
    render=Render(site="https://news.orsholm.example", site_name="Broadfold"),
    sender="Broadfold <news@orsholm.example>",
    key=lambda: KEY,
)


def stories(count: int, words: int = 12) -> list[Told]:
    text = "The harbour of Orsholm & its bridge stay shut" + " for another week" * (words // 3) + "."
    return [
        make_told(
            n,
            make_article(2 * n, f"Story {n} of the day", text, at=NOON - timedelta(hours=1)),
            make_article(2 * n + 1, f"Story {n} elsewhere", text, outlet=2, at=NOON - timedelta(hours=2)),
        )
        for n in range(1, count + 1)
    ]


def printed(told: list[Told], *, is_admin: bool = False, press: Press = PRESS) -> Printed:
    schedule = make_schedule(id=ScheduleId(3), name="Morning – news", secret="s")
    return press.digest(
        make_digest(*told),
        schedule,
        recipient="marta@orsholm.example",
        seed="s/2026-03-14T06:00",
        secret="unguessable",
        is_admin=is_admin,
        now=NOON,
    )


def parsed(mail: Printed) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(mail.message, policy=SMTP))


def part(mail: Printed, kind: str) -> str:
    body = parsed(mail).get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_headers_are_those_of_a_list_that_takes_one_click() -> None:
    head = dict(parsed(printed(stories(2))).items())
    token = sign(
        KEY,
        Deed(purpose=Purpose.UNSUBSCRIBE, reader=ReaderId(1), target=3),
        until=NOON + timedelta(days=60),
    )
    assert head == {
        "From": "Broadfold <news@orsholm.example>",
        "To": "marta@orsholm.example",
        "Subject": "Daily digest: Story 1 of the day",
        "Date": "Sat, 14 Mar 2026 12:00:00 +0000",
        "Message-ID": head["Message-ID"],
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<https://news.orsholm.example/digests/unsubscribe/{token}>, "
        "<mailto:news@orsholm.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "Broadfold: Morning – news <digest-3.news.orsholm.example>",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
        "Content-Type": head["Content-Type"],
    }
    assert re.fullmatch(r"<[0-9a-f]{32}@orsholm\.example>", head["Message-ID"])


def test_message_id_is_the_same_whenever_the_same_slot_is_made() -> None:
    assert printed(stories(1)).message_id == printed(stories(2)).message_id


def test_mail_is_ascii_lines_that_every_server_takes() -> None:
    mail = printed(stories(3)).message
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert parsed(printed(stories(3))).defects == []


def test_text_comes_first_and_both_parts_have_the_same_stories_in_the_same_order() -> None:
    mail = printed(stories(5), is_admin=True)
    kinds = [one.get_content_type() for one in parsed(mail).iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    pages = [
        list(dict.fromkeys(re.findall(r"/stories/(\d+)", part(mail, kind)))) for kind in ("plain", "html")
    ]
    assert pages == [["1", "2", "3", "4", "5"]] * 2
    links = [set(re.findall(r"/digests/do/([\w-]+)", part(mail, kind))) for kind in ("plain", "html")]
    assert links[0] == links[1]
    assert len(links[0]) == 15


def test_correcting_is_offered_to_admins_alone() -> None:
    assert len(set(re.findall(r"/digests/do/[\w-]+", part(printed(stories(1)), "html")))) == 2


def test_mail_that_is_too_long_loses_its_last_stories_and_says_so() -> None:
    mail = printed(stories(90, words=60))
    kept = len(mail.digest.selection.items)
    assert 20 < kept < 90
    assert len(mail.message) <= 100_000
    assert part(mail, "html").rstrip().endswith("</html>")
    assert f"+{2 + 90 - kept} more stories" in part(mail, "plain")
    assert [item.id for item in mail.digest.selection.items] == list(range(1, kept + 1))


def test_html_has_no_script_no_picture_and_nothing_from_elsewhere() -> None:
    html = part(printed(stories(2)), "html")
    assert not re.search(r"<(script|img|link|iframe|form)|url\(|@import", html)
    assert "prefers-color-scheme: dark" in html
    assert '<h3 style="' in html


def test_text_of_outlets_is_escaped_in_html_and_plain_in_text() -> None:
    nasty = make_told(1, make_article(1, '<script>alert("x")</script> & co', 'He said "<b>no</b>".'))
    mail = printed([nasty])
    assert "<script>" not in part(mail, "html")
    assert '<script>alert("x")</script> & co' in part(mail, "plain")


def test_digest_survives_being_kept_as_json() -> None:
    """It goes through text, as the database keeps it."""
    digest = make_digest(*stories(3))
    item = digest.selection.items[0]
    assert item.extracts[0] == Extract(
        text=item.extracts[0].text, outlet="The Orsholm Lantern", link="https://outlet1.example/2"
    )
    assert from_json(json.loads(json.dumps(to_json(digest)))) == digest


@pytest.mark.parametrize("kind", ["txt", "html"])
def test_digest_looks_as_it_did(kind: str) -> None:
    told = stories(2)
    line = Differs(
        text="Outlets contradict each other: The Orsholm Lantern says 9 killed, Dosht Times says 12."
    )
    told[0] = replace(told[0], item=replace(told[0].item, differs=line))
    rendered = PRESS.page(make_digest(*told, joined=1))
    made = rendered.text if kind == "txt" else rendered.html
    assert made == (GOLDEN / f"digest.{kind}").read_text(encoding="utf-8")


DEED = Deed(purpose=Purpose.READ, reader=ReaderId(4), target=2**40)


def test_link_says_what_it_was_signed_for() -> None:
    assert read(KEY, sign(KEY, DEED, until=NOON), now=NOON) == DEED


@pytest.mark.parametrize(
    "token",
    [
        sign(KEY, DEED, until=NOON - timedelta(seconds=1)),
        sign(b"x" * 32, DEED, until=NOON),
        "m" + sign(KEY, DEED, until=NOON)[1:],
        sign(KEY, DEED, until=NOON)[:-1],
        sign(KEY, DEED, until=NOON).replace("-4-", "-5-"),
        "",
        "r-1-1",
        "r-zz-1-1-aaaa",
        "é-1-1-1-1",
    ],
)
def test_link_that_is_old_changed_or_foreign_is_refused(token: str) -> None:
    with pytest.raises(LinkExpired):
        read(KEY, token, now=NOON)


@pytest.mark.parametrize(
    "text",
    ["", "marta", "marta@", "@orsholm.example", "Marta <m@orsholm.example>", "a@b.example, c@d.example",
     "m@orsholm.example\r\nBcc: x@y.example", "märta@orsholm.example", "m@orsholm", "a b@orsholm.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(DigestRefused, match="no mail address"):
        address_of(text)


def test_address_is_taken_without_the_blanks_around_it() -> None:
    assert address_of(" marta+news@orsholm.example ") == "marta+news@orsholm.example"


def test_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "digest-key"
    key = link_key(file)
    link_key.cache_clear()
    assert (link_key(file), len(key), file.stat().st_mode & 0o777) == (key, 32, 0o600)
    assert [one.name for one in file.parent.iterdir()] == ["digest-key"]


def test_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("not hexadecimal")
    with pytest.raises(MailKeyUnusable, match="it is no key"):
        link_key(file)
    with pytest.raises(MailKeyUnusable, match="No such file"):
        secret_of(tmp_path / "missing")
