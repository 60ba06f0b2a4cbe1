"""The door between a replicator and its two databases, in front of a CouchDB that says what the test wants to hear."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from urllib3.exceptions import ProtocolError

from server.database import db, writing
from server.gateway.rate import Buckets
from server.gateway.rules import LARGEST_DOCUMENT, MB
from server.gateway.service import Memory
from server.ledger.models import Input, Mailbox
from server.people import service as people
from tests.fakes import FakeClock, FakeMailboxes
from tests.integration.server.gateway.conftest import Couch

SignIn = Callable[[str], FlaskClient]
LARGE = "x" * LARGEST_DOCUMENT


@pytest.fixture
def grid(signed_in: SignIn) -> FlaskClient:
    return signed_in("grid")


def grid_id() -> str:
    with db.engine.connect() as connection:
        return people.user_named(connection, "grid")


def row(kind: str = "mailbox") -> Any:
    with db.engine.connect() as connection:
        return connection.execute(db.select(Mailbox.__table__).where(Mailbox.user_id == grid_id(), Mailbox.kind == kind)).one()


def visit(n: int, **fields: Any) -> dict[str, Any]:
    envelope = {"type": "visit", "v": 1, "replica": "r1", "seq": n, "at": f"1763600000000.{n:04x}.r1"}
    return {"_id": f"visit:01KAF1Q8Z0V3M5T7W9Y1A2B{n:03}", **envelope, "place": "CX01-1-1-301", "outcome": "met", **fields}


def test_the_session_names_the_database_and_couchdb_hears_only_what_concerns_it(grid: FlaskClient, couch: Couch) -> None:
    grid.get("/sync/mailbox/visit%3A01?revs=true&open_revs=%5B%221-a%22%5D", headers={"Accept": "application/json", "Cookie": "a=b", "X-Other": "1"})
    heard = couch.heard[0]
    assert heard.target == f"/test-mailbox-{grid_id().lower()}/visit%3A01?revs=true&open_revs=%5B%221-a%22%5D"
    assert heard.headers["Authorization"] == "Basic " + base64.b64encode(b"admin:se@cret").decode()
    assert heard.headers["Accept"] == "application/json"
    assert not {"Cookie", "X-Other"} & set(heard.headers)


def test_what_couchdb_says_comes_back_with_what_belongs_to_it_and_nothing_of_its_own(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(
        200, {"a": "水"}, ETag='"1-a"', Cache_Control="must-revalidate", Set_Cookie="AuthSession=x", Server="CouchDB", Location="http://inside:5984/"
    )
    answer = grid.get("/sync/photos/piece:1:000")
    assert (answer.status_code, answer.json) == (200, {"a": "水"})
    assert (answer.headers["ETag"], answer.headers["Cache-Control"], answer.headers["Content-Type"]) == ('"1-a"', "must-revalidate", "application/json")
    assert not {"Set-Cookie", "Server", "Location"} & set(answer.headers.keys())


def test_a_head_has_the_headers_and_no_body(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(200, b"12345", ETag='"1-a"')
    answer = grid.head("/sync/mailbox/visit:01")
    assert (answer.status_code, answer.data, answer.headers["ETag"], answer.headers["Content-Length"]) == (200, b"", '"1-a"', "5")


def test_what_has_not_changed_is_not_sent_again(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(304, b"", ETag='"1-a"')
    answer = grid.get("/sync/mailbox/visit:01", headers={"If-None-Match": '"1-a"'})
    assert (answer.status_code, answer.data) == (304, b"")
    assert couch.heard[0].headers["If-None-Match"] == '"1-a"'


def test_the_server_has_one_constant_uuid(grid: FlaskClient, signed_in: SignIn, couch: Couch) -> None:
    mine, others = grid.get("/sync/").json, signed_in("head").get("/sync").json
    assert mine["uuid"] == others["uuid"]
    assert len(mine["uuid"]) == 32
    assert couch.heard == []


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("PUT", "/sync/mailbox", 412, "file_exists"),
        ("PUT", "/sync/mailbox/_design/x", 403, "forbidden"),
        ("PUT", "/sync/mailbox/%5Fdesign%2Fx", 403, "forbidden"),
        ("GET", "/sync/mailbox/_local/doorstep-merge", 403, "forbidden"),
        ("GET", "/sync/mailbox/_security", 404, "not_found"),
        ("GET", "/sync/other", 404, "not_found"),
        ("GET", "/sync/mailbox/%2e%2e/photos", 404, "not_found"),
        ("GET", "/sync/mailbox/..%2Fphotos/..", 404, "not_found"),
        ("GET", "/%73ync/mailbox", 404, "not_found"),
        ("PATCH", "/sync/mailbox/a", 405, "method_not_allowed"),
        ("COPY", "/sync/mailbox/a", 405, "method_not_allowed"),
        ("OPTIONS", "/sync/mailbox/a", 405, "method_not_allowed"),
        ("POST", "/sync/", 405, "method_not_allowed"),
        ("GET", "/sync/mailbox/_changes?feed=continuous", 400, "bad_request"),
        ("GET", "/sync/mailbox/%ff", 400, "bad_request"),
    ],
)
def test_what_is_refused_is_told_in_couchdb_s_words_and_never_reaches_it(
    grid: FlaskClient, couch: Couch, method: str, path: str, status: int, error: str
) -> None:
    answer = grid.open(path, method=method)
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert set(answer.json) == {"error", "reason"}
    assert couch.heard == []


def test_two_slashes_reach_no_database(grid: FlaskClient, couch: Couch) -> None:
    assert grid.get("/sync//mailbox").status_code in (308, 404)
    assert grid.get("/sync/mailbox//a").status_code in (308, 404)
    assert couch.heard == []


def test_without_a_session_the_reason_is_the_code(anyone: FlaskClient, grid: FlaskClient, couch: Couch, clock: FakeClock) -> None:
    answer = anyone.get("/sync/mailbox")
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized", "reason": "not_signed_in"})
    with writing() as connection:
        people.deactivate(connection, grid_id(), clock.now())
    assert grid.get("/sync/mailbox").json == {"error": "unauthorized", "reason": "device_wiped"}
    assert couch.heard == []


def test_another_site_s_page_cannot_write_through_a_browser_s_cookie(compound: Flask, couch: Couch) -> None:
    browser = compound.test_client()
    browser.post("/api/session", json={"login": "grid", "password": "doorstep"})
    answer = browser.post("/sync/mailbox/_bulk_docs", json={"docs": []}, headers={"Origin": "http://evil.example"})
    assert (answer.status_code, answer.json) == (403, {"error": "forbidden", "reason": "cross_site"})
    assert couch.heard == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/sync/mailbox/_bulk_docs", {"docs": [{"_id": "a"}]}), ("PUT", "/sync/mailbox/a", {}), ("DELETE", "/sync/mailbox/a", None)],
)
def test_a_write_that_couchdb_took_is_noted_for_the_worker(grid: FlaskClient, couch: Couch, clock: FakeClock, method: str, path: str, body: object) -> None:
    before = row()
    clock.pass_(5000)
    couch.will_say(201, [])
    assert grid.open(path, method=method, json=body).status_code == 201
    assert (row().written, row().last_push) == (before.written + 1, clock.now())
    assert row("photos").last_push is None


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/sync/mailbox/a"), ("POST", "/sync/mailbox/_revs_diff"), ("PUT", "/sync/mailbox/_local/x"), ("POST", "/sync/mailbox/_ensure_full_commit")],
)
def test_what_writes_no_document_is_not_noted(grid: FlaskClient, method: str, path: str) -> None:
    before = row().written
    assert grid.open(path, method=method, json={} if method != "GET" else None).status_code == 200
    assert row().written == before


def test_a_write_that_couchdb_refused_is_not_noted_and_its_answer_comes_back(grid: FlaskClient, couch: Couch) -> None:
    before = row().written
    couch.will_say(409, {"error": "conflict", "reason": "Document update conflict."})
    answer = grid.put("/sync/mailbox/a", json={})
    assert (answer.status_code, answer.json["error"]) == (409, "conflict")
    assert row().written == before


def test_a_write_that_perhaps_arrived_is_noted_too(grid: FlaskClient, couch: Couch) -> None:
    before = row().written
    couch.will_say(0, b"")
    answer = grid.post("/sync/mailbox/_bulk_docs", json={"docs": [{"_id": "a"}]})
    assert answer.status_code == 503
    assert row().written == before + 1


def test_a_pull_is_noted_once_a_minute(grid: FlaskClient, clock: FakeClock) -> None:
    start = clock.now()
    for _ in range(3):
        grid.get("/sync/mailbox/_changes")
        clock.pass_(25_000)
    assert row().last_pull == start
    grid.get("/sync/mailbox/_changes")
    assert row().last_pull == start + 75_000


def test_a_long_poll_is_passed_on_with_an_end(grid: FlaskClient, couch: Couch) -> None:
    grid.get("/sync/mailbox/_changes?feed=longpoll&heartbeat=10000&since=5-g1AAA&timeout=600000&style=all_docs")
    assert couch.heard[0].target.endswith("/_changes?feed=longpoll&since=5-g1AAA&timeout=55000&style=all_docs")


def test_a_replicator_s_batch_passes_with_its_questions(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(201, [])
    documents = [visit(1, note="三楼水管漏水"), {"_id": "nonsense", "any": ["thing", None]}]
    assert grid.post("/sync/mailbox/_bulk_docs", json={"docs": documents, "new_edits": False}).json == []
    assert couch.heard[0].json == {"docs": documents, "new_edits": False}


def test_a_packed_batch_is_unpacked(grid: FlaskClient, couch: Couch) -> None:
    body = gzip.compress(json.dumps({"docs": [{"_id": "a"}]}).encode())
    grid.post("/sync/mailbox/_bulk_docs", data=body, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert couch.heard[0].json["docs"] == [{"_id": "a"}]
    assert "Content-Encoding" not in couch.heard[0].headers


@pytest.mark.parametrize(
    ("body", "content_type", "headers", "status"),
    [
        (b"{", "application/json", {}, 400),
        (b'{"docs": 1}', "application/json", {}, 400),
        (b'{"docs": [{"_id": "_design/x"}, {"_id": "a"}]}', "application/json", {}, 403),
        (b'{"docs": [{"_id": "_local/doorstep-merge"}]}', "application/json", {}, 403),
        (b'{"docs": []}', "text/plain", {}, 415),
        (b'{"docs": []}', "application/json", {"Content-Encoding": "br"}, 415),
        (b" " * (32 * MB + 1), "application/json", {}, 413),
    ],
)
def test_a_batch_that_is_none_is_refused_whole(grid: FlaskClient, couch: Couch, body: bytes, content_type: str, headers: dict[str, str], status: int) -> None:
    answer = grid.post("/sync/mailbox/_bulk_docs", data=body, content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert set(answer.json) == {"error", "reason"}
    assert couch.heard == []


def test_a_question_has_its_bound_too(grid: FlaskClient, couch: Couch) -> None:
    answer = grid.post("/sync/mailbox/_revs_diff", data=b" " * (8 * MB + 1), content_type="application/json")
    assert (answer.status_code, answer.json["error"]) == (413, "too_large")
    assert couch.heard == []


def quarantined() -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.scalars(db.select(Input.document_id).where(Input.verdict == "quarantined").order_by(Input.n)))


def test_a_document_too_large_is_kept_acknowledged_and_not_passed_on(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(201, [{"ok": True, "id": visit(1)["_id"], "rev": "1-a"}, {"ok": True, "id": visit(3)["_id"], "rev": "1-c"}])
    answer = grid.post("/sync/mailbox/_bulk_docs", json={"docs": [visit(1), visit(2, note=LARGE), visit(3)]})
    assert [one["id"] for one in answer.json] == [visit(n)["_id"] for n in (1, 2, 3)]
    assert all(one["ok"] for one in answer.json)
    assert answer.json[1]["rev"].startswith("1-")
    assert [document["_id"] for document in couch.heard[0].json["docs"]] == [visit(1)["_id"], visit(3)["_id"]]
    assert quarantined() == [visit(2)["_id"]]


def test_a_replicator_hears_of_no_error_when_a_document_is_too_large(grid: FlaskClient, couch: Couch) -> None:
    answer = grid.post("/sync/mailbox/_bulk_docs", json={"docs": [visit(1, note=LARGE, _rev="1-a")], "new_edits": False})
    assert (answer.status_code, answer.json) == (201, [])
    assert couch.heard == []
    assert quarantined() == [visit(1)["_id"]]


def test_the_same_document_too_large_again_is_kept_once(grid: FlaskClient) -> None:
    for _ in range(2):
        grid.post("/sync/mailbox/_bulk_docs", json={"docs": [visit(1, note=LARGE)], "new_edits": False})
    assert quarantined() == [visit(1)["_id"]]


def test_a_batch_whose_rest_couchdb_cannot_take_now_is_tried_again_whole(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(500, {"error": "all_dbs_active"})
    answer = grid.post("/sync/mailbox/_bulk_docs", json={"docs": [visit(1), visit(2, note=LARGE)], "new_edits": False})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_single_document_too_large_is_acknowledged_like_any_other(grid: FlaskClient, couch: Couch) -> None:
    answer = grid.put(f"/sync/mailbox/{visit(1)['_id']}", json={"note": LARGE, "_rev": "3-a"})
    assert (answer.status_code, answer.json["ok"], answer.json["id"]) == (201, True, visit(1)["_id"])
    assert answer.json["rev"].startswith("4-")
    assert quarantined() == [visit(1)["_id"]]
    assert couch.heard == []


def test_a_document_with_its_attachments_behind_it_is_measured_whole(grid: FlaskClient, couch: Couch) -> None:
    head = b'--x\r\nContent-Type: application/json\r\n\r\n{"type": "visit"}\r\n--x\r\n\r\n'
    small, large = head + b"bytes\r\n--x--", head + b"\0" * LARGEST_DOCUMENT + b"\r\n--x--"
    for body in (small, large):
        grid.put(f"/sync/mailbox/{visit(1)['_id']}?new_edits=false", data=body, content_type='multipart/related; boundary="x"')
    assert [heard.body for heard in couch.heard] == [small]
    assert couch.heard[0].headers["Content-Type"] == 'multipart/related; boundary="x"'
    assert quarantined() == [visit(1)["_id"]]


def test_a_document_that_is_large_only_in_its_escapes_passes(grid: FlaskClient, couch: Couch) -> None:
    body = json.dumps({"note": "水" * 300_000}).encode()
    assert len(body) > LARGEST_DOCUMENT
    grid.put("/sync/mailbox/a", data=body, content_type="application/json")
    assert couch.heard[0].body == body


def test_an_attachment_has_its_bound(grid: FlaskClient, couch: Couch) -> None:
    assert grid.put("/sync/photos/a/bytes?rev=1-a", data=b"\0" * (LARGEST_DOCUMENT + 1)).status_code == 413
    assert grid.put("/sync/photos/a/bytes?rev=1-a", data=b"\0" * 65_536, content_type="application/octet-stream").status_code == 200
    assert len(couch.heard) == 1
    assert couch.heard[0].body == b"\0" * 65_536


@pytest.mark.parametrize("status", [401, 403, 500, 502, 503])
def test_couchdb_s_own_troubles_are_told_as_wait_and_never_as_yours(grid: FlaskClient, couch: Couch, status: int) -> None:
    couch.will_say(status, {"error": "unauthorized", "reason": "Name or password is incorrect."})
    answer = grid.get("/sync/mailbox/a")
    assert (answer.status_code, answer.json["error"]) == (503, "service_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("said", "passed"), [({}, "5"), ({"Retry_After": "17"}, "17")])
def test_couchdb_s_asking_to_wait_comes_back_with_how_long(grid: FlaskClient, couch: Couch, said: dict[str, str], passed: str) -> None:
    couch.will_say(429, {"error": "too_many_requests"}, **said)
    answer = grid.get("/sync/mailbox/a")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, passed)


def test_a_database_that_is_not_there_yet_is_made_and_asked_again(compound: Flask, grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(404, {"error": "not_found", "reason": "Database does not exist."})
    couch.will_say(201, [])
    assert grid.post("/sync/photos/_bulk_docs", json={"docs": [{"_id": "a"}], "new_edits": False}).status_code == 201
    mailboxes: FakeMailboxes = compound.extensions["doorstep"].mailboxes
    assert list(mailboxes.databases) == [f"test-photos-{grid_id().lower()}"]
    assert couch.heard[0].body == couch.heard[1].body


def test_a_missing_document_is_missing(compound: Flask, grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(404, {"error": "not_found", "reason": "missing"})
    answer = grid.get("/sync/mailbox/_local/x")
    assert (answer.status_code, answer.json) == (404, {"error": "not_found", "reason": "missing"})
    assert compound.extensions["doorstep"].mailboxes.databases == {}


def test_a_database_that_cannot_be_made_now_is_wait_and_try_again(compound: Flask, grid: FlaskClient, couch: Couch) -> None:
    compound.extensions["doorstep"].mailboxes.out_of_reach = True
    couch.will_say(404, {"error": "not_found", "reason": "Database does not exist."})
    assert grid.get("/sync/mailbox").status_code == 503


def test_who_asks_too_fast_waits_and_nobody_else_does(compound: Flask, grid: FlaskClient, signed_in: SignIn, clock: FakeClock) -> None:
    compound.extensions["doorstep.gateway"] = Memory(buckets=Buckets(rate=1, burst=2))
    assert [grid.get("/sync/").status_code for _ in range(3)] == [200, 200, 429]
    answer = grid.get("/sync/")
    assert (answer.json["error"], answer.headers["Retry-After"]) == ("too_many_requests", "1")
    assert signed_in("head").get("/sync/").status_code == 200
    clock.pass_(1000)
    assert grid.get("/sync/").status_code == 200


def test_half_an_answer_is_not_taken_for_the_whole(grid: FlaskClient, couch: Couch) -> None:
    couch.will_say(200, b'{"results":[', Content_Length="100", Connection="close")
    with pytest.raises(ProtocolError):
        grid.get("/sync/mailbox/_changes", buffered=True)
