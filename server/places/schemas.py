"""What the places' routes take and give."""

from marshmallow import fields

from server.endpoints import Schema, Text


class PlacesQuery(Schema):
    parent = Text(shortest=1, longest=64)


class PlaceAnswer(Schema):
    code = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    full_name = fields.String(required=True)


class PlacesAnswer(Schema):
    places = fields.List(fields.Nested(PlaceAnswer), required=True)
