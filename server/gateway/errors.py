"""What the door refuses, in CouchDB's own words and shape, so that a replicator knows what to do.

DoorError          status, error, reason, retry_after
├── NotAdmitted    403 | 404 | 405   not something a replicator needs
├── BadRequest     400
├── BadBody        413 | 415         too large, or not JSON
└── Busy           503               CouchDB cannot be reached: wait and try the whole request again
"""

from flask import Response, jsonify

from server.errors import DoorstepError

_WORDS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    412: "file_exists",
    413: "too_large",
    415: "bad_content_type",
    429: "too_many_requests",
    503: "service_unavailable",
}


class DoorError(Exception):
    """One whole request refused; never a single document of it, which a replicator would drop."""

    def __init__(self, status: int, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after


class NotAdmitted(DoorError):
    """403, 404 or 405: not something a replicator needs."""


class BadRequest(DoorError):
    def __init__(self, reason: str) -> None:
        super().__init__(400, reason)


class BadBody(DoorError):
    """413 or 415: larger than the door takes, or not what it reads."""


class Busy(DoorError):
    """CouchDB cannot be reached or is overloaded."""

    def __init__(self, reason: str = "the mailboxes cannot be reached just now", retry_after: int = 2) -> None:
        super().__init__(503, reason, retry_after)


def told(status: int, reason: str, retry_after: int = 0) -> Response:
    """An error as CouchDB tells it: `{"error", "reason"}`."""
    response = jsonify(error=_WORDS.get(status, "internal_server_error" if status >= 500 else "bad_request"), reason=reason)
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def told_as_couchdb(error: DoorstepError) -> Response:
    """An error of the rest of the server; its code is the reason, so that the app knows whether to sign in again or to wipe."""
    return told(error.status, error.code, error.retry_after)
