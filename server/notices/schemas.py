"""A browser's push subscription as it comes in: what `PushSubscription.toJSON()` gives."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from marshmallow import ValidationError, fields
from py_vapid.utils import b64urldecode, b64urlencode

from server.endpoints import Schema, Text
from server.notices.rules import ENDPOINT_CHARACTERS


class Bytes(Text):
    """So many bytes as base64url, padded or not; loaded without padding."""

    def __init__(self, length: int, **options: Any) -> None:
        super().__init__(longest=2 * length, **options)
        self.length = length

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).rstrip("=")
        try:
            decoded = b64urldecode(text.encode("ascii"))
        except ValueError as error:
            raise ValidationError("invalid") from error
        if len(decoded) != self.length or b64urlencode(decoded) != text:
            raise ValidationError("invalid")
        return text


def _on_the_curve(value: str) -> None:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64urldecode(value.encode("ascii")))
    except ValueError as error:
        raise ValidationError("invalid") from error


class Keys(Schema):
    p256dh = Bytes(65, required=True, validate=_on_the_curve)
    auth = Bytes(16, required=True)


class Subscription(Schema):
    endpoint = Text(required=True, shortest=1, longest=ENDPOINT_CHARACTERS)
    keys = fields.Nested(Keys, required=True)


class Endpoint(Schema):
    """What forgetting a subscription takes; its keys may come along."""

    endpoint = Text(required=True, shortest=1, longest=ENDPOINT_CHARACTERS)


class PublicKey(Schema):
    """`public_key`: base64url, null when push is not set up."""

    public_key = fields.String(required=True, allow_none=True)


class Empty(Schema):
    """`{}`."""
