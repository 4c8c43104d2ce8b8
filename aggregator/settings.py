"""Typed settings: the one home of every default. Read from a TOML file and the environment.

`broadfold.toml` lies in the data folder (or where BROADFOLD_CONFIG points); an environment variable
such as BROADFOLD_FEEDS__INTERVAL_MINUTES wins over the file. Unknown names are refused with the name
that was probably meant. Only `bootstrap.py` reads settings; every room gets its numbers from there.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from aggregator.domain.errors import SettingsError

ENV_PREFIX = "BROADFOLD_"
BESIDE_SETTINGS = frozenset({"BROADFOLD_CONFIG", "BROADFOLD_CORPUS"})
"""Variables of ours that are not settings: where the file lies, and the tests' real data."""


def _listed(value: object) -> object:
    """Return the words of a list as an environment variable writes it, "a, b"."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


class Section(BaseModel):
    """A table of the settings file; unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WebSettings(Section):
    """Where and how the pages are served."""

    host: str = Field(
        default="127.0.0.1", description="Address to listen on; any but a loopback one needs an account."
    )
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    site_name: str = Field(default="Broadfold", description="Name at the top of every page.")
    time_zone: str = Field(
        default="",
        description="IANA zone for times on pages, such as Pacific/Auckland; empty is the machine's.",
    )
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(
        default=(),
        description="Host names, beside loopback, that requests may be addressed to; a variable separates "
        "them by commas.",
    )
    trusted_proxy: str = Field(
        default="",
        description="Address of a reverse proxy whose word on https and on the reader's address is taken.",
    )
    threads: int = Field(default=4, ge=1, le=64, description="Threads that answer requests.")


class FeedSettings(Section):
    """How feeds are polled."""

    interval_minutes: float = Field(default=30, ge=1, description="Minutes between two polls of a feed.")
    min_interval_minutes: float = Field(
        default=10, gt=0, description="No feed is polled more often than this."
    )
    max_interval_hours: float = Field(
        default=24, gt=0, description="Longest wait after failures or at a feed's own wish."
    )
    deadline_seconds: float = Field(
        default=30, gt=0, description="Total time one fetch may take, redirects and body included."
    )
    max_megabytes: float = Field(default=8, gt=0, description="Largest feed that is read, unpacked.")
    parallel: int = Field(default=16, ge=1, le=256, description="Feeds fetched at the same time.")
    lease_seconds: float = Field(
        default=180, gt=0, description="How long a poll may hold a feed; after a crash it is free again then."
    )
    allow_private_addresses: bool = Field(
        default=False, description="Whether feeds on this machine or the local network may be fetched."
    )
    user_agent: str = Field(default="", description="User-Agent to send; empty is Broadfold's own.")


class StorySettings(Section):
    """How articles become stories."""

    model: str = Field(
        default="all-MiniLM-L6-v2",
        description="Embedding model: a sentence-transformers name, or a folder on this machine.",
    )
    window_hours: float = Field(
        default=96, gt=0, description="Articles younger than this are grouped together."
    )
    idle_hours: float = Field(
        default=72,
        gt=0,
        description="A story without a report for longer is closed; a later report opens a follow-up.",
    )
    topics_file: str = Field(
        default="",
        description="TOML file of the topics, the sections of the front page; empty is Broadfold's own.",
    )
    batch: int = Field(default=256, ge=1, description="Articles embedded and stored at a time.")
    lease_seconds: float = Field(
        default=900,
        gt=0,
        description="How long one build may hold the right to group; after a crash it is free again then.",
    )


class AskSettings(Section):
    """Questions about the coverage. Without an endpoint, nothing leaves this machine."""

    endpoint: str = Field(
        default="",
        description="Address of an OpenAI-compatible service that may reword found sentences; empty is none.",
    )
    model: str = Field(default="", description="Name of the model there.")
    key_file: str = Field(
        default="", description="File that holds the key for it; empty when none is needed."
    )
    timeout_seconds: float = Field(
        default=20, gt=0, description="Total time that one answer of the service may take."
    )


class ScheduleSettings(Section):
    """How often the scheduler looks for work. What is due is decided by the database."""

    refresh_seconds: float = Field(
        default=30, gt=0, description="Seconds between two looks for feeds that are due."
    )
    build_seconds: float = Field(
        default=60,
        gt=0,
        description="Seconds between two looks for articles to group; after news it is done at once.",
    )
    digest_seconds: float = Field(
        default=30, gt=0, description="Seconds between two looks for digests and mails that are due."
    )
    own_process: bool = Field(
        default=True,
        description="Whether polling, grouping and sending run in a process of their own, which gives way to "
        "the pages; false saves the memory of a second Python.",
    )


