"""Settings become services; the folder is proved writable; everything is closed at the end."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from aggregator.bootstrap import Services, open_database, open_model, opened
from aggregator.digests.mail import FolderMailer, SmtpMailer
from aggregator.domain.errors import (
    DatabaseUnusable,
    DataFolderUnusable,
    MailKeyUnusable,
    ModelUnusable,
    SettingsError,
)
from aggregator.feeds.poll import PollLimits
from aggregator.readers.endpoint import ChatEndpoint
from aggregator.settings import (
    AskSettings,
    DigestSettings,
    FeedSettings,
    LogSettings,
    Settings,
    StorySettings,
    setting_names,
    variable,
)
from tests.fakes import FrozenClock


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No variables of ours, and structlog as it was when the test ends."""
    for name, _, _ in setting_names():
        monkeypatch.delenv(variable(name), raising=False)
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def wired(settings: Settings, clock: FrozenClock) -> Services:
    """Return the services as they were wired, already closed."""
    with opened(settings, clock=clock) as services:
        return services


def test_settings_of_polling_reach_the_refresh(tmp_path: Path, clock: FrozenClock) -> None:
    feeds = FeedSettings(
        interval_minutes=20,
        min_interval_minutes=5,
        max_interval_hours=6,
        parallel=3,
        lease_seconds=77,
        deadline_seconds=9,
        max_megabytes=0.5,
        user_agent="Reader of Orsholm",
        allow_private_addresses=True,
    )
    services = wired(Settings(data=tmp_path, feeds=feeds), clock)
    refresh, fetcher = services.refresh, services.fetcher
    assert refresh.limits == PollLimits(
        default=timedelta(minutes=20), shortest=timedelta(minutes=5), longest=timedelta(hours=6)
    )
    assert (refresh.lease_for, refresh.batch, refresh.clock) == (timedelta(seconds=77), 12, clock)
    assert (fetcher.deadline, fetcher.max_bytes, fetcher.user_agent) == (9, 500_000, "Reader of Orsholm")
    assert fetcher.allow_private
    assert services.executor._max_workers == 3


def test_settings_of_stories_reach_the_build_and_the_pages(tmp_path: Path, clock: FrozenClock) -> None:
    stories = StorySettings(window_hours=30, idle_hours=20, batch=17, lease_seconds=60)
    services = wired(Settings(data=tmp_path, stories=stories), clock)
    build, reading = services.build, services.reading
    assert (build.window, build.batch, build.lease_for) == (timedelta(hours=30), 17, timedelta(seconds=60))
    assert build.idle == timedelta(hours=20)
    assert (reading.window, reading.model) == (timedelta(hours=30), build.embedder.model_id)


def test_settings_of_digests_reach_their_room(tmp_path: Path, clock: FrozenClock) -> None:
    password = tmp_path / "password"
    password.write_text("of the sluice\n")
    digests = DigestSettings(
        mail="smtp",
        site_url="https://news.orsholm.example/",
        sender="News <news@orsholm.example>",
        smtp_host="smtp.orsholm.example",
        smtp_port=465,
        smtp_security="tls",
        smtp_user="news",
        smtp_password_file=str(password),
        timeout_seconds=7,
        lease_seconds=90,
        give_up_hours=5,
        keep_days=3,
    )
    send = wired(Settings(data=tmp_path, digests=digests), clock).digests.send
    assert send.deliver is not None
    assert send.deliver.mailer == SmtpMailer(
        host="smtp.orsholm.example",
        port=465,
        security="tls",
        user="news",
        password="of the sluice",
        timeout=7,
    )
    assert (send.deliver.lease_for, send.make.lease_for) == (timedelta(seconds=90), timedelta(seconds=90))
    assert (send.deliver.give_up, send.keep) == (timedelta(hours=5), timedelta(days=3))
    assert send.make.press.render.site == "https://news.orsholm.example"
    assert send.make.press.sender == send.deliver.sender == "News <news@orsholm.example>"


def test_digests_leave_nowhere_by_default_and_link_to_the_address_of_the_pages(
    tmp_path: Path, clock: FrozenClock
) -> None:
    send = wired(Settings(data=tmp_path), clock).digests.send
    assert (send.deliver, send.make.is_mailing) == (None, False)
    assert send.make.press.render.site == "http://127.0.0.1:8080"


def test_mails_into_a_folder_lie_in_the_data_folder(tmp_path: Path, clock: FrozenClock) -> None:
    send = wired(Settings(data=tmp_path, digests=DigestSettings(mail="folder")), clock).digests.send
    assert send.deliver is not None
    assert send.deliver.mailer == FolderMailer(folder=tmp_path / "mail")


def test_mail_server_without_a_name_is_refused(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, digests=DigestSettings(mail="smtp"))
    with pytest.raises(SettingsError, match="smtp_host is empty"), opened(settings):
        pass


def test_password_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    digests = DigestSettings(mail="smtp", smtp_host="x", smtp_password_file=str(tmp_path / "none"))
    with (
        pytest.raises(MailKeyUnusable, match="No such file"),
        opened(Settings(data=tmp_path, digests=digests)),
    ):
        pass


