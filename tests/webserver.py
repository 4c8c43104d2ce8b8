"""A small web server on 127.0.0.1 that answers from a script and remembers what it was asked."""

import gzip
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

DRIP_PAUSE = 0.02
"""Seconds between two pieces of a dripping answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as the server saw it; header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `drip` sends the body for ever, a piece at a time; `cut` promises more than it sends."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: bool = False
    drip_headers: bool = False
    cut: bool = False


Reply = Answer | Callable[[Asked], Answer]


def gzipped(body: bytes, **headers: str) -> Answer:
    return Answer(body=gzip.compress(body), headers={"Content-Encoding": "gzip", **headers})


def redirect(target: str, status: int = 301) -> Answer:
    return Answer(status=status, headers={"Location": target})


def document(body: bytes, *, etag: str | None = None, last_modified: str | None = None) -> Reply:
    """Return a reply that answers 304 to the validators it gave (RFC 9110 13.2.2: ETag goes first)."""
    given = {"ETag": etag, "Last-Modified": last_modified}
    headers = {name: value for name, value in given.items() if value is not None}

    def reply(asked: Asked) -> Answer:
        if etag is not None and "if-none-match" in asked.headers:
            known = asked.headers["if-none-match"] == etag
        else:
            known = last_modified is not None and asked.headers.get("if-modified-since") == last_modified
        return Answer(status=304, headers=headers) if known else Answer(body=body, headers=headers)

    return reply


@dataclass
class WebServer:
    """Answers by path, each path's last answer repeats; 404 where nothing is scripted."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    _script: dict[str, deque[Reply]] = field(default_factory=lambda: defaultdict(deque))
    _lock: Lock = field(default_factory=Lock)

    def serve(self, path: str, *replies: Reply) -> str:
        """Script the answers of a path anew and return its address."""
        with self._lock:
            self._script[path] = deque(replies)
        return self.url + path

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        with self._lock:
            return sum(asked.path == path for asked in self.asked)

    def answer(self, asked: Asked) -> Answer:
        """Take the next answer of the script."""
        with self._lock:
            self.asked.append(asked)
            replies = self._script.get(asked.path)
            if not replies:
                return Answer(status=404, body=b"nothing here")
            reply = replies.popleft() if len(replies) > 1 else replies[0]
        return reply(asked) if callable(reply) else reply


class Listener(ThreadingHTTPServer):
    """The listening socket; `script` answers."""

    daemon_threads = True
    script: WebServer


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def do_GET(self) -> None:
        self.reply(b"")

    def do_POST(self) -> None:
        self.reply(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def reply(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.script.answer(Asked(path=self.path, headers=headers, body=body))
        try:
            self.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        if answer.drip_headers:
            self.flush_headers()
            self.drip(b"X-Slow: yes\r\n")
            return
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.drip:
            self.end_headers()
            self.drip(b" ")
            return
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body) + (100 if answer.cut else 0)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = self.close_connection or answer.cut

    def drip(self, piece: bytes) -> None:
        self.close_connection = True
        while not self.server.script.closing.wait(DRIP_PAUSE):
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Serve on a free port of 127.0.0.1 until the block ends; every thread has ended then."""
    server = WebServer()
    listener = Listener(("127.0.0.1", 0), Handler)
    listener.script = server
    server.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = Thread(target=listener.serve_forever, args=(0.02,), name="web-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.shutdown()
        thread.join()
        listener.server_close()
