"""What may be asked of a photo."""

from marshmallow import EXCLUDE, Schema, fields, validate

SIZES = ("thumb", "screen", "original")


class PhotoQuery(Schema):
    class Meta:
        unknown = EXCLUDE

    size = fields.String(load_default="screen", validate=validate.OneOf(SIZES, error="not_a_size"))
