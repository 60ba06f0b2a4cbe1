"""Reading what a client sends."""

import gzip
import io
import json

import pytest

from server.gateway import bodies
from server.gateway.errors import BadBody, BadRequest, NotAdmitted
from server.gateway.rules import LARGEST_DOCUMENT, MB

LARGE = "水" * LARGEST_DOCUMENT


def bulk(*documents: object, **fields: object) -> bodies.Bulk:
    return bodies.bulk(json.dumps({"docs": list(documents), **fields}).encode())


def test_a_body_is_read_whole() -> None:
    assert bodies.read(io.BytesIO(b"x" * 200_000), "", MB) == b"x" * 200_000


def test_a_body_may_be_as_large_as_the_bound_and_no_larger() -> None:
    assert len(bodies.read(io.BytesIO(b"x" * MB), "", MB)) == MB
    with pytest.raises(BadBody) as caught:
        bodies.read(io.BytesIO(b"x" * (MB + 1)), "", MB)
    assert caught.value.status == 413


def test_a_packed_body_is_unpacked() -> None:
    assert bodies.read(io.BytesIO(gzip.compress(b"x" * 200_000)), "gzip", MB) == b"x" * 200_000


def test_a_bomb_is_given_up_at_the_bound() -> None:
    with pytest.raises(BadBody) as caught:
        bodies.read(io.BytesIO(gzip.compress(b"\0" * (64 * MB))), "gzip", MB)
    assert caught.value.status == 413


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"x" * 10_000)[:-20]])
def test_a_broken_packed_body_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        bodies.read(io.BytesIO(body), "gzip", MB)


def test_another_packing_is_not_read() -> None:
    with pytest.raises(BadBody) as caught:
        bodies.read(io.BytesIO(b"x"), "br", MB)
    assert caught.value.status == 415


def test_documents_of_any_content_pass() -> None:
    taken = bulk({"_id": "visit:01", "note": "x"}, {"_id": "nonsense", "a": [1.5, None, "\ud800", "\0"]}, new_edits=False)
    assert (taken.count, taken.oversized, taken.new_edits) == (2, (), False)
    assert taken.body is not None
    assert json.loads(taken.body)["docs"][1] == {"_id": "nonsense", "a": [1.5, None, "\ud800", "\0"]}


def test_a_document_too_large_is_taken_out_and_those_around_it_pass() -> None:
    taken = bulk({"_id": "a"}, {"_id": "b", "note": LARGE}, {"_id": "c"})
    assert [(one.position, one.document["_id"]) for one in taken.oversized] == [(1, "b")]
    assert taken.oversized[0].size > LARGEST_DOCUMENT
    assert taken.body is not None
    assert [document["_id"] for document in json.loads(taken.body)["docs"]] == ["a", "c"]


def test_many_small_documents_may_be_larger_than_one_together() -> None:
    taken = bulk(*({"_id": str(n), "note": "x" * 300_000} for n in range(10)))
    assert taken.oversized == ()


def test_nothing_is_left_to_pass_on_when_every_document_is_too_large() -> None:
    assert bulk({"_id": "b", "note": LARGE}).body is None
    assert bulk().body is not None


@pytest.mark.parametrize("id", ["_design/x", "_design", "_local/doorstep-merge"])
def test_a_reserved_id_refuses_the_whole_request(id: str) -> None:
    with pytest.raises(NotAdmitted) as caught:
        bulk({"_id": "a"}, {"_id": id})
    assert caught.value.status == 403


def test_an_id_in_escapes_is_the_same_id() -> None:
    with pytest.raises(NotAdmitted):
        bodies.bulk(rb'{"docs": [{"_id": "\u005fdesign\u002fx"}]}')


def test_an_id_given_twice_means_to_couchdb_what_it_means_here() -> None:
    taken = bodies.bulk(b'{"docs": [{"_id": "_design/x", "_id": "a"}]}')
    assert taken.body is not None
    assert b"_design" not in taken.body


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"docs": {}}', b'{"docs": [1]}', b"{}", b"\xff", b'{"docs": [NaN]}', b'{"docs": [{"a": 1e400}]}', b"[" * 200_000],
)
def test_what_is_no_bulk_write_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        bodies.bulk(body)


def test_a_document_with_its_attachments_behind_it_is_found_at_the_front() -> None:
    body = b'--x\r\nContent-Type: application/json\r\n\r\n{"_id": "a", "note": "n"}\r\n--x\r\n\r\nbytes\r\n--x--'
    assert bodies.document_of(body, 'multipart/related; boundary="x"') == {"_id": "a", "note": "n"}


@pytest.mark.parametrize("content_type", ["multipart/related", "multipart/related; boundary=y"])
def test_a_multipart_body_without_parts_is_a_bad_request(content_type: str) -> None:
    with pytest.raises(BadRequest):
        bodies.document_of(b"--x\r\n\r\n{}\r\n--x--", content_type)
