"""`broadfold people`: accounts from the command line, and no pages for other machines without one."""

import json

import pytest
from click.testing import CliRunner

from aggregator.bootstrap import opened
from aggregator.cli import broadfold
from aggregator.settings import load_settings
from web.wsgi import is_loopback, site

SECRET = "correct horse battery\n"


@pytest.fixture
def say(folder):
    """Run `broadfold people` with these words and this standard input."""

    def run(*words, stdin=SECRET):
        return CliRunner().invoke(broadfold, ["people", *words], input=stdin, catch_exceptions=False)

    return run


def check(name, password):
    with opened(load_settings()) as services:
        return services.people.accounts.check(name, password, address="").name


def test_first_account_is_an_admin_and_later_ones_readers(say):
    first = say("add", "Ada", "--password-stdin")
    second = say("add", "Ben", "--password-stdin")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Made an account for Ada, an admin.\nIt has everything" in first.output
    assert second.output == "Made an account for Ben, a reader.\n"
    listed = json.loads(say("list", "--json").output)
    assert [(one["name"], one["role"], one["sessions"]) for one in listed] == [
        ("Ada", "admin", 0),
        ("Ben", "reader", 0),
    ]
    assert check("ada", "correct horse battery") == "Ada"


def test_password_is_asked_for_twice_and_not_shown(say):
    result = say("add", "Ada", stdin=SECRET * 2)

    assert result.exit_code == 0
    assert "correct horse" not in result.output
    assert check("Ada", "correct horse battery") == "Ada"


def test_password_is_no_argument(say):
    assert say("add", "Ada", "correct horse battery").exit_code == 2
    assert say("add", "Ada", "--password", "correct horse battery").exit_code == 2


def test_new_password_is_set_and_ends_the_sessions(say):
    say("add", "Ada", "--password-stdin")
    with opened(load_settings()) as services:
        services.people.sessions.start(services.people.accounts.named("Ada").id)

    result = say("password", "ada", "--password-stdin", stdin="another secret\n")

    assert result.output == "Ada has a new password, and has to log in again everywhere.\n"
    assert check("Ada", "another secret") == "Ada"
    assert json.loads(say("list", "--json").output)[0]["sessions"] == 0


def test_account_is_removed_after_a_question(say):
    say("add", "Ada", "--password-stdin")
    say("add", "Ben", "--password-stdin")

    assert say("remove", "Ben", stdin="n\n").exit_code == 1
    assert say("remove", "Ben", stdin="y\n").output.endswith("Removed Ben.\n")
    assert "Ben" not in say("list").output


def test_invitation_is_a_link_to_the_pages(say, monkeypatch):
    say("add", "Ada", "--password-stdin")
    monkeypatch.setenv("BROADFOLD_WEB__ALLOWED_HOSTS", "news.example.org")

    link = say("invite").output.strip()

    assert link.startswith("https://news.example.org/invitation/")
    with opened(load_settings()) as services:
        assert services.people.invitations.look(link.rsplit("/", 1)[1]).role == "reader"


def test_token_is_printed_once(say):
    say("add", "Ada", "--password-stdin")

    token = say("token", "Ada", "Notes").output.strip()

    with opened(load_settings()) as services:
        assert services.people.api_tokens.reader(token).name == "Ada"


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        (("add", "Ada", "--password-stdin"), "short\n", "at least 10 characters"),
        (("add", " ", "--password-stdin"), SECRET, "a name with at least one letter"),
        (("password", "Nobody", "--password-stdin"), SECRET, "There is no account called 'Nobody'."),
        (("remove", "Nobody", "--yes"), "", "There is no account called 'Nobody'."),
        (("token", "Nobody", "Notes"), "", "There is no account called 'Nobody'."),
        (("invite",), "", "nobody can be invited before there is an account"),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2_and_a_sentence(say, words, stdin, said):
    result = say(*words, stdin=stdin)

    assert (result.exit_code, said in result.stderr, "Traceback" in result.output) == (2, True, False)


def test_last_admin_stays(say):
    say("add", "Ada", "--password-stdin")

    result = say("remove", "Ada", "--yes")

    assert (result.exit_code, "Ada is the only admin" in result.stderr) == (2, True)


def test_nobody_has_an_account_at_first(say):
    assert "Make one with `broadfold people add NAME`." in say("list").output


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "news.example.org", ""])
def test_pages_are_not_opened_to_other_machines_without_an_account(type_, host):
    result = type_("run", "--host", host, "--port", "0", "--starter", "none.opml")

    assert result.exit_code == 2
    assert "there is no account. Make one with `broadfold people add NAME`" in result.stderr


def test_pages_are_opened_to_other_machines_once_there_is_an_account(say, monkeypatch):
    say("add", "Ada", "--password-stdin")
    monkeypatch.setenv("BROADFOLD_WEB__HOST", "0.0.0.0")

    with opened(load_settings()) as services:
        client = site(services, refresh_soon=lambda: None).test_client()

    assert (is_loopback("0.0.0.0"), is_loopback("127.0.0.2"), is_loopback("localhost")) == (False, True, True)
    assert client.get("/static/favicon.svg", buffered=True).status_code == 200
