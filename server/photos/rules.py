"""What a photo must be: its manifest, its pieces, and when they make the whole. docs/protocol.md section 3.

No database and no Flask here: documents in, values or reasons out.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.domain.documents import FROM_PHOTOS, ULID, Reason, read, read_instant

PIECE_BYTES = 64 * 1024
_PIECE_ID = re.compile(rf"piece:({ULID.pattern}):([0-9]{{3}})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ANSWERABLE = re.compile(r"[\x21-\x7e]{1,250}", re.ASCII)
_ATTACHMENT = re.compile(r"[\x20-\x7e]{1,128}", re.ASCII)


class BrokenPhoto(Exception):
    """The bytes are not what the manifest promised. `field` names the piece at fault, or `sha256` for the whole."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"broken at {field}")


@dataclass(frozen=True)
class Manifest:
    """What a sound manifest says. `sha256` is lower-case hex of the whole, `bytes` its length, `taken_at` milliseconds since 1970."""

    id: str
    record: str
    sha256: str
    bytes: int
    pieces: int
    role: str | None = None
    taken_at: int | None = None
    location: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Piece:
    """What a sound piece says: which photo, the how-manyeth (from 0), the name of its one attachment, and that attachment's hash."""

    photo_id: str
    number: int
    attachment: str
    sha256: str


def manifest_of(document: Mapping[str, Any]) -> Manifest | tuple[Reason, ...]:
    """The manifest a document is, or why it is none. The form is the one the merge judges by, so that both always give the same verdict."""
    form = read(document, FROM_PHOTOS)
    if form.reasons:
        return form.reasons
    return Manifest(
        id=form.id,
        record=document["record"],
        sha256=document["sha256"],
        bytes=document["bytes"],
        pieces=document["pieces"],
        role=document.get("role"),
        taken_at=read_instant(document.get("taken_at")),
        location=document.get("location"),
    )


def piece_of(document: Mapping[str, Any]) -> Piece | tuple[Reason, ...]:
    """The piece a document is, or why it is none."""
    match = _PIECE_ID.fullmatch(str(document.get("_id")))
    if match is None:
        return (Reason("bad_id", "_id"),)
    name = _only_attachment(document.get("_attachments"))
    sha256 = document.get("sha256")
    checks = {
        "type": document.get("type") == "piece",
        "v": document.get("v") == 1,
        "sha256": isinstance(sha256, str) and _SHA256.fullmatch(sha256) is not None,
        "_attachments": name is not None,
    }
    wrong = tuple(Reason("malformed", field) for field, sound in checks.items() if not sound)
    return wrong or Piece(f"photo:{match[1]}", int(match[2]), str(name), str(sha256))


def _only_attachment(attachments: Any) -> str | None:
    """The name of the one attachment, when there is exactly one and it is not longer than a piece may be."""
    if not isinstance(attachments, dict) or len(attachments) != 1:
        return None
    ((name, stub),) = attachments.items()
    length = stub.get("length", 0) if isinstance(stub, dict) else None
    if not isinstance(length, int) or length > PIECE_BYTES or not _ATTACHMENT.fullmatch(str(name)):
        return None
    return str(name)


def answerable(document_id: str) -> bool:
    """Whether a reply can carry this id: an id no phone mints may hold what a database refuses."""
    return _ANSWERABLE.fullmatch(document_id) is not None


def piece_id(photo_id: str, number: int) -> str:
    """The `_id` of a photo's piece."""
    return f"piece:{photo_id.removeprefix('photo:')}:{number:03d}"


def join(photo_id: str, sha256: str, length: int, pieces: Sequence[tuple[str, bytes]]) -> bytes:
    """The whole out of its (promised sha256, bytes), in their order. Raises BrokenPhoto when a piece or the whole is not what was promised."""
    for number, (promised, data) in enumerate(pieces):
        if hashlib.sha256(data).hexdigest() != promised:
            raise BrokenPhoto(piece_id(photo_id, number))
    whole = b"".join(data for _, data in pieces)
    if len(whole) != length:
        raise BrokenPhoto("bytes")
    if hashlib.sha256(whole).hexdigest() != sha256:
        raise BrokenPhoto("sha256")
    return whole


def wait_ms(tries: int) -> int:
    """How long a claimed photo is left alone before it is due again, in milliseconds: a minute at first, an hour at most."""
    return int(min(60_000 * 2 ** min(tries, 6), 3_600_000))
