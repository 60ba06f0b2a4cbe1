"""The application with mailboxes in memory, two people in two buildings, and photos cut into pieces."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.ledger import mailboxes as ledger_mailboxes
from server.ledger import shelf
from server.people import service as people
from server.people.sessions import open_session
from server.photos import service
from server.places import service as places
from server.visits.models import Visit
from tests.fakes import FakeClock, FakeMailboxes

HEAD, OTHER, REVIEWER = "01KAF1Q8Z6V3M5T7W9Y1A2B3C4", "01KAF1Q8Z7V3M5T7W9Y1A2B3C4", "01KAF1Q8Z8V3M5T7W9Y1A2B3C4"
VISIT = "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"
PHOTO = "photo:01KAF1Q8Z2V3M5T7W9Y1A2B3C4"
PLACES = (
    {"code": "CX01", "kind": "compound", "name": "翠湖里小区", "parent": None},
    {"code": "CX01-1", "kind": "building", "name": "1栋", "parent": "CX01"},
    {"code": "CX01-2", "kind": "building", "name": "2栋", "parent": "CX01"},
)


@dataclass(frozen=True)
class Cut:
    """A photo as a phone cuts it up."""

    data: bytes
    manifest: dict[str, Any]
    pieces: list[dict[str, Any]]
    bytes_of: dict[str, bytes]

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [self.manifest, *self.pieces]

    @property
    def sha256(self) -> str:
        return str(self.manifest["sha256"])


def jpeg(width: int = 800, height: int = 600, color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "JPEG")
    return out.getvalue()


def cut(data: bytes, *, id: str = PHOTO, record: str = VISIT, size: int = 4096, **fields: Any) -> Cut:
    """The manifest and pieces of these bytes, as they come out of a changes feed: attachments as stubs."""
    parts = {f"piece:{id.removeprefix('photo:')}:{n:03d}": data[start : start + size] for n, start in enumerate(range(0, len(data), size))}
    manifest = {
        "_id": id,
        "_rev": "1-a",
        "type": "photo",
        "v": 1,
        "replica": "r7k2m9q4",
        "seq": 1,
        "at": "1763600050000.0000.r7k2m9q4",
        "clock": {"device_at": 1763600050000, "offset_ms": 0},
        "record": record,
        "role": "near",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "pieces": len(parts),
        **fields,
    }
    pieces = [
        {
            "_id": piece,
            "_rev": "1-a",
            "type": "piece",
            "v": 1,
            "replica": "r7k2m9q4",
            "sha256": hashlib.sha256(part).hexdigest(),
            "_attachments": {"bytes": {"content_type": "application/octet-stream", "stub": True, "length": len(part), "revpos": 1}},
        }
        for piece, part in parts.items()
    ]
    return Cut(data, manifest, pieces, parts)


class Phones:
    """What phones wrote, taken and stored as the merge worker does it."""

    def __init__(self, mailboxes: FakeMailboxes, clock: FakeClock) -> None:
        self.mailboxes = mailboxes
        self.clock = clock

    def database(self, user_id: str) -> str:
        return ledger_mailboxes.name_of("test-", "photos", user_id)

    def take(self, documents: list[dict[str, Any]], user_id: str = HEAD) -> list[str]:
        with writing() as connection:
            return service.take(connection, self.database(user_id), user_id, documents, self.clock.now())

    def upload(self, photo: Cut, user_id: str = HEAD) -> None:
        """The bytes are in CouchDB."""
        name = self.database(user_id)
        self.mailboxes.create(name)
        self.mailboxes.attachments.update({(name, piece, "bytes"): part for piece, part in photo.bytes_of.items()})

    def send(self, photo: Cut, user_id: str = HEAD) -> list[str]:
        self.upload(photo, user_id)
        return self.take(photo.documents, user_id)

    def claim(self) -> list[service.Due]:
        with writing() as connection:
            return service.claim(connection, 100, self.clock.now())

    def store(self, id: str = PHOTO, user_id: str = HEAD) -> bool:
        return service.store(id, self.database(user_id), self.mailboxes, self.clock.now())

    def reply(self, id: str = PHOTO, user_id: str = HEAD) -> dict[str, Any] | None:
        """What the sender's text mailbox ought to hold as the answer."""
        with db.engine.connect() as connection:
            return shelf.read(connection, ledger_mailboxes.name_of("test-", "mailbox", user_id), f"reply:{id}")

    def view(self, id: str = PHOTO) -> service.PhotoView:
        with db.engine.connect() as connection:
            return service.by_ids(connection, [id])[id]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(database_url: str, tmp_path: Path, clock: FakeClock) -> Iterator[Flask]:
    config = Config(data_dir=tmp_path, database_url=database_url, couchdb_url="http://127.0.0.1:1", couchdb_prefix="test-")
    application = create_app(config, mailboxes=FakeMailboxes(), clock=clock)
    with application.app_context():
        with writing() as connection:
            places.plant(connection, list(PLACES))
            people.create_user(connection, id=HEAD, login="head1", name="王楼长", password="doorstep", grants=[("head", "CX01-1")], now=clock.now())
            people.create_user(connection, id=OTHER, login="head2", name="李楼长", password="doorstep", grants=[("head", "CX01-2")], now=clock.now())
            people.create_user(connection, id=REVIEWER, login="reviewer", name="张审核", password="doorstep", grants=[("reviewer", "CX01")], now=clock.now())
            where = {"place": "CX01-1", "path": "CX01/CX01-1/", "place_name": "翠湖里小区 1栋"}
            visit = {"id": VISIT, "author_id": HEAD, "mailbox": "test-mailbox", **where, "outcome": "met"}
            connection.execute(sa.insert(Visit.__table__).values(**visit, photos=[PHOTO], recorded_at=clock.now(), received_at=clock.now()))
        yield application
        db.engine.dispose()


@pytest.fixture
def phones(app: Flask, clock: FakeClock) -> Phones:
    return Phones(app.extensions["doorstep"].mailboxes, clock)


@pytest.fixture
def tokens(app: Flask, clock: FakeClock) -> dict[str, str]:
    """A session of each, by user id."""
    with writing() as connection:
        return {user: open_session(connection, user, 30, clock.now()) for user in (HEAD, OTHER, REVIEWER)}
