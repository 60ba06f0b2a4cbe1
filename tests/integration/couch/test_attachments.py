"""Attachments, as any CouchDB keeps them: bytes in, the same bytes out, whichever way."""

import base64
import gzip
import json
import secrets

import pytest

from tests.integration.couch.conftest import Database

BYTES = bytes(range(256)) * 4 + b"\xff\xd8\r\n--boundary\r\n"


def inline(data: bytes, type: str = "application/octet-stream") -> dict[str, str]:
    return {"content_type": type, "data": base64.b64encode(data).decode()}


@pytest.mark.parametrize("data", [BYTES, b"", b"\x00", secrets.token_bytes(300_000)], ids=["binary", "empty", "zero", "large"])
def test_bytes_written_inside_a_document_come_back_alone_and_inside(database: Database, data: bytes) -> None:
    database.put("piece:1:000", {"_attachments": {"bytes": inline(data)}})
    alone = database.get("piece:1:000", "bytes")
    assert (alone.content, alone.headers["Content-Type"]) == (data, "application/octet-stream")
    stub = database.get("piece:1:000").json()["_attachments"]["bytes"]
    assert (stub["stub"], stub["length"], stub["revpos"], stub["digest"][:4]) == (True, len(data), 1, "md5-")
    inside = database.ask("GET", "piece:1:000", params={"attachments": "true"}, headers={"Accept": "application/json"}).json()
    assert base64.b64decode(inside["_attachments"]["bytes"]["data"]) == data


def test_bytes_are_written_alone_read_replaced_and_deleted(database: Database) -> None:
    made = database.ask("PUT", "a", "photo 1.jpg", data=BYTES, headers={"Content-Type": "image/jpeg"})
    assert made.status_code == 201
    assert database.get("a", "photo 1.jpg").headers["Content-Type"] == "image/jpeg"
    assert database.ask("PUT", "a", "photo 1.jpg", data=b"x").status_code == 409
    second = database.ask("PUT", "a", "照片", data=b"second", params={"rev": made.json()["rev"]}, headers={"Content-Type": "text/plain"}).json()
    assert (database.get("a", "photo 1.jpg").content, database.get("a", "照片").content) == (BYTES, b"second")
    gone = database.ask("DELETE", "a", "照片", params={"rev": second["rev"]})
    assert gone.status_code == 200
    assert database.get("a", "照片").status_code == 404
    assert database.get("a", "photo 1.jpg").content == BYTES


def test_an_attachment_that_is_not_there_is_not_found(database: Database) -> None:
    database.put("a", {})
    for path in (("a", "nothing"), ("b", "nothing"), ("a", "constructor")):
        answer = database.get(*path)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_a_stub_keeps_the_bytes_and_leaving_it_out_lets_them_go(database: Database) -> None:
    first = database.put("a", {"_attachments": {"keep": inline(b"kept"), "drop": inline(b"dropped")}})
    second = database.put("a", {"_rev": first["rev"], "n": 2, "_attachments": {"keep": {"stub": True}}})
    assert database.get("a", "keep").content == b"kept"
    assert database.get("a", "drop").status_code == 404
    assert database.get("a").json()["_attachments"]["keep"]["length"] == 4
    database.put("a", {"_rev": second["rev"]})
    assert "_attachments" not in database.get("a").json()


def test_a_stub_of_bytes_nobody_sent_is_refused(database: Database) -> None:
    answer = database.ask("PUT", "a", json={"_attachments": {"x": {"stub": True, "digest": "md5-AAAAAAAAAAAAAAAAAAAAAA==", "length": 1, "revpos": 1}}})
    assert (answer.status_code, answer.json()["error"]) == (412, "missing_stub")


@pytest.mark.parametrize("data", ["not base64!", "AAA", "A", "====", "AAAA\nAAAA"])
def test_what_is_not_base64_is_refused_and_nothing_is_written(database: Database, data: str) -> None:
    bad = {"content_type": "image/jpeg", "data": data}
    answer = database.ask(
        "POST", "_bulk_docs", json={"docs": [{"_id": "a"}, {"_id": "b", "_attachments": {"x": bad, "y": bad}}, {"_id": "c", "_attachments": {"x": bad}}]}
    )
    assert answer.status_code == 400
    assert database.get("_all_docs").json()["rows"] == []
    database.put("a", {})