class DigestSettings(Section):
    """Digests by mail."""

    mail: Literal["off", "smtp", "folder"] = Field(
        default="off", description="How mails leave: by a server, as .eml files into a folder, or not at all."
    )
    site_url: str = Field(
        default="",
        description="Address of the pages for links in mails, such as https://news.example.org; empty is "
        "web.host and web.port.",
    )
    sender: str = Field(
        default="Broadfold <broadfold@localhost>", description="Mailbox that mails come from."
    )
    folder: str = Field(default="", description="Folder for .eml files; empty is mail in the data folder.")
    smtp_host: str = Field(default="", description="Name of the mail server.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is secured; none is for a server on this machine."
    )
    smtp_user: str = Field(default="", description="Name to log in with; empty is no login.")
    smtp_password_file: str = Field(default="", description="File whose first line is the password.")
    smtp_ca_file: str = Field(
        default="", description="PEM file of certificates to trust; empty trusts those of the system."
    )
    timeout_seconds: float = Field(default=30, gt=0, description="Longest wait for an answer of the server.")
    dkim_key_file: str = Field(
        default="", description="PEM file of the key to sign with; empty does not sign."
    )
    dkim_selector: str = Field(default="broadfold", description="Name of the key in the DNS.")
    key_file: str = Field(
        default="", description="File of the key that signs links; empty is digest-key in the data folder."
    )
    keep_days: float = Field(default=90, gt=0, description="Days that past editions stay readable.")
    give_up_hours: float = Field(
        default=72, gt=0, description="Hours after which an unsent mail is given up."
    )
    lease_seconds: float = Field(
        default=300, gt=0, description="How long a process may hold a digest; after a crash it is free then."
    )


class LogSettings(Section):
    """What is written to the log (standard error)."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is written."
    )
    format: Literal["console", "json"] = Field(
        default="console", description="For people, or one JSON object a line."
    )


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        enable_decoding=False,  # lists are words with commas, not JSON
        extra="forbid",
        frozen=True,
    )

    data: Path = Field(default=Path("data"), description="Folder of the database; made when missing.")
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database; empty is broadfold.db in the data folder.",
    )
    web: WebSettings = WebSettings()
    feeds: FeedSettings = FeedSettings()
    stories: StorySettings = StorySettings()
    ask: AskSettings = AskSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    digests: DigestSettings = DigestSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (pydantic calls it with these names)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose values arrive as arguments."""
        return (env_settings, init_settings)

    def storage_url(self) -> str:
        """Return the address of the database."""
        return self.database_url or f"sqlite:///{self.data / 'broadfold.db'}"

    def site_url(self) -> str:
        """Return the address of the front page for links from outside, without a slash at its end."""
        if self.digests.site_url:
            return self.digests.site_url.rstrip("/")
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return f"http://{host}:{self.web.port}"

    def own_pairs(self) -> Path:
        """Return the labelled file that the reader's own corrections make."""
        return self.data / "own-pairs.jsonl"


def load_settings(environ: Mapping[str, str] | None = None, *, file: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: the environment to check for unknown names; the process's own by default.
        file: the TOML file; BROADFOLD_CONFIG, else broadfold.toml in the data folder, by default.

    Raises:
        SettingsError: a name is unknown, a value cannot be used, or the named file cannot be read.
    """
    environ = os.environ if environ is None else environ
    unknown = list(_unknown_variables(environ))
    if unknown:
        raise SettingsError(unknown, "the environment")
    path = file or settings_file(environ)
    values = _read(path, must_exist=file is not None or "BROADFOLD_CONFIG" in environ)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_problems(error), _source(path)) from error


def settings_file(environ: Mapping[str, str]) -> Path:
    """Return where the settings file is looked for."""
    if "BROADFOLD_CONFIG" in environ:
        return Path(environ["BROADFOLD_CONFIG"])
    return Path(environ.get("BROADFOLD_DATA", "data")) / "broadfold.toml"


def setting_names(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield (dotted name, description, default) of every setting, in the file's order."""
    for name, info in model.model_fields.items():
        if isinstance(info.default, Section):
            yield from setting_names(type(info.default), f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", info.description or "", info.default


def variable(name: str) -> str:
    """Return the environment variable of a dotted setting name."""
    return ENV_PREFIX + name.replace(".", "__").upper()


def _unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    known = {variable(name) for name, _, _ in setting_names()} | BESIDE_SETTINGS
    for name in sorted(environ):
        if name.startswith(ENV_PREFIX) and name.upper() not in known:
            yield f"there is no setting {name}{_perhaps(name, known)}"


def _perhaps(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _read(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        if must_exist:
            raise SettingsError(["the file does not exist"], str(path)) from error
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"the file is not TOML ({error})"], str(path)) from error
    except OSError as error:
        raise SettingsError([f"the file cannot be read ({error.strerror})"], str(path)) from error


def _problems(error: ValidationError) -> list[str]:
    known = {name for name, _, _ in setting_names()}
    sections = {name.rsplit(".", 1)[0] for name in known if "." in name}
    problems = []
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            problems.append(f"there is no setting {name}{_perhaps(name, known | sections)}")
        else:
            problems.append(f"{name} is {item['input']!r}: {item['msg'][:1].lower()}{item['msg'][1:]}")
    return problems


def _source(path: Path) -> str:
    return f"{path} and the environment" if path.exists() else "the environment"


def value_of(settings: Settings, name: str) -> Any:
    """Return the value of a dotted setting name."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value
