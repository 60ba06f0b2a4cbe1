"""The mailboxes on a CouchDB server, through python-cloudant: its only importer.

That client is at the end of its life and blocks for ever unless told otherwise, so everything it does happens here, with a timeout, and its errors
leave as those of `sync.errors`.
"""

import json
import queue
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import requests

from sync.domain.judge import Document
from sync.errors import MailboxesUnavailable, NoSuchDocument, NoSuchMailbox, SyncError
from sync.ports import Change, Changes, Written

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="The module cloudant is now deprecated", category=DeprecationWarning)
    from cloudant.client import CouchDB
    from cloudant.database import CouchDatabase

CLIENTS = 10
CHECKPOINT = ("_local", "doorstep-merge")
ADMINS_ONLY = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [], "roles": ["_admin"]}}

# What a 404 says of a database that is not there, rather than of a document in it: CouchDB 3, and 2.
_NO_DATABASE = ("Database does not exist.", "no_db_file")
# Busy, starting, or behind a proxy that cannot reach it: try again.
_TOO_BUSY = frozenset({408, 429, 500, 502, 503, 504})


class CouchMailboxes:
    """`sync.ports.Mailboxes` on the CouchDB 3.x, single or clustered, at `url`, which carries the administrator's name and password.

    Safe to use from threads and greenlets: at most ten clients are made, when first needed, and each serves one call at a time.
    `timeout` is how many seconds to wait for a connection and, on it, for the next bytes.
    """

    def __init__(self, url: str, *, timeout: tuple[float, float] = (5, 60)) -> None:
        parts = urlsplit(url)
        self._host = parts.netloc.rpartition("@")[2]
        self._address = f"{parts.scheme}://{self._host}{parts.path.rstrip('/')}"
        self._credentials = (parts.username and unquote(parts.username), parts.password and unquote(parts.password))
        self._timeout = timeout
        self._idle: queue.LifoQueue[CouchDB] = queue.LifoQueue()
        self._free = threading.BoundedSemaphore(CLIENTS)

    def reachable(self) -> None:
        """Return when the server answers and takes our password; otherwise raise MailboxesUnavailable with one line that says why not."""
        with self._client("") as client:
            _checked(client.r_session.get(f"{self._address}/_all_dbs", params={"limit": 1}))

    def create(self, name: str) -> bool:
        """See `sync.ports.Mailboxes`. Of two that create it at once one gets True, and both find it closed to everybody but the administrator."""
        with self._client(name) as client:
            made = client.r_session.put(self._url(name), params={"q": 1})
            if made.status_code != 412:
                _checked(made)
            secured = client.r_session.put(self._url(name, "_security"), json=ADMINS_ONLY)
            if secured.status_code == 404:
                raise MailboxesUnavailable(f"{name} is not there yet on the node of the cluster that was asked, or was just deleted")
            _checked(secured)
            return bool(made.status_code != 412)

    def delete(self, name: str) -> None:
        """See `sync.ports.Mailboxes`."""
        with self._client(name) as client:
            gone = client.r_session.delete(self._url(name))
            if gone.status_code != 404:
                _checked(gone)

    def changes(self, name: str, since: str, limit: int) -> Changes:
        """See `sync.ports.Mailboxes`. `pending` may be too high where documents were written several times; it is 0 exactly when nothing is left."""
        query = {"since": since, "limit": limit, "include_docs": "true", "conflicts": "true"}
        with self._client(name) as client:
            answer = _checked(client.r_session.get(self._url(name, "_changes"), params=query)).json()
        return Changes(tuple(_change(row) for row in answer["results"]), str(answer["last_seq"]), answer["pending"])

    def write(self, name: str, documents: Sequence[Document]) -> list[Written]:
        """See `sync.ports.Mailboxes`."""
        if not documents:
            return []
        with self._client(name) as client:
            answers = CouchDatabase(client, name).bulk_docs(list(documents))
        return [Written(answer["id"], answer.get("rev"), answer.get("error")) for answer in answers]

    def revisions(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        """See `sync.ports.Mailboxes`."""
        if not ids:
            return {}
        with self._client(name) as client:
            rows = CouchDatabase(client, name).all_docs(keys=list(ids))["rows"]
        return {row["id"]: row["value"]["rev"] for row in rows if "error" not in row and not row["value"].get("deleted")}

    def attachment(self, name: str, document_id: str, attachment: str) -> bytes:
        """See `sync.ports.Mailboxes`."""
        with self._client(name) as client:
            content: bytes = _checked(client.r_session.get(self._url(name, document_id, attachment))).content
            return content

    def checkpoint(self, name: str) -> str:
        """See `sync.ports.Mailboxes`."""
        try:
            kept = self._kept(name)
        except NoSuchDocument:
            return "0"
        return str(kept["since"])

    def keep_checkpoint(self, name: str, since: str) -> None:
        """See `sync.ports.Mailboxes`. The last to write wins, as with every local document."""
        body = {"since": since}
        with self._client(name) as client:
            answer = client.r_session.put(self._url(name, *CHECKPOINT), json=body)
            if answer.status_code != 409:
                _checked(answer)
                return
        rev = self._kept(name)["_rev"]
        with self._client(name) as client:
            _checked(client.r_session.put(self._url(name, *CHECKPOINT), json={**body, "_rev": rev}))

    def _kept(self, name: str) -> Document:
        with self._client(name) as client:
            kept: Document = _checked(client.r_session.get(self._url(name, *CHECKPOINT))).json()
            return kept

    def _url(self, *parts: str) -> str:
        return "/".join((self._address, *(quote(part, safe="") for part in parts)))

    @contextmanager
    def _client(self, name: str) -> Iterator[CouchDB]:
        """A client for one call about the database `name`, whose errors leave as ours."""
        if not self._free.acquire(timeout=sum(self._timeout)):
            raise MailboxesUnavailable(f"all {CLIENTS} connections to CouchDB at {self._host} are busy")
        try:
            client = self._take()
            try:
                yield client
            finally:
                self._idle.put(client)
        except requests.HTTPError as error:
            raise self._meaning(error.response, name) from error
        except json.JSONDecodeError as error:
            raise MailboxesUnavailable(f"what answers at {self._host} is not CouchDB: it sends something else than JSON") from error
        except requests.RequestException as error:
            raise MailboxesUnavailable(f"CouchDB at {self._host} {_why(error, self._timeout)}") from error
        finally:
            self._free.release()

    def _take(self) -> CouchDB:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            user, password = self._credentials
            # Basic rather than cookie: nothing expires, and making a client asks the server nothing.
            client = CouchDB(user, password, url=self._address, use_basic_auth=True, timeout=self._timeout)
            client.connect()
            # Neither a proxy nor a password from the environment has any business between us and our database; looking for them costs more than the call.
            client.r_session.trust_env = False
            return client

    def _meaning(self, answer: requests.Response, name: str) -> SyncError:
        said = _said(answer)
        if answer.status_code in _TOO_BUSY:
            return MailboxesUnavailable(f"CouchDB at {self._host} is too busy or not ready: {answer.status_code} {said}".rstrip(), _retry_after(answer))
        if answer.status_code in (401, 403):
            return MailboxesUnavailable(f"CouchDB at {self._host} refuses the name and password of its URL: {said}")
        if answer.status_code == 404:
            return NoSuchMailbox(name) if said in _NO_DATABASE else NoSuchDocument(f"{answer.url}: {said}")
        return SyncError(f"CouchDB at {self._host} answered {answer.status_code} {said} to {answer.request.method} {answer.url}")


def _checked(answer: requests.Response) -> requests.Response:
    answer.raise_for_status()
    return answer


def _change(row: dict[str, Any]) -> Change:
    document = row["doc"]
    losers = tuple(document.pop("_conflicts", ())) if document else ()
    return Change(row["id"], row["changes"][0]["rev"], row.get("deleted", False), document, losers)


def _said(answer: requests.Response) -> str:
    """CouchDB's reason, or nothing when it was somebody else who answered."""
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return ""


def _retry_after(answer: requests.Response) -> int:
    given = answer.headers.get("Retry-After", "")
    return int(given) if given.isdecimal() else 1


def _why(error: requests.RequestException, timeout: tuple[float, float]) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"takes no connection within {timeout[0]:g} s"
    if isinstance(error, requests.Timeout):
        return f"does not answer within {timeout[1]:g} s"
    return "cannot be reached, or hung up"
