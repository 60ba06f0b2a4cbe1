"""The form of every document a client may write: docs/protocol.md section 3, as a table.

Only the form: whether the place exists or the author may speak of it is judged in `sync.domain.judge`.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sync.domain.canonical import carriable
from sync.domain.clock import Stamp, read_stamp

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.ASCII)
LARGEST = 1_000_000
NOTE = 4_000
_LONGEST_ID = 250
_CODE = re.compile(r"[a-z0-9._-]{1,64}", re.ASCII)
_REPLICA = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

Check = Callable[[Any], bool]


class Reason(NamedTuple):
    """Why a document is quarantined, late or waiting: a code of docs/protocol.md section 4 and the field it is about."""

    code: str
    field: str = ""

    def told(self) -> dict[str, str]:
        return {"code": self.code, "field": self.field}


@dataclass(frozen=True)
class Form:
    """A document read: what can be known of it even when it is malformed. `subject` is the record or job it is about."""

    id: str
    type: str
    subject: str | None = None
    replica: str | None = None
    seq: int | None = None
    at: Stamp | None = None
    reasons: tuple[Reason, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)


def text(limit: int) -> Check:
    """Text a database can hold: no NUL, no lone surrogate, at most `limit` characters."""

    def check(value: Any) -> bool:
        return isinstance(value, str) and len(value) <= limit and "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)

    return check


def matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def reference(*types: str) -> Check:
    """The id of a document of one of these types."""
    return lambda value: isinstance(value, str) and type_of(value) in types


def whole(least: int, most: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def many(check: Check, most: int = 100) -> Check:
    return lambda value: isinstance(value, list) and len(value) <= most and all(check(one) for one in value)


def read_instant(value: Any) -> int | None:
    """Milliseconds since 1970, from an integer of them or RFC 3339 text; None for anything else."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        value = int(moment.timestamp() * 1000) if moment.tzinfo else None
    return value if whole(0, 9_999_999_999_999)(value) else None


def _instant(value: Any) -> bool:
    return read_instant(value) is not None


