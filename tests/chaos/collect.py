"""Reading a `World` out of phones, CouchDB and SQL. Nothing here judges."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import requests
import sqlalchemy as sa

from server.config import Config
from server.database import Base
from server.photos.storage import NoSuchPhoto, PhotoStore, photo_store
from tests.chaos.cast import Person, sign_in
from tests.chaos.script import Player
from tests.chaos.world import Document, Phone, World
from tests.stack import Stack

TABLES = ("inputs", "visits", "problems", "jobs", "job_events", "photos", "replicas", "assignments", "places", "mailboxes", "shelf")
# What is under way while any of these counts something.
UNFINISHED = (
    "SELECT count(*) FROM mailboxes WHERE written > merged",
    "SELECT count(*) FROM mailboxes WHERE jobs_asked AND kind = 'mailbox'",
    "SELECT count(*) FROM shelf WHERE version > sent",
    "SELECT count(*) FROM photo_senders WHERE state = 'whole'",
)


class Books:
    """The run's SQL database, read from outside. To be closed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._engine = sa.create_engine(Config.from_environment(dict(environ)).database_url, poolclass=sa.NullPool)

    def unfinished(self) -> list[int]:
        """How many mailboxes, refills, deliveries and photos the worker has before it."""
        with self._engine.connect() as connection:
            return [int(connection.scalar(sa.text(query)) or 0) for query in UNFINISHED]

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        with self._engine.connect() as connection:
            tables = {name: Base.metadata.tables[name] for name in TABLES}
            return {
                name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()]
                for name, table in tables.items()
            }


def collect(stack: Stack, books: Books, cast: Sequence[Person], players: Sequence[Player]) -> World:
    """Everything, as it now is."""
    sql = books.rows()
    users = {one.id for one in cast}
    couch: dict[str, dict[str, dict[str, Document]]] = {user: {} for user in users}
    for row in sql["mailboxes"]:
        if row["user_id"] in users:
            couch[row["user_id"]][row["kind"]] = _documents(stack.couchdb_url, row["name"])
    # The demo's own accounts take no part: what their mailboxes ought to hold nobody reads here.
    theirs = {row["name"] for row in sql["mailboxes"] if row["user_id"] in users}
    sql["shelf"] = [row for row in sql["shelf"] if row["mailbox"] in theirs]
    originals = {id: digest for player in players for id, digest in player.originals.items()}
    return World(
        phones={player.phone.name: _phone(player) for player in players},
        couch=couch,
        sql=sql,
        originals=originals,
        stored={id: _stored(photo_store(Config.from_environment(stack.environ)), digest) for id, digest in originals.items()},
        served=_served(stack.base_url, sorted(originals)),
    )


def _phone(player: Player) -> Phone:
    held = player.do("dump")
    return Phone(player.phone.user, player.phone.replica, player.written, held["mailbox"], held["photos"])


def _documents(couchdb_url: str, name: str) -> dict[str, Document]:
    answer = requests.get(f"{couchdb_url}/{name}/_all_docs", params={"include_docs": "true", "conflicts": "true"}, timeout=60)
    answer.raise_for_status()
    return {row["id"]: row["doc"] for row in answer.json()["rows"]}


def _stored(store: PhotoStore, digest: str) -> str | None:
    """The SHA-256 of what lies under it."""
    try:
        return hashlib.sha256(store.get(digest)).hexdigest()
    except NoSuchPhoto:
        return None


def _served(base_url: str, ids: Sequence[str]) -> dict[str, str | None]:
    """The SHA-256 of what is given out for each photo."""
    served: dict[str, str | None] = {}
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {sign_in(base_url, 'admin')}"
        for id in ids:
            answer = session.get(f"{base_url}/api/photos/{id}", params={"size": "original"}, timeout=20)
            served[id] = hashlib.sha256(answer.content).hexdigest() if answer.ok else None
    return served
