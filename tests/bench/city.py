"""A city to measure on: compounds of ten buildings, a secretary each, and phones that have something to say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask

from server.catalogue import service as catalogue
from server.database import writing
from server.ledger.mailboxes import name_of
from server.ledger.models import Mailbox
from server.people import passwords
from server.people import service as people
from server.people.sessions import open_session
from server.places import service as places
from sync.ports import Document

BUILDINGS = 10
START = 1_763_600_000_000


@dataclass(frozen=True)
class Phone:
    """One building head's phone. `number` makes its ids."""

    number: int
    user: str
    place: str
    token: str

    def records(self, first: int, count: int) -> Iterator[Document]:
        """Five visits, then a problem, and so on."""
        for seq in range(first, first + count):
            kind = "problem" if seq % 6 == 0 else "visit"
            said = {"category": "water.leak"} if kind == "problem" else {"outcome": "met", "purpose": "routine"}
            at = f"{START + seq:013d}.0000.r{self.number}"
            envelope = {"type": kind, "v": 1, "replica": f"r{self.number}", "seq": seq, "at": at, "clock": {"device_at": START, "offset_ms": 0}}
            yield {"_id": f"{kind}:{self.number * 100_000 + seq:026d}", **envelope, "place": self.place, "note": "三楼水管漏水，住户说晚上更厉害", **said}


def build(app: Flask, phones: int) -> list[Phone]:
    """Plant as many compounds as the phones need, one building head for each building, signed in."""
    compounds = -(-phones // BUILDINGS)
    tree = [{"code": "WH", "kind": "district", "name": "五华区", "parent": None}]
    for compound in range(compounds):
        tree.append({"code": f"C{compound}", "kind": "compound", "name": f"{compound}号小区", "parent": "WH"})
        tree += [{"code": f"C{compound}-{n}", "kind": "building", "name": f"{n}栋", "parent": f"C{compound}"} for n in range(BUILDINGS)]
    # Hashing 500 passwords is not what is measured.
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    now = app.extensions["doorstep"].now()
    made = []
    with app.app_context(), writing() as connection:
        places.plant(connection, tree)
        catalogue.publish(connection, catalogue.shipped(), now)
        for compound in range(compounds):
            _person(connection, f"S{compound:025d}", "secretary", f"C{compound}", now)
        for number in range(phones):
            place = f"C{number // BUILDINGS}-{number % BUILDINGS}"
            user = f"{number:026d}"
            _person(connection, user, "head", place, now)
            made.append(Phone(number, user, place, open_session(connection, user, 30, now)))
    return made


def _person(connection: sa.Connection, id: str, role: str, place: str, now: int) -> None:
    people.create_user(connection, id=id, login=id, name=f"{role} {place}", password="doorstep", grants=[(role, place)], now=now)


def mark_written(app: Flask, phones: Sequence[Phone]) -> None:
    """As the door does after a push."""
    prefix = app.extensions["doorstep"].config.couchdb_prefix
    names = [name_of(prefix, "mailbox", phone.user) for phone in phones]
    with app.app_context(), writing() as connection:
        connection.execute(sa.update(Mailbox).where(Mailbox.name.in_(names)).values(written=Mailbox.written + 1))
