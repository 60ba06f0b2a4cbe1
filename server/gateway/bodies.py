"""Reading what a client sends: bounded, unpacked, and with what is too large for a mailbox taken out. Nothing here asks what a document says."""

import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from server.gateway.errors import BadBody, BadRequest, NotAdmitted
from server.gateway.rules import LARGEST_DOCUMENT, MB

_CHUNK = 64 * 1024
_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,200})"?', re.IGNORECASE)


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True)
class Oversized:
    """A document of `size` bytes that is not passed on, and where in the request it stood."""

    position: int
    document: dict[str, Any]
    size: int


@dataclass(frozen=True)
class Bulk:
    """A `_bulk_docs` request: how many documents came, those too large, and the body of what is passed on (None when nothing is left)."""

    count: int
    oversized: tuple[Oversized, ...]
    body: bytes | None
    new_edits: bool


def read(stream: Readable, encoding: str, largest: int) -> bytes:
    """The whole body. It is read before CouchDB is asked, so that a phone in a stairwell holds up no connection but its own.

    Raises `BadBody`: 413 when it is larger, unpacked or not; 415 when it is packed by something other than gzip; `BadRequest` when it does not unpack.
    """
    if encoding not in ("", "identity", "gzip"):
        raise BadBody(415, f"content encoding {encoding} is not read here")
    unpacker = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts: list[bytes] = []
    size = packed = 0
    while chunk := stream.read(_CHUNK):
        packed += len(chunk)
        part = _unpacked(unpacker, chunk, largest - size + 1) if unpacker else chunk
        size += len(part)
        if max(size, packed) > largest:
            raise BadBody(413, f"the request is larger than {largest // MB} MB")
        parts.append(part)
    if unpacker and packed and not unpacker.eof:
        raise BadRequest("the gzip body is cut off")
    return b"".join(parts)


def _unpacked(unpacker: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return unpacker.decompress(chunk, room)
    except zlib.error:
        raise BadRequest("the body is not gzip") from None


def parsed(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises `BadRequest`."""
    try:
        value = json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadRequest("invalid UTF-8 JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("the request body must be a JSON object")
    return value


def bulk(body: bytes) -> Bulk:
    """Take a `_bulk_docs` body apart.

    What is passed on is written anew from what was understood: a name given twice cannot mean one thing here and another to CouchDB.
    Raises `BadRequest`, and `NotAdmitted` when a document is one no phone may write.
    """
    asked = parsed(body)
    documents = asked.get("docs")
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise BadRequest("`docs` must be an array of objects")
    for document in documents:
        refuse_reserved(document.get("_id"))
    large = oversized(documents) if len(body) > LARGEST_DOCUMENT else ()
    out = {one.position for one in large}
    kept = [document for position, document in enumerate(documents) if position not in out]
    new_edits = asked.get("new_edits") is not False
    left = dump({"docs": kept, "new_edits": new_edits}) if kept or not large else None
    return Bulk(len(documents), large, left, new_edits)


def oversized(documents: Sequence[dict[str, Any]]) -> tuple[Oversized, ...]:
    """Those that are too large as JSON, attachments included."""
    sizes = [len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")) for document in documents]
    return tuple(Oversized(position, document, size) for position, (document, size) in enumerate(zip(documents, sizes, strict=True)) if size > LARGEST_DOCUMENT)


def refuse_reserved(document_id: object) -> None:
    """Design documents and checkpoints are no documents of a phone; as part of a bulk write they would pass by the rules for their addresses."""
    if isinstance(document_id, str) and document_id.startswith(("_design", "_local")):
        raise NotAdmitted(403, "design and local documents are not taken here")


def document_of(body: bytes, content_type: str) -> dict[str, Any]:
    """The document of a single `PUT`, which CouchDB's own replicator sends with its attachments behind it as multipart/related. Raises `BadRequest`."""
    if not content_type.lower().startswith("multipart/"):
        return parsed(body)
    boundary = _BOUNDARY.search(content_type)
    parts = body.split(b"--" + boundary[1].encode()) if boundary else []
    if len(parts) < 3:
        raise BadRequest("the multipart body has no first part")
    return parsed(parts[1].partition(b"\r\n\r\n")[2])


def dump(value: Any) -> bytes:
    """JSON in ASCII: half a surrogate pair, which is no UTF-8, goes through as the escape it came as."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
