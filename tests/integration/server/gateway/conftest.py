"""A CouchDB that answers what it is told to and remembers what it was asked."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Couch:
    """Answers in the order they were put into `answers` as (status, headers, body); when there are none left, 200 and an empty object.

    Status 0 is no answer: the connection breaks off.
    """

    heard: list[Heard] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)

    def will_say(self, status: int, body: object, **headers: str) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, given, body if isinstance(body, bytes) else json.dumps(body).encode()))


@pytest.fixture
def couch() -> Couch:
    return Couch()


@pytest.fixture
def couchdb_address(couch: Couch) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            couch.heard.append(Heard(self.command, self.path, {name.title(): value for name, value in self.headers.items()}, body))
            status, headers, said = couch.answers.popleft() if couch.answers else (200, {}, b"{}")
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(said)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://admin:se%40cret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