def _number(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most


def _location(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and _number(value.get("lat"), 90)
        and _number(value.get("lon"), 180)
        and (value.get("accuracy") is None or _number(value["accuracy"], 1e7))
    )


def _contact(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= {"name", "phone"} and all(text(64)(one) for one in value.values())


def _over(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= 100 and all(many(reference("visit", "problem", "edit"))(ids) for ids in value.values())


PLACE = matching(re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII))
PHOTOS = many(reference("photo"))
NEEDS = many(matching(_CODE))
SEVERITY = one_of("low", "normal", "high", "urgent")

# Per type: field → (needed, check). A field that may be left out may also be null.
FIELDS: dict[str, dict[str, tuple[bool, Check]]] = {
    "visit": {
        "place": (True, PLACE),
        "outcome": (True, one_of("met", "absent", "refused")),
        "purpose": (False, matching(_CODE)),
        "needs": (False, NEEDS),
        "note": (False, text(NOTE)),
        "started_at": (False, _instant),
        "ended_at": (False, _instant),
        "location": (False, _location),
        "photos": (False, PHOTOS),
    },
    "problem": {
        "place": (True, PLACE),
        "category": (True, matching(_CODE)),
        "severity": (False, SEVERITY),
        "needs": (False, NEEDS),
        "note": (False, text(NOTE)),
        "location": (False, _location),
        "photos": (False, PHOTOS),
        "source": (False, one_of("patrol", "visit", "resident")),
        "visit": (False, reference("visit")),
        "same_as": (False, reference("job")),
        "contact": (False, _contact),
    },
    "edit": {
        "record": (True, reference("visit", "problem")),
        "set": (True, lambda value: isinstance(value, dict) and 0 < len(value) <= 100),
        "over": (False, _over),
    },
    "action": {
        "job": (True, reference("job")),
        "verb": (True, matching(_CODE)),
        "saw": (False, whole(0, 2**31)),
        "photos": (False, PHOTOS),
        "words": (False, text(NOTE)),
        "reason": (False, text(NOTE)),
        "to": (False, text(26)),
        "score": (False, whole(1, 5)),
    },
    "photo": {
        "record": (True, reference("visit", "problem", "edit", "action")),
        "sha256": (True, matching(_SHA256)),
        "bytes": (True, whole(1, 12_000_000)),
        "pieces": (True, whole(1, 999)),
        "role": (False, one_of("near", "far", "before", "after")),
        "taken_at": (False, _instant),
        "location": (False, _location),
        "media_type": (False, one_of("image/jpeg", "image/png", "image/webp")),
    },
    # From the back office, by /api alone.
    "review": {
        "visit": (True, reference("visit")),
        "verdict": (True, one_of("approved", "returned")),
        "words": (False, text(NOTE)),
        "saw": (False, whole(0, 2**31)),
    },
}
FROM_MAILBOX = frozenset({"visit", "problem", "edit", "action"})
FROM_PHOTOS = frozenset({"photo"})
COMMANDS = frozenset({"action", "review"})
SERVER_WRITTEN = frozenset({"me", "place", "catalogue", "job", "reply"})
_SUBJECT = {"edit": "record", "action": "job", "review": "visit", "photo": "record"}


def type_of(document_id: str) -> str | None:
    """The type an id of the form `<type>:<ULID>` names, or None."""
    kind, _, rest = document_id.partition(":")
    return kind if ULID.fullmatch(rest) else None


def name_of(document: Mapping[str, Any]) -> str:
    """The document's id as it can be kept and answered: one too long, or with characters no database holds, goes by its hash."""
    id = document.get("_id")
    return id if isinstance(id, str) and text(_LONGEST_ID)(id) else f"unreadable:{hashlib.sha256(repr(id).encode('utf-8', 'surrogatepass')).hexdigest()}"


def written_by_server(document_id: str) -> bool:
    """Whether a document under this id is the server's to write: `me`, `catalogue`, `place:…`, `job:…`, `reply:…`."""
    return document_id.partition(":")[0] in SERVER_WRITTEN


def numbered(document: Mapping[str, Any]) -> tuple[str, int] | None:
    """(replica, seq) as far as the envelope can be read: even a malformed document is received (law 7)."""
    replica, seq = document.get("replica"), document.get("seq")
    return (replica, seq) if matching(_REPLICA)(replica) and whole(1, 2**53 - 1)(seq) else None  # type: ignore[return-value]


def read(document: Mapping[str, Any], types: frozenset[str], *, command: bool = False) -> Form:
    """The document's form. `types` are those that may come this way; a command has no replica's envelope."""
    id = name_of(document)
    kind = document.get("type")
    number = numbered(document)
    replica, seq = number or (None, None)
    if not isinstance(kind, str) or kind not in types:
        return Form(id, "unknown", None, replica, seq, None, (Reason("unknown_type", "type"),))
    reasons: list[Reason] = []
    if type_of(id) != kind:
        reasons.append(Reason("bad_id", "_id"))
    at = read_stamp(document.get("at"))
    if not command:
        reasons += _envelope(document, number, at)
    for name, (needed, check) in FIELDS[kind].items():
        value = document.get(name)
        if needed if value is None else not check(value):
            reasons.append(Reason("malformed", name))
    if kind == "edit" and not reasons:
        reasons += _assignments(document)
    if not all(carriable(value) and carriable(name) for name, value in document.items() if not name.startswith("_")):
        reasons.append(Reason("malformed"))
    subject = document.get(_SUBJECT[kind]) if kind in _SUBJECT else id
    return Form(id, kind, subject if isinstance(subject, str) and type_of(subject) else None, replica, seq, at, tuple(reasons), document)


def _envelope(document: Mapping[str, Any], number: tuple[str, int] | None, at: Stamp | None) -> list[Reason]:
    clock = document.get("clock")
    checks = {
        "v": document.get("v") == 1,
        "replica": number is not None,
        "at": at is not None and number is not None and at.replica == number[0],
        "clock": clock is None or (isinstance(clock, dict) and all(whole(-(2**53), 2**53)(one) for one in clock.values())),
    }
    return [Reason("malformed", name) for name, sound in checks.items() if not sound]


def _assignments(document: Mapping[str, Any]) -> list[Reason]:
    """What an edit sets must be what its record's own form allows; sets go by element only."""
    table = FIELDS[str(type_of(document["record"]))]
    reasons = []
    for key, value in document["set"].items():
        name = key[:-1] if key[-1:] in ("+", "-") else key
        if name in ("photos", "needs"):
            sound = key != name and name in table and table[name][1](value)
        elif key == "withdrawn":
            sound = isinstance(value, bool)
        else:
            needed, check = table.get(key, (True, lambda _: False))
            sound = not needed if value is None else check(value)
        if not sound:
            reasons.append(Reason("malformed", f"set.{key[:64]}"))
    return reasons
