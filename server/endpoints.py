"""What an endpoint takes and gives, said once: the code that reads a request and the OpenAPI page (`server.openapi`) both go by it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import marshmallow
from flask import request
from marshmallow import fields
from werkzeug.exceptions import UnsupportedMediaType

from server.errors import Malformed

# A command is a form somebody filled in. Photos and mailboxes have ways of their own.
LARGEST_BODY = 256 * 1024

View = TypeVar("View", bound=Callable[..., Any])


class Schema(marshmallow.Schema):
    """A schema whose errors are codes (`required`, `null`, `invalid`, …), for the app to put into words. Fields it does not know are left out."""

    class Meta:
        unknown = marshmallow.EXCLUDE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages = {"type": "invalid", "unknown": "unknown"}

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        _speak_in_codes(field_obj)


def _speak_in_codes(field: fields.Field[Any]) -> None:
    field.error_messages = {key: "invalid" if key == "validator_failed" else key for key in field.error_messages}
    if isinstance(field, fields.List):
        _speak_in_codes(field.inner)


class Text(fields.String):
    """Text of bounded length that every database can hold: no U+0000, no half of a surrogate pair."""

    def __init__(self, *, longest: int, shortest: int = 0, **options: Any) -> None:
        super().__init__(metadata={"minLength": shortest, "maxLength": longest}, **options)
        self.shortest, self.longest = shortest, longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if "\0" in text or not _encodable(text):
            raise marshmallow.ValidationError("invalid")
        if len(text) < self.shortest:
            raise marshmallow.ValidationError("too_short")
        if len(text) > self.longest:
            raise marshmallow.ValidationError("too_long")
        return text


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@dataclass(frozen=True)
class Described:
    """One endpoint for the OpenAPI page. `answer` None is a body of `media`, or none at all when the status is 204."""

    summary: str
    body: type[Schema] | None
    query: type[Schema] | None
    answer: type[Schema] | None
    status: int
    media: str


def described(
    summary: str,
    *,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    answer: type[Schema] | None = None,
    status: int = 200,
    media: str = "application/json",
) -> Callable[[View], View]:
    """Put a route on the OpenAPI page, in one line above it. Who may call it, the page finds out from `allowed` and from where the blueprint is registered."""

    def declare(view: View) -> View:
        view.described = Described(summary, body, query, answer, status, media)  # type: ignore[attr-defined]
        return view

    return declare


def read_body(schema: type[Schema]) -> dict[str, Any]:
    """The request's JSON body, checked. Raises 415 when it does not say it is JSON, 413, `Malformed`, or `marshmallow.ValidationError`."""
    if not request.is_json:
        raise UnsupportedMediaType("the body must be application/json")
    request.max_content_length = LARGEST_BODY
    try:
        body = json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(message=f"the body is not JSON: {error}") from error
    loaded: dict[str, Any] = schema().load(body)
    return loaded


def read_query(schema: type[Schema]) -> dict[str, Any]:
    """The query's parameters, checked; of one given twice the first counts. Raises `marshmallow.ValidationError`."""
    loaded: dict[str, Any] = schema().load(request.args.to_dict())
    return loaded


def shown(schema: type[Schema], answer: Any) -> dict[str, Any]:
    """An answer's body: the fields its schema has, and no others."""
    body: dict[str, Any] = schema().dump(answer)
    return body


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
