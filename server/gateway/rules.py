"""What the door lets through: pure, from a method and the path as it was sent to what is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote, unquote_to_bytes

from server.gateway.errors import BadRequest, NotAdmitted

MB = 1024 * 1024
LARGEST_BULK = 32 * MB
LARGEST_QUESTION = 8 * MB
LARGEST_DOCUMENT = 1 * MB
# A little under the minute after which the usual proxies give a silent connection up.
LONGEST_POLL_MS = 55_000
MERGE_CHECKPOINT = "_local/doorstep-merge"
DATABASES = ("mailbox", "photos")

Kind = Literal["database", "changes", "question", "bulk", "commit", "local", "document", "attachment"]

_ENDPOINTS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "_changes": ("changes", ("GET", "POST")),
    "_all_docs": ("question", ("GET", "POST")),
    "_bulk_get": ("question", ("POST",)),
    "_revs_diff": ("question", ("POST",)),
    "_bulk_docs": ("bulk", ("POST",)),
    "_ensure_full_commit": ("commit", ("POST",)),
}
_METHODS: dict[Kind, tuple[str, ...]] = {
    "database": ("GET", "HEAD"),
    "local": ("GET", "PUT", "DELETE"),
    "document": ("GET", "HEAD", "PUT", "DELETE"),
    "attachment": ("GET", "HEAD", "PUT", "DELETE"),
}
# A POST that asks needs a body as long as its list of ids; everything else is one small document.
_LARGEST: dict[Kind, int] = {"changes": LARGEST_QUESTION, "question": LARGEST_QUESTION, "bulk": LARGEST_BULK, "document": LARGEST_BULK}


@dataclass(frozen=True)
class Asked:
    """One admitted request. `path`, below the database, is escaped anew from what the door understood: CouchDB cannot understand it otherwise."""

    kind: Kind
    database: str
    path: str
    writes: bool
    largest_body: int

    @property
    def document_id(self) -> str:
        """The id of the document a `document` request is about."""
        return unquote(self.path.removeprefix("/"))


def admit(method: str, raw_path: str) -> Asked:
    """What is asked for with `/<database>/…`, escapes and all. Raises `NotAdmitted`, or `BadRequest` when the path cannot be read."""
    name, *rest = [_plain(segment) for segment in raw_path.removeprefix("/").split("/")]
    if name not in DATABASES:
        raise NotAdmitted(404, "there is no such database here")
    if rest in ([], [""]):
        if method == "PUT":
            raise NotAdmitted(412, "the database could not be created, the file already exists")
        return _admitted("database", method, name, "/")
    head, _, below = rest[0].partition("/") if rest[0].startswith("_") else (rest[0], "", "")
    parts = [head, *([below] if below else []), *rest[1:]]
    if any(part in ("", ".", "..") for part in parts):
        raise NotAdmitted(404, "missing")
    if not head.startswith("_"):
        kind: Kind = "document" if len(parts) == 1 else "attachment"
        return _admitted(kind, method, name, "/" + _escaped(head) + "".join("/" + _escaped(part) for part in parts[1:]))
    if head == "_local" and len(parts) == 2:
        if f"_local/{parts[1]}" == MERGE_CHECKPOINT:
            raise NotAdmitted(403, "this checkpoint is the server's own")
        return _admitted("local", method, name, "/_local/" + _escaped(parts[1]))
    if len(parts) == 1 and head in _ENDPOINTS:
        kind, methods = _ENDPOINTS[head]
        return _admitted(kind, method, name, f"/{head}", methods)
    raise NotAdmitted(*((403, "design documents are not taken") if head == "_design" else (404, "missing")))


def _admitted(kind: Kind, method: str, name: str, path: str, methods: tuple[str, ...] = ()) -> Asked:
    if method not in (methods or _METHODS[kind]):
        raise NotAdmitted(405, f"only {','.join(methods or _METHODS[kind])} allowed")
    writes = kind == "bulk" or (kind in ("document", "attachment") and method in ("PUT", "DELETE"))
    return Asked(kind, name, path, writes, _LARGEST.get(kind, LARGEST_DOCUMENT))


def _plain(segment: str) -> str:
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("the path is not UTF-8") from None


def _escaped(text: str) -> str:
    return quote(text, safe="")


def asked_of_couchdb(kind: Kind, query: Mapping[str, str]) -> dict[str, str]:
    """The query to pass on. Raises `BadRequest` for a feed that never ends."""
    passed = {name: value for name, value in query.items() if name != "batch"}  # batch=ok answers before CouchDB has the write
    if kind != "changes":
        return passed
    feed = passed.get("feed", "normal")
    if feed not in ("normal", "longpoll"):
        raise BadRequest("feed must be normal or longpoll")
    if feed == "longpoll":
        # With a heartbeat CouchDB waits for ever.
        passed.pop("heartbeat", None)
        asked = passed.get("timeout", "")
        passed["timeout"] = str(min(int(asked) if asked.isascii() and asked.isdigit() else LONGEST_POLL_MS, LONGEST_POLL_MS))
    return passed
