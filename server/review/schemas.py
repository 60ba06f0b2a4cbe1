"""What `/api/visits` takes and gives."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from server.endpoints import Schema, Text
from server.jobs.schemas import Person, Picture
from server.paging import PageQuery
from sync.domain.documents import NOTE, type_of


def _review_id(value: str) -> None:
    if type_of(value) != "review":
        raise ValidationError("invalid")


class VisitQuery(PageQuery):
    review = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("pending", "approved", "returned"), error="unknown_state"))


class ReviewBody(Schema):
    """A verdict. `id` is the client's own ULID, `review:<ULID>`: posted twice it is once. A visit is sent back with words."""

    id = fields.String(required=True, validate=_review_id)
    verdict = fields.String(required=True, validate=validate.OneOf(("approved", "returned"), error="unknown_verdict"))
    words = Text(longest=NOTE, load_default="")
    saw = fields.Integer(strict=True, validate=validate.Range(0, 2**31 - 1, error="out_of_range"))

    @validates_schema
    def _explained(self, data: dict[str, Any], **_: Any) -> None:
        if data["verdict"] == "returned" and not data["words"].strip():
            raise ValidationError({"words": ["required"]})


class VisitShown(Schema):
    """One visit record, as its writes now have it, and the back office's verdict."""

    id = fields.String()
    author = fields.Nested(Person)
    place = fields.String()
    place_name = fields.String()
    purpose = fields.String(allow_none=True)
    outcome = fields.String()
    note = fields.String()
    needs = fields.List(fields.String())
    photos = fields.List(fields.Nested(Picture))
    started_at = fields.Integer(allow_none=True)
    ended_at = fields.Integer(allow_none=True)
    location = fields.Dict(allow_none=True)
    recorded_at = fields.Integer()
    received_at = fields.Integer()
    version = fields.Integer()
    withdrawn = fields.Boolean()
    contested = fields.List(fields.Dict())
    review = fields.String()
    review_words = fields.String()
    reviewed_by = fields.Nested(Person, allow_none=True)
    reviewed_at = fields.Integer(allow_none=True)


class VisitPage(Schema):
    visits = fields.List(fields.Nested(VisitShown))
    next = fields.String(allow_none=True)
