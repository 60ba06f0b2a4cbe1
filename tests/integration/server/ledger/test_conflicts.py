"""No live conflict stays where a phone changed a document of the server's: found by `make chaos`, on a real CouchDB."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask

from server.catalogue import service as catalogue
from server.context import doorstep
from server.database import db, writing
from server.ledger import mailboxes, worker
from server.people import service as people
from server.places import service as places
from tests.town import ANN, PLACES, START


@pytest.fixture
def mailbox(app: Flask) -> Iterator[str]:
    """The address of a filled mailbox of Ann's."""
    with app.app_context():
        with writing() as connection:
            places.plant(connection, PLACES)
            catalogue.publish(connection, catalogue.shipped(), START)
            people.create_user(connection, id=ANN, login="ann", name="李网格", password="doorstep", grants=[("grid", "CX01")], now=START)
        worker.run_once(app)
        yield f"{doorstep.config.couchdb_url}/{mailboxes.name_of(doorstep.config.couchdb_prefix, 'mailbox', ANN)}"
        db.engine.dispose()


def read(mailbox: str) -> dict[str, Any]:
    document: dict[str, Any] = requests.get(f"{mailbox}/me", params={"conflicts": "true"}, timeout=10).json()
    return document


# The one loses to the server's own second revision, the other wins over it: a revision's hash decides.
@pytest.mark.parametrize("hash", ["0" * 32, "f" * 32])
def test_a_change_beside_the_servers_own_leaves_the_servers_and_no_conflict(app: Flask, mailbox: str, hash: str) -> None:
    first = read(mailbox)["_rev"]
    with writing() as connection:
        people.move(connection, ANN, [("grid", "CX01-1")], doorstep.now())
    worker.run_once(app)
    forged = {"_id": "me", "type": "me", "name": "别人", "_rev": f"2-{hash}", "_revisions": {"start": 2, "ids": [hash, first.partition("-")[2]]}}
    assert requests.post(f"{mailbox}/_bulk_docs", json={"docs": [forged], "new_edits": False}, timeout=10).status_code == 201
    assert read(mailbox)["_conflicts"]

    mailboxes.note_written(mailbox.rpartition("/")[2], doorstep.now())
    worker.run_once(app)

    put_right = read(mailbox)
    assert "_conflicts" not in put_right
    assert (put_right["name"], put_right["scope"]) == ("李网格", ["CX01-1"])
