"""What `/api/jobs` takes and gives."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from server.endpoints import Schema, Text
from server.jobs import rules
from server.paging import PageQuery
from sync.domain.documents import NOTE, PHOTOS, type_of


def _photos(value: list[str]) -> None:
    if not PHOTOS(value):
        raise ValidationError("invalid")


def _action_id(value: str) -> None:
    if type_of(value) != "action":
        raise ValidationError("invalid")


class JobQuery(PageQuery):
    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("open", *rules.STATES), error="unknown_state"))


class ResponderQuery(Schema):
    job = Text(longest=64, required=True)


class ActionBody(Schema):
    """One step. `id` is the client's own ULID, `action:<ULID>`: posted twice it is once."""

    id = fields.String(required=True, validate=_action_id)
    verb = fields.String(required=True, validate=validate.OneOf(rules.VERBS, error="unknown_verb"))
    saw = fields.Integer(strict=True, validate=validate.Range(0, 2**31 - 1, error="out_of_range"))
    words = Text(longest=NOTE)
    reason = Text(longest=NOTE)
    to = Text(longest=26)
    score = fields.Integer(strict=True, validate=validate.Range(1, 5, error="out_of_range"))
    photos = fields.List(fields.String(), validate=_photos)

    @validates_schema
    def _complete(self, data: dict[str, Any], **_: Any) -> None:
        missing = rules.missing(data["verb"], data, answered=True)
        if missing:
            raise ValidationError({name: ["required"] for name in missing})


class Person(Schema):
    id = fields.String()
    name = fields.String()


class Picture(Schema):
    """`data` is a small JPEG as a data URL, once the bytes are confirmed."""

    id = fields.String()
    role = fields.String(allow_none=True)
    state = fields.String()
    data = fields.String(allow_none=True)


class Event(Schema):
    """One step in a job's history; `late` says why it changed nothing."""

    id = fields.String()
    verb = fields.String()
    by = fields.Nested(Person)
    at = fields.Integer()
    received_at = fields.Integer()
    version = fields.Integer()
    words = fields.String()
    photos = fields.List(fields.Nested(Picture))
    late = fields.String(allow_none=True)
    to = fields.Nested(Person)
    score = fields.Integer()


class Report(Schema):
    """One problem that led to the job. `contact` is there for those who must call back."""

    id = fields.String()
    by = fields.Nested(Person)
    place = fields.String()
    place_name = fields.String()
    category = fields.String()
    severity = fields.String()
    note = fields.String()
    source = fields.String(allow_none=True)
    visit = fields.String(allow_none=True)
    location = fields.Dict(allow_none=True)
    recorded_at = fields.Integer()
    received_at = fields.Integer()
    withdrawn = fields.Boolean()
    contested = fields.List(fields.Dict())
    photos = fields.List(fields.Nested(Picture))
    contact = fields.Dict()


class JobShown(Schema):
    """docs/protocol.md section 5."""

    id = fields.String(data_key="_id")
    type = fields.String()
    v = fields.Integer()
    number = fields.String()
    compound = fields.String()
    place = fields.String()
    place_name = fields.String()
    category = fields.String()
    severity = fields.String()
    state = fields.String(validate=validate.OneOf(rules.STATES))
    version = fields.Integer()
    summary = fields.String()
    opened_at = fields.Integer()
    updated_at = fields.Integer()
    answered = fields.Boolean()
    rating = fields.Integer(allow_none=True)
    assignee = fields.Nested(Person, allow_none=True)
    deadlines = fields.Dict()
    reporters = fields.List(fields.Nested(Person))
    problems = fields.List(fields.String())
    photos = fields.List(fields.Nested(Picture))
    events = fields.List(fields.Nested(Event))
    next = fields.List(fields.String())
    reports = fields.List(fields.Nested(Report))


class JobPage(Schema):
    jobs = fields.List(fields.Nested(JobShown))
    next = fields.String(allow_none=True)


class Responder(Person):
    open_jobs = fields.Integer()


class Responders(Schema):
    responders = fields.List(fields.Nested(Responder))
