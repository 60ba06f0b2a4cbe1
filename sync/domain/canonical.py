"""One spelling for one JSON value, the same in Python and in TypeScript (RFC 8785)."""

import hashlib
import json
import math
from typing import Any

import rfc8785

_LARGEST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The value's canonical JSON. Raises ValueError for what JSON between two languages cannot carry: integers beyond 2^53, lone surrogates, NaN."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def carriable(value: Any) -> bool:
    """Whether `canonical` would take this value, found out without spelling it."""
    kind = type(value)
    if kind is str:
        return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
    if value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is float:
        return math.isfinite(value)
    try:
        if kind is dict:
            return all(type(key) is str and carriable(key) and carriable(inner) for key, inner in value.items())
        return bool(kind is list and all(map(carriable, value)))
    except RecursionError:
        return False


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of a document's body, its revision aside: tells a repetition from another body under the same id. Of Python's own spelling, so it never fails."""
    body = {key: value for key, value in document.items() if key not in ("_rev", "_conflicts", "_revisions")}
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
