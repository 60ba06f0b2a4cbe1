"""The way from the door to CouchDB: one pool of connections, bounded times, answers streamed."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlencode, urlsplit

import urllib3
from flask import current_app
from urllib3.exceptions import HTTPError

from server.context import doorstep
from server.gateway.errors import Busy

_CHUNK = 64 * 1024
# A change feed may be silent for a whole long poll; nothing else takes nearly as long.
_PATIENCE = urllib3.Timeout(connect=5, read=75)
_KEPT_OPEN = 64
# Everything else is between two neighbours (RFC 9110, 7.6.1), about CouchDB's own sessions, or ours to say.
_PASSED_ON = ("Accept", "Accept-Encoding", "Content-Type", "If-Match", "If-None-Match", "Range")
_PASSED_BACK = (
    "Accept-Ranges", "Cache-Control", "Content-Encoding", "Content-Length", "Content-MD5", "Content-Range", "Content-Type", "ETag", "Retry-After",
)  # fmt: skip


class Upstream:
    """The CouchDB server at a URL, credentials included."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
        self._root = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path.rstrip('/')}"
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
        self._headers = urllib3.make_headers(basic_auth=credentials)
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=_KEPT_OPEN, retries=False, timeout=_PATIENCE)

    def ask(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes | None) -> "Answer":
        """Ask CouchDB; the answer's body is still to be read. Raises `Busy` when it cannot be reached or does not answer in time."""
        passed = {name: headers[name] for name in _PASSED_ON if name in headers}
        url = f"{self._root}{path}?{urlencode(query)}" if query else f"{self._root}{path}"
        try:
            response = self._pool.request(
                method, url, body=body, headers={**passed, **self._headers}, preload_content=False, decode_content=False, redirect=False
            )
        except HTTPError as error:
            raise Busy() from error
        return Answer(response)


class Answer:
    """What CouchDB answered. `whole` or `chunks` reads its body; `close` gives the connection up when neither came to its end."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self._response = response
        self._whole: bytes | None = None
        self.status = response.status
        self.headers = {name: response.headers[name] for name in _PASSED_BACK if name in response.headers}

    def whole(self) -> bytes:
        """The body at once, for answers known to be small; `chunks` gives it once more. Raises `Busy` when it is cut off."""
        if self._whole is None:
            try:
                self._whole = self._response.read(decode_content=False)
            except HTTPError as error:
                raise Busy() from error
            finally:
                self._response.release_conn()
        return self._whole

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes. When CouchDB breaks off this raises, and the client's connection breaks off too: nobody takes half for the whole."""
        if self._whole is not None:
            yield self._whole
            return
        yield from self._response.stream(_CHUNK, decode_content=False)
        self._response.release_conn()

    def close(self) -> None:
        """Let the connection go; one that was not read to its end is of no further use and is closed."""
        self._response.close()


def upstream() -> Upstream:
    """This process's own."""
    extensions = current_app.extensions
    if "doorstep.upstream" not in extensions:
        extensions["doorstep.upstream"] = Upstream(doorstep.config.couchdb_url)
    found: Upstream = extensions["doorstep.upstream"]
    return found
