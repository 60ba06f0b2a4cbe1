"""A real PouchDB through the door to a real CouchDB."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from server.database import db, writing
from server.gateway.rules import LARGEST_DOCUMENT
from server.ledger.models import Input, Mailbox
from server.people import service as people
from tests.e2e.pouchdb_client import PouchPhone

ID = "01KAF1Q8Z6V3M5T7W9Y1A2B3C4"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served, with one account."""
    with app.app_context():
        with writing() as connection:
            people.create_user(connection, id=ID, login="grid", name="李网格", password="doorstep", grants=[], now=1_763_600_000_000)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def phone(address: str) -> Iterator[PouchPhone]:
    with PouchPhone(address, "phone-1") as node:
        node.sign_in("grid")
        yield node


@pytest.fixture
def second_phone(address: str) -> Iterator[PouchPhone]:
    with PouchPhone(address, "phone-2") as node:
        node.sign_in("grid")
        yield node


def test_what_one_phone_pushes_another_of_the_same_user_pulls(phone: PouchPhone, second_phone: PouchPhone) -> None:
    written = phone.write("visit", place="CX01-1-1-301", outcome="met", note="老人独居，水管老化 🚰")
    assert phone.do("push", db="mailbox")["ok"]
    assert second_phone.do("pull", db="mailbox")["docs_written"] == 1
    pulled = second_phone.held()[written["_id"]]
    assert {key: value for key, value in pulled.items() if key != "_rev"} == written


def test_pushing_again_sends_nothing_again(phone: PouchPhone) -> None:
    phone.write("visit", place="CX01", outcome="met")
    assert phone.do("push", db="mailbox")["docs_written"] == 1
    phone.write("visit", place="CX01", outcome="absent")
    assert phone.do("push", db="mailbox")["docs_read"] == 1


def test_a_document_too_large_holds_up_nothing_behind_it(phone: PouchPhone, second_phone: PouchPhone) -> None:
    first = phone.write("visit", place="CX01", outcome="met")
    large = phone.write("visit", place="CX01", outcome="met", note="水" * LARGEST_DOCUMENT)
    last = phone.write("visit", place="CX01", outcome="met")
    pushed = phone.do("push", db="mailbox")
    assert (pushed["ok"], pushed["doc_write_failures"], pushed["docs_read"]) == (True, 0, 3)
    assert phone.do("push", db="mailbox")["docs_read"] == 0
    second_phone.do("pull", db="mailbox")
    assert set(second_phone.held()) == {first["_id"], last["_id"]}
    with db.engine.connect() as connection:
        assert list(connection.scalars(db.select(Input.document_id).where(Input.verdict == "quarantined"))) == [large["_id"]]


def test_a_photo_s_pieces_arrive_byte_for_byte(phone: PouchPhone, second_phone: PouchPhone) -> None:
    photo, pieces = phone.photograph(bytes(range(256)) * 600, "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4", "photo:01KAF1Q8Z2V3M5T7W9Y1A2B3C4")
    phone.write_photo(photo, pieces)
    phone.do("push", db="photos")
    second_phone.do("pull", db="photos")

    def digests(holder: PouchPhone) -> dict[str, str]:
        return {id: document["_attachments"]["bytes"]["digest"] for id, document in holder.held("photos").items() if id.startswith("piece:")}

    assert len(digests(phone)) == 3
    assert digests(second_phone) == digests(phone)


def test_a_push_is_noted_before_the_phone_hears_of_it(phone: PouchPhone) -> None:
    phone.write("visit", place="CX01", outcome="met")
    phone.do("push", db="mailbox")
    with db.engine.connect() as connection:
        rows = {row.kind: row for row in connection.execute(db.select(Mailbox.__table__))}
    assert rows["mailbox"].written > rows["mailbox"].merged
    assert rows["mailbox"].last_push is not None
    assert rows["photos"].last_push is None


def test_a_long_poll_answers_when_something_is_written(address: str, phone: PouchPhone) -> None:
    session = requests.post(f"{address}/api/session", json={"login": "grid", "password": "doorstep"}, timeout=10).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    since = requests.get(f"{address}/sync/mailbox/_changes", headers=headers, timeout=10).json()["last_seq"]
    with ThreadPoolExecutor(1) as pool:
        query = {"feed": "longpoll", "since": since, "timeout": "20000"}
        waiting = pool.submit(requests.get, f"{address}/sync/mailbox/_changes", params=query, headers=headers, timeout=30)
        written = phone.write("visit", place="CX01", outcome="met")
        phone.do("push", db="mailbox")
        assert [row["id"] for row in waiting.result(10).json()["results"]] == [written["_id"]]
