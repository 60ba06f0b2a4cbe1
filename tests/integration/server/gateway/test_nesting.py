"""A document nested as deep as the door lets through is read, judged and answered by the real worker on a real CouchDB, with those behind it."""

import json
import threading
import time

from flask import Flask

from server.database import db, writing
from server.demo import seed
from server.ledger import shelf, worker


def test_the_deepest_document_the_door_takes_does_not_stop_the_worker(app: Flask) -> None:
    with app.app_context(), writing() as connection:
        seed(connection, 1_763_600_000_000)
    client = app.test_client()
    user = client.post("/api/session", json={"login": "grid", "password": "doorstep"}).json["user"]["id"]
    envelope = {"v": 1, "replica": "r1", "at": "1763600000000.0000.r1", "type": "visit", "place": "CX01-1", "outcome": "met"}
    taken = 0
    for depth in (990, 960, 930, 900, 600):
        deep: list[object] = []
        for _ in range(depth):
            deep = [deep]
        document = {**envelope, "_id": f"visit:{depth:026d}", "seq": taken + 1, "deep": deep}
        answer = client.post("/sync/mailbox/_bulk_docs", data=_dumped(document), content_type="application/json")
        taken += answer.status_code == 201
    assert taken
    sound = {**envelope, "_id": f"visit:{1:026d}", "seq": taken + 1}
    assert client.post("/sync/mailbox/_bulk_docs", json={"docs": [sound]}).status_code == 201
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(app, stop))
    thread.start()
    try:
        received = {}
        deadline = time.monotonic() + 20
        while received.get("r1") != taken + 1 and time.monotonic() < deadline:
            time.sleep(0.2)
            with app.app_context(), db.engine.connect() as connection:
                box = shelf.mailboxes_of(connection, [user])[user]
                received = (shelf.read(connection, box, "me") or {}).get("received", {})
    finally:
        stop.set()
        thread.join()
    assert received == {"r1": taken + 1}


def _dumped(document: dict[str, object]) -> str:
    deep = document.pop("deep")
    depth = 0
    while deep:
        deep, depth = deep[0], depth + 1  # type: ignore[index]
    return json.dumps({"docs": [document]})[:-3] + ', "deep": ' + "[" * depth + "]" * depth + "}]}"
