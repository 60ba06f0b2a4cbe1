"""What can go wrong in an answer to a client, and the one JSON shape it is told in.

DoorstepError                    status, code, message, fields
├── Malformed          400       the body is not JSON
├── Invalid            422       a field's value is wrong; `fields` says which
├── NotSignedIn        401       no session, or not any more; the code says why
├── Forbidden          403
├── NotFound           404
├── Conflict           409
├── TooLarge           413
├── TooManyRequests    429       retry_after
└── Unavailable        503       retry_after
"""

from flask import Flask, Response, jsonify
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

Fields = dict[str, list[str]]


class DoorstepError(Exception):
    """One answer that is not a success. `code` is stable and what the app translates; `message` is English for a log."""

    status = 500
    code = "internal_error"

    def __init__(self, code: str = "", message: str = "", *, fields: Fields | None = None, retry_after: int = 0) -> None:
        self.code = code or self.code
        self.message = message or self.code.replace("_", " ")
        self.fields = fields or {}
        self.retry_after = retry_after
        super().__init__(self.message)


class Malformed(DoorstepError):
    status, code = 400, "malformed_json"


class Invalid(DoorstepError):
    status, code = 422, "invalid"


class NotSignedIn(DoorstepError):
    status, code = 401, "not_signed_in"


class Forbidden(DoorstepError):
    status, code = 403, "forbidden"


class NotFound(DoorstepError):
    status, code = 404, "not_found"


class Conflict(DoorstepError):
    status, code = 409, "conflict"


class TooLarge(DoorstepError):
    status, code = 413, "too_large"


class TooManyRequests(DoorstepError):
    status, code = 429, "too_many_requests"


class Unavailable(DoorstepError):
    status, code = 503, "unavailable"


HTTP_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def answer(status: int, code: str, message: str, fields: Fields | None = None, retry_after: int = 0) -> Response:
    response = jsonify(code=code, message=message, fields=fields or {})
    response.status_code = status
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def register(app: Flask) -> None:
    """Map every error to the one shape, here and nowhere else."""

    @app.errorhandler(DoorstepError)
    def _ours(error: DoorstepError) -> Response:
        return answer(error.status, error.code, error.message, error.fields, error.retry_after)

    @app.errorhandler(ValidationError)
    def _invalid(error: ValidationError) -> Response:
        return answer(422, "invalid", "some fields are not valid", flat(error.messages))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        code = HTTP_CODES.get(status, "internal_error" if status >= 500 else "bad_request")
        response = answer(status, code, error.description or code)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected error")
        return answer(500, "internal_error", "something went wrong on our side; it has been logged")


def flat(messages: object, at: str = "") -> Fields:
    """marshmallow's nested messages as `{"a.b": [code, …]}`."""
    if isinstance(messages, dict):
        fields: Fields = {}
        for key, value in messages.items():
            fields.update(flat(value, f"{at}.{key}" if at else str(key)))
        return fields
    return {at or "_schema": [str(message) for message in (messages if isinstance(messages, list) else [messages])]}
