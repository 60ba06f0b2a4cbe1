"""What a manifest and a piece must be, and when pieces make the whole."""

import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.photos.rules import PIECE_BYTES, BrokenPhoto, Manifest, Piece, answerable, join, manifest_of, piece_id, piece_of, wait_ms
from sync.domain.documents import Reason

ULID = "01KAF1Q8Z2V3M5T7W9Y1A2B3C4"
PHOTO = f"photo:{ULID}"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def manifest(**fields: Any) -> dict[str, Any]:
    return {
        "_id": PHOTO,
        "type": "photo",
        "v": 1,
        "replica": "r7k2m9q4",
        "seq": 1,
        "at": "1763600050000.0000.r7k2m9q4",
        "clock": {"device_at": 1763600050000, "offset_ms": 0},
        "record": "problem:01KAF1Q8Z1V3M5T7W9Y1A2B3C4",
        "role": "near",
        "media_type": "image/jpeg",
        "sha256": "a" * 64,
        "bytes": 301244,
        "pieces": 5,
        "taken_at": 1763600040000,
        **fields,
    }


def piece(**fields: Any) -> dict[str, Any]:
    stub = {"content_type": "application/octet-stream", "length": 1000, "stub": True, "digest": "md5-x"}
    return {"_id": f"piece:{ULID}:000", "type": "piece", "v": 1, "replica": "r7k2m9q4", "sha256": "b" * 64, "_attachments": {"bytes": stub}, **fields}


def test_the_manifest_of_the_protocol_page_is_read():
    assert manifest_of(manifest()) == Manifest(PHOTO, "problem:01KAF1Q8Z1V3M5T7W9Y1A2B3C4", "a" * 64, 301244, 5, "near", 1763600040000, None)


def test_a_time_of_taking_may_be_text():
    read = manifest_of(manifest(taken_at="2025-11-20T00:54:00Z"))
    assert isinstance(read, Manifest)
    assert read.taken_at == 1763600040000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sha256": "A" * 64}, Reason("malformed", "sha256")),
        ({"sha256": None}, Reason("malformed", "sha256")),
        ({"bytes": 0}, Reason("malformed", "bytes")),
        ({"bytes": 12_000_001}, Reason("malformed", "bytes")),
        ({"pieces": 1000}, Reason("malformed", "pieces")),
        ({"pieces": True}, Reason("malformed", "pieces")),
        ({"record": "job:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"}, Reason("malformed", "record")),
        ({"role": "sideways"}, Reason("malformed", "role")),
        ({"location": {"lat": 91, "lon": 0}}, Reason("malformed", "location")),
        ({"_id": "photo:nonsense"}, Reason("bad_id", "_id")),
        ({"type": "video"}, Reason("unknown_type", "type")),
    ],
)
def test_a_manifest_says_what_is_wrong_with_it(fields: dict[str, Any], reason: Reason):
    reasons = manifest_of(manifest(**fields))
    assert isinstance(reasons, tuple)
    assert reason in reasons


def test_a_piece_names_its_photo_its_place_and_its_bytes():
    assert piece_of(piece(_id=f"piece:{ULID}:041")) == Piece(PHOTO, 41, "bytes", "b" * 64)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"_id": f"piece:{ULID}:1000"}, Reason("bad_id", "_id")),
        ({"_id": f"piece:{ULID}:٠٠١"}, Reason("bad_id", "_id")),
        ({"_id": "piece:x:000"}, Reason("bad_id", "_id")),
        ({"type": "photo"}, Reason("malformed", "type")),
        ({"v": 2}, Reason("malformed", "v")),
        ({"sha256": "no"}, Reason("malformed", "sha256")),
        ({"_attachments": {}}, Reason("malformed", "_attachments")),
        ({"_attachments": {"a": {"length": 1}, "b": {"length": 1}}}, Reason("malformed", "_attachments")),
        ({"_attachments": {"a": {"length": PIECE_BYTES + 1}}}, Reason("malformed", "_attachments")),
        ({"_attachments": {"a\0": {"length": 1}}}, Reason("malformed", "_attachments")),
    ],
)
def test_a_piece_says_what_is_wrong_with_it(fields: dict[str, Any], reason: Reason):
    reasons = piece_of(piece(**fields))
    assert isinstance(reasons, tuple)
    assert reason in reasons


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*manifest(), "_attachments", "junk"]), JSON))
def test_whatever_a_client_writes_is_read_or_has_reasons(fields: dict[str, Any]):
    for read in (manifest_of(manifest(**fields)), piece_of(piece(**fields))):
        assert isinstance(read, Manifest | Piece) or (read and all(isinstance(reason, Reason) for reason in read))


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=500), st.integers(1, 100))
def test_pieces_joined_in_their_order_are_the_whole(data: bytes, size: int):
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    pieces = [(hashlib.sha256(part).hexdigest(), part) for part in parts]
    assert join(PHOTO, hashlib.sha256(data).hexdigest(), len(data), pieces) == data


def test_a_broken_piece_is_named():
    with pytest.raises(BrokenPhoto) as caught:
        join(PHOTO, "a" * 64, 2, [(hashlib.sha256(b"a").hexdigest(), b"a"), (hashlib.sha256(b"b").hexdigest(), b"x")])
    assert caught.value.field == f"piece:{ULID}:001"


@pytest.mark.parametrize(("sha256", "length", "field"), [("a" * 64, 1, "sha256"), (hashlib.sha256(b"a").hexdigest(), 2, "bytes")])
def test_a_whole_that_is_not_what_was_promised_is_broken(sha256: str, length: int, field: str):
    with pytest.raises(BrokenPhoto) as caught:
        join(PHOTO, sha256, length, [(hashlib.sha256(b"a").hexdigest(), b"a")])
    assert caught.value.field == field


def test_piece_ids_count_from_000():
    assert piece_id(PHOTO, 7) == f"piece:{ULID}:007"


@pytest.mark.parametrize(("id", "can"), [("piece:x:000", True), ("x" * 250, True), ("x" * 251, False), ("x\0", False), ("\ud800", False), ("", False)])
def test_only_ids_a_database_can_hold_are_answered(id: str, can: bool):
    assert answerable(id) is can


def test_a_photo_that_fails_is_left_alone_longer_each_time_up_to_an_hour():
    assert [wait_ms(tries) for tries in (0, 1, 2, 50)] == [60_000, 120_000, 240_000, 3_600_000]
