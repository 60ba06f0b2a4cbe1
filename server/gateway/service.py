"""Passing one admitted request to the caller's own database, and what the door does besides: quarantine of the oversized, notes for the worker."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response, current_app, jsonify

from server.context import doorstep
from server.database import writing
from server.gateway import bodies
from server.gateway.errors import BadBody, Busy
from server.gateway.rate import Buckets, Seldom
from server.gateway.rules import LARGEST_DOCUMENT, Asked
from server.gateway.upstream import Answer, upstream
from server.ledger import mailboxes
from server.ledger import service as ledger
from server.ledger.mailboxes import KINDS
from server.people.service import Caller
from sync.errors import MailboxesUnavailable

_NAMESPACE = uuid.UUID("6a8d9c3e-5b0f-5d7e-9c41-0f6f1d2b7a55")
# How CouchDB, and what is like it, says that a whole database is missing and not a document in it.
_NO_DATABASE = ("Database does not exist.", "no_db_file")
_PULL_NOTED_EVERY_MS = 60_000


@dataclass(frozen=True)
class Memory:
    """What this process remembers from one request to the next."""

    buckets: Buckets = field(default_factory=Buckets)
    pulls: Seldom = field(default_factory=lambda: Seldom(_PULL_NOTED_EVERY_MS))


@dataclass(frozen=True)
class Request:
    """One admitted request with everything that is passed on of it."""

    asked: Asked
    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")


def memory() -> Memory:
    """This process's own."""
    found: Memory = current_app.extensions.setdefault("doorstep.gateway", Memory())
    return found


def welcome() -> Response:
    """The server as a replicator sees it: one constant id, by which it finds its checkpoints again."""
    return jsonify(couchdb="Welcome", uuid=uuid.uuid5(_NAMESPACE, doorstep.config.couchdb_prefix).hex, vendor={"name": "Doorstep"}, version="3")


def pass_on(caller: Caller, request: Request) -> Response:
    """Let an admitted request through to the caller's database of that kind. Raises `DoorError`."""
    kind = next(kind for kind in KINDS if kind == request.asked.database)
    database = mailboxes.name_of(doorstep.config.couchdb_prefix, kind, caller.id)
    if request.asked.kind == "bulk":
        return _bulk(caller, database, request)
    if request.asked.kind == "document" and request.method == "PUT":
        # Read whatever its size: what cannot be read here could not be read by the worker either, and would block all behind it.
        document = {**bodies.document_of(request.body or b"", request.content_type), "_id": request.asked.document_id}
        if len(request.body or b"") > LARGEST_DOCUMENT:
            taken = _oversized_document(caller, database, request, document)
            if taken is not None:
                return taken
    if request.asked.kind == "changes" and memory().pulls.due(database, doorstep.now()):
        mailboxes.note_pulled(database, doorstep.now())
    return _streamed(_ask(database, request, request.body), request.method)


def _bulk(caller: Caller, database: str, request: Request) -> Response:
    if not request.content_type.lower().startswith("application/json"):
        raise BadBody(415, "the content type must be application/json")
    bulk = bodies.bulk(request.body or b"")
    _quarantine(caller, database, bulk.oversized)
    if not bulk.oversized:
        return _streamed(_ask(database, request, bulk.body), request.method)
    status, told = 201, []
    if bulk.body is not None:
        answer = _ask(database, request, bulk.body)
        whole = answer.whole()
        if answer.status >= 300:
            return Response(whole, answer.status, answer.headers)
        status, told = answer.status, json.loads(whole)
    if bulk.new_edits:  # else CouchDB, too, tells of nothing but failures
        for one in bulk.oversized:
            told.insert(one.position, _acknowledged(one.document))
    return _json(status, told)


def _oversized_document(caller: Caller, database: str, request: Request, document: dict[str, Any]) -> Response | None:
    """The acknowledgement of a single document that is too large; None when it only looked so."""
    body = request.body or b""
    multipart = request.content_type.lower().startswith("multipart/")
    found = (bodies.Oversized(0, document, len(body)),) if multipart else bodies.oversized([document])
    if not found:
        return None
    _quarantine(caller, database, found)
    return _json(201, _acknowledged(document))


def _quarantine(caller: Caller, database: str, found: tuple[bodies.Oversized, ...]) -> None:
    if found:
        with writing() as connection:
            for one in found:
                ledger.quarantine_oversized(connection, caller, database, one.document, one.size, doorstep.now())


def _acknowledged(document: dict[str, Any]) -> dict[str, Any]:
    """What CouchDB would say had it taken the document; the revision is the client's own, or the next after it."""
    rev = document.get("_rev")
    generation = rev.partition("-")[0] if isinstance(rev, str) else ""
    following = int(generation) + 1 if generation.isascii() and generation.isdigit() and len(generation) < 10 else 1
    digest = hashlib.md5(bodies.dump(document), usedforsecurity=False).hexdigest()
    return {"ok": True, "id": document.get("_id"), "rev": f"{following}-{digest}"}


def _ask(database: str, request: Request, body: bytes | None) -> Answer:
    """CouchDB's answer, with a write noted before anybody hears of it. A database that is not there yet is made: a first sync need not wait for the worker."""
    answer = _asked_once(database, request, body)
    if answer.status == 404 and _database_missing(answer.whole()):
        try:
            doorstep.mailboxes.create(database)
        except MailboxesUnavailable as error:
            raise Busy(retry_after=error.retry_after) from error
        answer = _asked_once(database, request, body)
    if answer.status in (401, 403) or answer.status >= 500:
        current_app.logger.error("CouchDB answered %s to %s: %s", answer.status, request.asked.kind, answer.whole()[:500].decode("utf-8", "replace"))
        raise Busy()
    if request.asked.writes and answer.status < 300:
        mailboxes.note_written(database, doorstep.now())
    return answer


def _asked_once(database: str, request: Request, body: bytes | None) -> Answer:
    try:
        return upstream().ask(request.method, f"/{database}{request.asked.path}", request.query, request.headers, body)
    except Busy:
        # It may have taken the write and died, or answered too late for us.
        if request.asked.writes:
            mailboxes.note_written(database, doorstep.now())
        raise


def _database_missing(body: bytes) -> bool:
    try:
        return json.loads(body).get("reason") in _NO_DATABASE
    except (ValueError, AttributeError):
        return False


def _streamed(answer: Answer, method: str) -> Response:
    if answer.status == 429:
        answer.headers.setdefault("Retry-After", "5")
    if method == "HEAD" or answer.status in (204, 304):
        answer.whole()
        response = Response(status=answer.status)
        response.headers.clear()
    else:
        response = Response(answer.chunks(), answer.status)
        response.call_on_close(answer.close)
    response.headers.update(answer.headers)
    return response


def _json(status: int, value: object) -> Response:
    return Response(bodies.dump(value), status, content_type="application/json")
