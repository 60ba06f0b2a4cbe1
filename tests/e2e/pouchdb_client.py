"""A phone nobody here wrote: PouchDB in a Node process, and the documents of docs/protocol.md made by hand."""

import base64
import hashlib
import json
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from ulid import ULID

PIECE = 64 * 1024  # bytes
Document = dict[str, Any]


class Refused(Exception):
    """PouchDB reported an error."""


class PouchPhone:
    """One replica for one user. `base_url` is the server's."""

    def __init__(self, base_url: str, replica: str) -> None:
        self.replica = replica
        self._seq = {"mailbox": 0, "photos": 0}
        script = Path(__file__).with_name("pouchdb_client.mjs")
        self._node = subprocess.Popen(["node", script, base_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "PouchPhone":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.close()
        self._node.wait(10)
        self._node.stdout.close()

    def do(self, command: str, **parameters: Any) -> Any:
        """What PouchDB answered. Raises `Refused`."""
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps({"command": command, **parameters}) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer.get("value")

    def sign_in(self, login: str) -> Document:
        session: Document = self.do("sign_in", login=login, password="doorstep")
        return session

    def sync(self) -> None:
        """As a phone does: push before pull, text before pictures."""
        for db in ("mailbox", "photos"):
            self.do("push", db=db)
        for db in ("mailbox", "photos"):
            self.do("pull", db=db)

    def held(self, db: str = "mailbox") -> dict[str, Document]:
        """Its documents by id."""
        return {document["_id"]: document for document in self.do("all", db=db)}

    def write(self, kind: str, **fields: Any) -> Document:
        """A document with the envelope, put into the local mailbox."""
        document = self._enveloped(kind, "mailbox", **fields)
        self._put("mailbox", [document])
        return document

    def write_photo(self, photo: Document, pieces: list[Document]) -> None:
        """The pieces and then the manifest made by `photograph`."""
        self._put("photos", [*pieces, photo])

    def photograph(self, image: bytes, record: str, photo_id: str) -> tuple[Document, list[Document]]:
        """A manifest and its pieces."""
        parts = [image[start : start + PIECE] for start in range(0, len(image), PIECE)]
        pieces = [self._piece(photo_id, number, part) for number, part in enumerate(parts)]
        photo = self._enveloped(
            "photo",
            "photos",
            record=record,
            role="near",
            media_type="image/jpeg",
            sha256=hashlib.sha256(image).hexdigest(),
            bytes=len(image),
            pieces=len(pieces),
            taken_at=time.time_ns() // 1_000_000,
        )
        return {**photo, "_id": photo_id}, pieces

    def _piece(self, photo_id: str, number: int, part: bytes) -> Document:
        return {
            "_id": f"piece:{photo_id.removeprefix('photo:')}:{number:03}",
            "type": "piece",
            "v": 1,
            "replica": self.replica,
            "sha256": hashlib.sha256(part).hexdigest(),
            "_attachments": {"bytes": {"content_type": "application/octet-stream", "data": base64.b64encode(part).decode()}},
        }

    def _enveloped(self, kind: str, db: str, **fields: Any) -> Document:
        self._seq[db] += 1
        now = time.time_ns() // 1_000_000
        return {
            "_id": f"{kind}:{ULID()}",
            "type": kind,
            "v": 1,
            "replica": self.replica,
            "seq": self._seq[db],
            "at": f"{now:013}.{self._seq[db]:04x}.{self.replica}",
            "clock": {"device_at": now, "offset_ms": 0},
            **fields,
        }

    def _put(self, db: str, documents: list[Document]) -> None:
        answers = self.do("put", db=db, documents=documents)
        refused = [answer for answer in answers if "error" in answer]
        if refused:
            raise Refused(refused)
