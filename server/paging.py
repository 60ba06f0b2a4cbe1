"""Pages of a list that grows at its head: a cursor names the last row shown, so nothing is skipped or shown twice."""

import base64
import json
from typing import Any

from marshmallow import ValidationError, fields, validate

from server.endpoints import Schema, Text
from sync.domain.documents import text

Place = tuple[int, str]
LARGEST_PAGE = 100


def cursor_of(place: Place | None) -> str | None:
    """The cursor for the page after this row."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None


def place_of(cursor: str) -> Place:
    """The row a cursor names. Raises ValueError."""
    at, id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    if not isinstance(at, int) or not -(2**63) < at < 2**63 or not text(64)(id):
        raise ValueError(cursor)
    return at, id


class Cursor(fields.String):
    """The `next` of the page before."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            return place_of(super()._deserialize(value, attr, data, **options))
        except (ValueError, TypeError) as error:
            raise ValidationError("invalid") from error


class PageQuery(Schema):
    """`q`: words to look for; `cursor`: where the last page ended; `limit`: rows, 1–100."""

    q = Text(longest=100, load_default="")
    cursor = Cursor(load_default=None, allow_none=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE, error="out_of_range"))