def test_services_share_one_storage_clock_and_owner(tmp_path: Path, clock: FrozenClock) -> None:
    services = wired(Settings(data=tmp_path), clock)
    rooms = (services.refresh, services.subscribe, services.build, services.reading)
    assert {id(room.storage) for room in rooms} == {id(services.storage)}
    assert {id(room.clock) for room in rooms} == {id(clock)}
    assert services.refresh.owner == services.build.owner
    assert services.build.owner.endswith(f":{os.getpid()}")


def test_user_agent_of_ours_is_sent_when_none_is_set(tmp_path: Path, clock: FrozenClock) -> None:
    assert "Broadfold" in wired(Settings(data=tmp_path), clock).fetcher.user_agent


def test_folder_is_made_and_its_database_migrated(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with opened(Settings(data=folder)) as services:
        assert services.storage.check() == ()
        assert services.reading.is_new()
    assert (folder / "broadfold.db").is_file()


def test_everything_is_closed_at_the_end(tmp_path: Path, clock: FrozenClock) -> None:
    services = wired(Settings(data=tmp_path), clock)
    with pytest.raises(RuntimeError, match="after shutdown"):
        services.executor.submit(print)
    assert services.fetcher.client.is_closed
    assert sorted(file.name for file in tmp_path.iterdir()) == ["broadfold.db"]


def test_database_elsewhere_needs_no_data_folder(tmp_path: Path, clock: FrozenClock) -> None:
    settings = Settings(data=tmp_path / "none", database_url="sqlite:///:memory:")
    with opened(settings, clock=clock) as services:
        assert services.reading.is_new()
    assert not (tmp_path / "none").exists()


def test_opening_the_database_alone_does_not_migrate_it(tmp_path: Path) -> None:
    storage = open_database(Settings(data=tmp_path))
    assert storage.schema_revision() is None
    storage.close()


def test_data_folder_that_is_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.write_text("not a folder")
    with pytest.raises(DataFolderUnusable) as caught, opened(Settings(data=place)):
        pass
    assert (caught.value.folder, caught.value.reason) == (place, "File exists")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataFolderUnusable, match="Permission denied"), opened(Settings(data=tmp_path)):
        pass
    tmp_path.chmod(0o700)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broadfold.db").write_text("shopping list " * 100)
    with pytest.raises(DatabaseUnusable), opened(Settings(data=tmp_path)):
        pass


def test_model_folder_without_weights_is_refused_and_nothing_stays_open(tmp_path: Path) -> None:
    empty = tmp_path / "model"
    empty.mkdir()
    settings = Settings(data=tmp_path / "data", stories=StorySettings(model=str(empty)))
    with pytest.raises(ModelUnusable, match="no weights"), opened(settings):
        pass
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["broadfold.db"]


def test_model_is_named_without_being_loaded() -> None:
    assert open_model(Settings()).model_id.startswith("all-MiniLM-L6-v2/")


@pytest.mark.parametrize(("level", "lines"), [("info", 1), ("warning", 0)])
def test_log_goes_to_standard_error_from_its_level_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str, lines: int
) -> None:
    settings = Settings(data=tmp_path, log=LogSettings(level=level, format="json"))  # type: ignore[arg-type]
    with opened(settings):
        structlog.get_logger().info("stories built", articles=3)
    told = capsys.readouterr()
    assert (told.out, told.err.count('"event": "stories built"')) == ("", lines)


def test_without_an_endpoint_no_model_rewords_answers(tmp_path: Path, clock: FrozenClock) -> None:
    assert wired(Settings(data=tmp_path), clock).desk.ask.rephrase is None


def test_settings_of_questions_reach_the_endpoint_which_is_closed_at_the_end(
    tmp_path: Path, clock: FrozenClock
) -> None:
    (tmp_path / "key").write_text("secret\n")
    ask = AskSettings(
        endpoint="http://127.0.0.1:9/v1", model="small", key_file=str(tmp_path / "key"), timeout_seconds=7
    )
    rephrase = wired(Settings(data=tmp_path, ask=ask), clock).desk.ask.rephrase
    assert isinstance(rephrase, ChatEndpoint)
    assert (rephrase.address, rephrase.model, rephrase.key, rephrase.seconds) == (
        "http://127.0.0.1:9/v1",
        "small",
        "secret",
        7,
    )
    assert rephrase.client.is_closed


@pytest.mark.parametrize(
    "ask",
    [
        AskSettings(endpoint="http://127.0.0.1:9/v1"),
        AskSettings(endpoint="127.0.0.1:9/v1", model="small"),
        AskSettings(endpoint="http://127.0.0.1:9/v1", model="small", key_file="no-such-file"),
    ],
    ids=["no model", "no scheme", "no key"],
)
def test_an_endpoint_that_cannot_be_asked_is_refused_at_the_start(
    tmp_path: Path, clock: FrozenClock, ask: AskSettings
) -> None:
    with pytest.raises(SettingsError, match=r"table \[ask\]"):
        wired(Settings(data=tmp_path, ask=ask), clock)
