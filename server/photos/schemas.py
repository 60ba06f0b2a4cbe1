"""What may be asked of a photo."""

from marshmallow import fields, validate

from server.endpoints import Schema

SIZES = ("thumb", "screen", "original")


class PhotoQuery(Schema):
    size = fields.String(load_default="screen", validate=validate.OneOf(SIZES, error="invalid"))
