"""What a catalogue is made of."""

from collections import Counter
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from server.endpoints import Schema, Text

SEVERITIES = ("low", "normal", "high", "urgent")


class Entry(Schema):
    """A code, stable for ever, and what people call it."""

    code = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_.]{0,63}\Z", error="invalid"))
    zh = Text(required=True, shortest=1, longest=64)
    en = Text(required=True, shortest=1, longest=64)


class Group(Entry):
    icon = Text(required=True, shortest=1, longest=64)


class Category(Group):
    group = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES, error="invalid"))


class Catalogue(Schema):
    groups = fields.List(fields.Nested(Group), required=True)
    categories = fields.List(fields.Nested(Category), required=True)
    purposes = fields.List(fields.Nested(Entry), required=True)
    needs = fields.List(fields.Nested(Entry), required=True)

    @validates_schema
    def _fits_together(self, body: dict[str, Any], **_: Any) -> None:
        for name, entries in body.items():
            if any(count > 1 for count in Counter(entry["code"] for entry in entries).values()):
                raise ValidationError("not_unique", name)
        if {category["group"] for category in body["categories"]} - {group["code"] for group in body["groups"]}:
            raise ValidationError("unknown_group", "categories")


class CatalogueAnswer(Catalogue):
    version = fields.Integer(required=True)
