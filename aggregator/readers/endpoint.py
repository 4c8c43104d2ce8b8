"""Ask an OpenAI-compatible endpoint of the reader's choice for a wording; off unless settings name one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregator.clock import Clock
from aggregator.domain.errors import SettingsError
from aggregator.readers.rephrase import Extract, NotRephrased, messages

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 200_000
"""Of an answer; a good one has two thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatEndpoint:
    """A model behind `POST <address>/chat/completions`. `seconds` bound the whole of an answer."""

    client: "httpx2.Client"
    clock: Clock
    address: str
    model: str
    key: str = ""
    seconds: float = 20.0

    def __call__(self, question: str, extracts: Sequence[Extract]) -> str | NotRephrased:
        """Return what the model answers, or why it does not."""
        import httpx2

        try:
            body = self._asked(question, extracts)
        except httpx2.TimeoutException:
            return NotRephrased(reason=f"it gave no whole answer within {self.seconds:g} seconds")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            return NotRephrased(reason="it could not be reached")
        return body if isinstance(body, NotRephrased) else _content(body)

    def _asked(self, question: str, extracts: Sequence[Extract]) -> bytes | NotRephrased:
        import httpx2

        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        asked = {"model": self.model, "messages": messages(question, extracts), "temperature": 0}
        url = f"{self.address.rstrip('/')}/chat/completions"
        ends = self.clock.monotonic() + self.seconds
        with self.client.stream(
            "POST", url, json=asked, headers=headers, timeout=self.seconds, follow_redirects=False
        ) as answer:
            if answer.status_code != 200:
                return NotRephrased(reason=f"it answered with status {answer.status_code}")
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    return NotRephrased(reason="its answer was too large")
                if self.clock.monotonic() > ends:
                    raise httpx2.ReadTimeout("the time for this answer is up")
        return body


def open_endpoint(
    clock: Clock, *, address: str, model: str, key_file: Path | None, seconds: float
) -> ChatEndpoint:
    """Return the model that may reword answers; nothing is connected yet.

    Raises:
        SettingsError: the address or the model's name is missing or wrong, or the key cannot be read.
    """
    if not address.startswith(("http://", "https://")) or not model:
        problem = "ask.endpoint needs an address that begins with http:// or https://, and ask.model a name"
        raise SettingsError([problem], "the table [ask]")
    try:
        key = key_file.read_text(encoding="utf-8").strip() if key_file else ""
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file {key_file} of ask.key_file cannot be read"
        raise SettingsError([problem], "the table [ask]") from error
    import httpx2

    return ChatEndpoint(
        client=httpx2.Client(trust_env=False),
        clock=clock,
        address=address,
        model=model,
        key=key,
        seconds=seconds,
    )


def _content(body: bytes) -> str | NotRephrased:
    try:
        told: Any = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError):
        told = None
    if not isinstance(told, str):
        return NotRephrased(reason="its answer was not in the form of a chat completion")
    return told
