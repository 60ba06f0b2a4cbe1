"""A compound, its people and a merge worker run by hand, on mailboxes in memory: what the tests of the merge are told with."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.catalogue import service as catalogue
from server.database import db, writing
from server.ledger.ledger import SqlLedger
from server.ledger.mailboxes import name_of, note_written
from server.ledger.worker import refill
from server.people import service as people
from server.places import service as places
from sync.engine import Engine
from sync.ports import Document
from tests.fakes import FakeClock, FakeMailboxes

START = 1_763_600_000_000
PREFIX = "t-"
ANN, SEC, REV, BEN, RES = (f"01KAF1Q8Z{letter}V3M5T7W9Y1A2B3C4" for letter in "ASRBP")


class Town:
    """A compound, its people, their phones' writes, and a worker that is run by hand."""

    def __init__(self, app: Flask, mailboxes: FakeMailboxes, clock: FakeClock) -> None:
        self.app, self.mailboxes, self.clock = app, mailboxes, clock
        self._pool = ThreadPoolExecutor(4)
        self.engine = self.worker("worker-1")
        self._seqs: dict[str, int] = {}
        with app.app_context(), writing() as connection:
            places.plant(connection, PLACES)
            catalogue.publish(connection, catalogue.shipped(), START)
            for id, login, name, grants in PEOPLE:
                people.create_user(connection, id=id, login=login, name=name, password="doorstep", grants=grants, now=START)
        self.merge()

    def worker(self, owner: str) -> Engine:
        return Engine(self.mailboxes, SqlLedger(self.app, owner, self.clock), self.clock, self._pool)

    def merge(self) -> None:
        while refill(self.app) + self.engine.step():
            pass

    def box(self, user: str) -> str:
        return name_of(PREFIX, "mailbox", user)

    def held(self, user: str) -> dict[str, Document]:
        return self.mailboxes.held(self.box(user))

    def write(self, user: str, *documents: Document, replica: str = "r1") -> None:
        """What a phone of this user pushes, as the door lets it through."""
        for document in documents:
            self._seqs[user + replica] = self._seqs.get(user + replica, 0) + 1
            envelope = {"v": 1, "replica": replica, "seq": self._seqs[user + replica], "at": f"{self.clock.now() - 1000:013d}.0000.{replica}"}
            answers = self.mailboxes.write(self.box(user), [{"type": document["_id"].partition(":")[0], **envelope, **document}])
            assert answers[0].error is None
        with self.app.app_context():
            note_written(self.box(user), self.clock.now())

    def rows(self, model: Any) -> list[Any]:
        with self.app.app_context(), db.engine.connect() as connection:
            table = model.__table__
            return list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings())

    def client(self, login: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/api/session", json={"login": login, "password": "doorstep"})
        assert answer.status_code == 200, answer.text
        return client

    def close(self) -> None:
        self._pool.shutdown()
        with self.app.app_context():
            db.engine.dispose()


PLACES = [
    {"code": "WH", "kind": "district", "name": "五华区", "parent": None},
    {"code": "CX01", "kind": "compound", "name": "翠湖里小区", "parent": "WH"},
    {"code": "CX01-1", "kind": "building", "name": "1栋", "parent": "CX01"},
    {"code": "CX01-1-1", "kind": "unit", "name": "1单元", "parent": "CX01-1"},
    {"code": "CX01-1-1-301", "kind": "door", "name": "301", "parent": "CX01-1-1", "floor": 3},
    {"code": "CX02", "kind": "compound", "name": "青年路小区", "parent": "WH"},
    {"code": "CX02-1", "kind": "building", "name": "1栋", "parent": "CX02"},
]
PEOPLE: list[tuple[str, str, str, list[tuple[str, str | None]]]] = [
    (ANN, "ann", "李网格", [("grid", "CX01")]),
    (BEN, "ben", "王楼长", [("head", "CX01-1")]),
    (SEC, "sec", "张书记", [("secretary", "CX01")]),
    (RES, "res", "翠湖物业", [("responder", "CX01")]),
    (REV, "rev", "陈审核", [("reviewer", "WH")]),
]