def test_a_name_that_begins_with_an_underscore_is_refused(database: Database) -> None:
    assert database.ask("PUT", "a", json={"_attachments": {"_x": inline(b"")}}).status_code == 400


def test_each_leaf_of_a_conflict_has_its_own_bytes(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", _attachments={"x": inline(b"of b")})
    database.graft("a", "2-cc", "1-aa", _attachments={"x": inline(b"of c")})
    assert [database.get("a", "x", rev=rev).content for rev in ("2-bb", "2-cc")] == [b"of b", b"of c"]


def test_the_same_bytes_in_two_documents_outlive_either(database: Database) -> None:
    one = database.put("one", {"_attachments": {"x": inline(BYTES)}})
    database.put("two", {"_attachments": {"x": inline(BYTES)}})
    database.ask("DELETE", "one", params={"rev": one["rev"]})
    assert database.get("two", "x").content == BYTES


def test_bulk_get_carries_bytes_when_asked(database: Database) -> None:
    database.put("a", {"_attachments": {"x": inline(BYTES)}})
    answer = database.ask("POST", "_bulk_get", json={"docs": [{"id": "a"}]}, params={"attachments": "true"}, headers={"Accept": "application/json"}).json()
    assert base64.b64decode(answer["results"][0]["docs"][0]["ok"]["_attachments"]["x"]["data"]) == BYTES


def test_a_document_with_its_bytes_behind_it_is_taken_as_couchdbs_replicator_sends_it(database: Database) -> None:
    packed = gzip.compress(b"text " * 1000)
    document = {
        "_id": "a",
        "_rev": "1-aa",
        "_revisions": {"start": 1, "ids": ["aa"]},
        "_attachments": {
            "photo": {"follows": True, "content_type": "image/jpeg", "length": len(BYTES), "revpos": 1},
            "note": {"follows": True, "content_type": "text/plain", "length": 5000, "encoded_length": len(packed), "encoding": "gzip", "revpos": 1},
        },
    }
    edge = b"0123456789abcdef"
    parts = [
        b"Content-Type: application/json\r\n\r\n" + json.dumps(document).encode(),
        b'Content-Disposition: attachment; filename="photo"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n' % len(BYTES) + BYTES,
        b'Content-Disposition: attachment; filename="note"\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nContent-Encoding: gzip\r\n\r\n' % len(packed)
        + packed,
    ]
    body = b"".join(b"--" + edge + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + edge + b"--"
    sent = database.ask("PUT", "a", data=body, params={"new_edits": "false"}, headers={"Content-Type": 'multipart/related; boundary="0123456789abcdef"'})
    assert (sent.status_code, sent.json()) == (201, {"ok": True, "id": "a", "rev": "1-aa"})
    assert database.get("a", "photo").content == BYTES
    assert database.get("a", "note").content == b"text " * 1000


def test_leaves_are_sent_as_multipart_to_whoever_asks_for_that(database: Database) -> None:
    database.graft("a", "1-aa", n=1)
    query = {"open_revs": '["1-aa","7-zz"]', "revs": "true", "latest": "true"}
    answer = database.ask("GET", "a", params=query, headers={"Accept": "multipart/mixed"})
    edge = answer.headers["Content-Type"].partition("boundary=")[2].strip('"')
    parts = answer.content.split(b"--" + edge.encode())
    assert (parts[0].strip(), parts[-1].strip()) == (b"", b"--")
    heads, bodies = zip(*(part.strip().split(b"\r\n\r\n", 1) for part in parts[1:-1]), strict=True)
    leaf, missing = map(json.loads, bodies)
    assert (leaf["_id"], leaf["_revisions"]) == ("a", {"start": 1, "ids": ["aa"]})
    assert (b'error="true"' in heads[1], missing) == (True, {"missing": "7-zz"})
