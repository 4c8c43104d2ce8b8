"""Stand-ins for the seams, simple enough to read in one go: each passes its seam's contract suite."""

import hashlib
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import ParamSpec, TypeVar

import numpy as np

from aggregator.digests.mail import Deferred, Delivery, Hand, Handed, Mail, Refused
from aggregator.domain.feeds import Failure, FetchFailed, FetchRequest, FetchResult

P = ParamSpec("P")
R = TypeVar("R")

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@dataclass
class FrozenClock:
    """A clock that stands still until a test moves it."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class InlineExecutor:
    """An executor that runs each call at once, in the caller's thread."""

    def submit(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        future: Future[R] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class HashedWords:
    """An embedder that adds one random direction a word: texts that share words are near."""

    dim: int = 64
    model_id: str = "hashed-words"
    encoded: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded.extend(texts)
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row] += _direction(word, self.dim)
            norm = float(np.linalg.norm(rows[row]))
            rows[row] = rows[row] / norm if norm else _direction("", self.dim)
        return rows


@lru_cache(maxsize=50_000)
def _direction(word: str, dim: int) -> np.ndarray:
    """Return the word's own unit row, float32[dim]; nobody writes into it."""
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    row = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    row /= np.float32(np.linalg.norm(row))
    row.flags.writeable = False
    return row


@dataclass
class ScriptedFetcher:
    """A fetcher that answers from a script: a list of answers for each address, the last one repeats."""

    script: dict[str, list[FetchResult]] = field(default_factory=dict)
    asked: list[FetchRequest] = field(default_factory=list)
    _left: dict[str, deque[FetchResult]] = field(default_factory=lambda: defaultdict(deque))

    def __call__(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        answers = self._left[request.url]
        if not answers:
            answers.extend(self.script.get(request.url, ()))
        if not answers:
            return FetchFailed(url=request.url, failure=Failure.NAME_UNKNOWN, detail="not in the script")
        return answers.popleft() if len(answers) > 1 else answers[0]


@dataclass
class OutboxMailer:
    """A mailer that keeps what it is handed; `answers` are the codes that it says first, then 250."""

    answers: list[str] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    tried: list[Mail] = field(default_factory=list)

    @contextmanager
    def session(self) -> Iterator[Hand]:
        yield self._hand

    def _hand(self, mail: Mail) -> Delivery:
        self.tried.append(mail)
        answer = self.answers.pop(0) if self.answers else "250"
        if answer.startswith("5"):
            return Refused(answer)
        if answer.startswith("4"):
            return Deferred(answer)
        self.mails.append(mail)
        return Handed()

    def tokens(self, what: str) -> list[str]:
        """Return the signed parts of the links of one kind in the mails that it was handed, each once."""
        whole = b"".join(mail.message for mail in self.tried).replace(b"=\r\n", b"")
        found = re.findall(rf"/digests/{what}/([\w-]+)".encode(), whole)
        return list(dict.fromkeys(one.decode() for one in found))

    def token(self, what: str) -> str:
        (found,) = self.tokens(what)
        return found
