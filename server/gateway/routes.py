"""`/sync`: everything a CouchDB replicator needs of the caller's own two databases, and nothing else. docs/protocol.md, section 2."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from server.context import doorstep
from server.errors import DoorstepError, TooManyRequests
from server.gateway import bodies, service
from server.gateway.errors import BadBody, Busy, DoorError, NotAdmitted, told, told_as_couchdb
from server.gateway.rules import MB, admit, asked_of_couchdb
from server.people.signed_in import signed_in

blueprint = Blueprint("gateway", __name__)

# All of them come in here, so that the refusal of one speaks CouchDB's language too.
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "COPY", "MOVE", "OPTIONS")


@blueprint.route("/sync", methods=METHODS, provide_automatic_options=False)
@blueprint.route("/sync/", methods=METHODS, provide_automatic_options=False)
@blueprint.route("/sync/<path:_rest>", methods=METHODS, provide_automatic_options=False)
def door(_rest: str = "") -> Response:
    signed_in()
    wait = service.memory().buckets.take(g.caller.id, doorstep.now())
    if wait:
        raise TooManyRequests(retry_after=wait)
    path = _path_as_sent()
    if path in ("", "/"):
        if request.method not in ("GET", "HEAD"):
            raise NotAdmitted(405, "only GET,HEAD allowed")
        return service.welcome()
    asked = admit(request.method, path)
    query = asked_of_couchdb(asked.kind, request.args.to_dict())
    body = _body(asked.largest_body) if request.method in ("POST", "PUT") else None
    return service.pass_on(g.caller, service.Request(asked, request.method, query, dict(request.headers), body))


def _path_as_sent() -> str:
    """The path below `/sync` with its escapes: decoded, a slash in a document's name could not be told from the one before an attachment's."""
    raw = urlsplit(request.environ.get("RAW_URI") or request.environ["REQUEST_URI"]).path
    if not raw.startswith("/sync"):
        raise NotAdmitted(404, "missing")
    return raw.removeprefix("/sync")


def _body(largest: int) -> bytes:
    if (request.content_length or 0) > largest:
        raise BadBody(413, f"the request is larger than {largest // MB} MB")
    return bodies.read(request.stream, request.headers.get("Content-Encoding", "").strip().lower(), largest)


@blueprint.errorhandler(DoorError)
def _refused(error: DoorError) -> Response:
    return told(error.status, error.reason, error.retry_after)


@blueprint.errorhandler(DoorstepError)
def _not_let_in(error: DoorstepError) -> Response:
    return told_as_couchdb(error)


@blueprint.errorhandler(HTTPException)
def _bad_request(error: HTTPException) -> Response:
    return told(error.code or 500, error.description or "bad request")


@blueprint.errorhandler(OperationalError)
def _database_busy(_error: OperationalError) -> Response:
    current_app.logger.exception("the database cannot be reached")
    return _refused(Busy("the server cannot note this just now"))


@blueprint.errorhandler(Exception)
def _unexpected(_error: Exception) -> Response:
    current_app.logger.exception("unexpected error at the door")
    return told(500, "something went wrong on our side; it has been logged")
