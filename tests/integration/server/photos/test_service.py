"""Photos from the changes of a photo database to confirmed bytes."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.database import db, writing
from server.photos import service
from server.photos.models import Photo
from server.photos.storage import FileStore, StorageUnavailable
from sync.errors import MailboxesUnavailable
from tests.fakes import FakeClock
from tests.integration.server.photos.conftest import HEAD, OTHER, PHOTO, VISIT, Phones, cut, jpeg


def files(app: Flask) -> set[str]:
    root: Path = app.extensions["doorstep"].config.data_dir / "photos"
    return {path.name for path in root.rglob("*") if path.is_file()}


def reasons(reply: dict[str, Any] | None) -> list[dict[str, str]]:
    assert reply is not None
    found: list[dict[str, str]] = reply["reasons"]
    return found


def test_a_photo_is_whole_when_manifest_and_all_pieces_are_here(phones: Phones):
    photo = cut(jpeg())
    assert len(photo.pieces) > 1
    assert phones.take([photo.manifest]) == []
    assert phones.take(photo.pieces[1:]) == []
    assert phones.take(photo.pieces[:1]) == [PHOTO]


def test_pieces_may_come_before_their_manifest(phones: Phones):
    photo = cut(jpeg())
    assert phones.take(photo.pieces) == []
    assert phones.take([photo.manifest]) == [PHOTO]


def test_a_photo_with_pieces_missing_is_answered_as_waiting(phones: Phones, clock: FakeClock):
    phones.take([cut(jpeg()).manifest])
    assert phones.reply() == {
        "_id": f"reply:{PHOTO}",
        "type": "reply",
        "v": 1,
        "document": PHOTO,
        "received_at": clock.now(),
        "state": "waiting",
        "reasons": [{"code": "pieces_missing", "field": "pieces"}],
    }


def test_a_stored_photo_is_confirmed_with_its_hash(app: Flask, phones: Phones, clock: FakeClock):
    received = clock.now()
    photo = cut(jpeg(2000, 1000))
    phones.send(photo)
    clock.pass_(5000)
    assert phones.store()
    assert phones.reply() == {
        "_id": f"reply:{PHOTO}",
        "type": "reply",
        "v": 1,
        "document": PHOTO,
        "received_at": received,
        "state": "merged",
        "sha256": photo.sha256,
    }
    assert files(app) == {photo.sha256, f"{photo.sha256}-screen", f"{photo.sha256}-thumb"}
    assert phones.view().state == "stored"
    assert (phones.view().thumb or "").startswith("data:image/jpeg;base64,")


def test_the_original_is_kept_byte_for_byte(app: Flask, phones: Phones):
    photo = cut(jpeg(2000, 1000) + b"and what the camera put behind it")
    phones.send(photo)
    assert phones.store()
    kept = FileStore(app.extensions["doorstep"].config.data_dir / "photos").get(photo.sha256)
    assert hashlib.sha256(kept).hexdigest() == photo.sha256


def test_taking_and_storing_again_changes_nothing(app: Flask, phones: Phones, clock: FakeClock):
    photo = cut(jpeg())
    phones.send(photo)
    assert phones.store()
    before = (phones.reply(), phones.view(), files(app))
    clock.pass_(60_000)
    assert phones.take(photo.documents) == []
    assert phones.store()
    assert (phones.reply(), phones.view(), files(app)) == before


def test_two_photos_of_the_same_bytes_lie_in_one_file(app: Flask, phones: Phones):
    data = jpeg()
    other = "photo:01KAF1Q8Z3V3M5T7W9Y1A2B3C4"
    for id in (PHOTO, other):
        phones.send(cut(data, id=id))
        assert phones.store(id)
    assert len(files(app)) == 2


def test_a_photo_stays_due_until_those_who_show_it_were_told(phones: Phones, clock: FakeClock):
    phones.send(cut(jpeg()))
    assert phones.claim() == [service.Due(PHOTO, phones.database(HEAD))]
    assert phones.store()
    clock.pass_(60_000)
    assert phones.claim() == [service.Due(PHOTO, phones.database(HEAD))]
    assert phones.store()
    with writing() as connection:
        service.settle(connection, PHOTO)
    clock.pass_(3_600_000)
    assert phones.claim() == []


def test_a_photo_that_is_being_stored_is_not_due_twice_at_once(phones: Phones, clock: FakeClock):
    phones.send(cut(jpeg()))
    assert len(phones.claim()) == 1
    assert phones.claim() == []
    clock.pass_(60_000)
    assert len(phones.claim()) == 1
    clock.pass_(60_000)
    assert phones.claim() == []


def test_when_couchdb_is_out_of_reach_the_photo_waits(phones: Phones, clock: FakeClock):
    phones.send(cut(jpeg()))
    phones.claim()
    phones.mailboxes.out_of_reach = True
    with pytest.raises(MailboxesUnavailable):
        phones.store()
    phones.mailboxes.out_of_reach = False
    clock.pass_(60_000)
    assert phones.claim()
    assert phones.store()


@pytest.mark.parametrize("step", ["_keep_bytes", "_confirm", "_tell_stored"])
def test_killed_at_any_step_it_is_stored_the_next_time(app: Flask, phones: Phones, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, step: str):
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    photo = cut(jpeg())
    phones.send(photo)
    phones.claim()
    with monkeypatch.context() as patch:
        patch.setattr(service, step, killed)
        with pytest.raises(KeyboardInterrupt):
            phones.store()
    assert phones.view().state == "pieces"
    clock.pass_(60_000)
    assert phones.claim()
    assert phones.store()
    assert phones.view().state == "stored"


def test_a_full_disk_confirms_nothing(phones: Phones, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> None:
        raise StorageUnavailable("no space left on device")

    phones.send(cut(jpeg()))
    monkeypatch.setattr(FileStore, "put", full)
    with pytest.raises(StorageUnavailable):
        phones.store()
    assert phones.view().state == "pieces"
    assert (phones.reply() or {}).get("state") != "merged"


def test_a_piece_that_arrived_broken_is_named_and_can_be_sent_again(phones: Phones):
    photo = cut(jpeg())
    name = photo.pieces[1]["_id"]
    phones.send(photo)
    phones.mailboxes.attachments[phones.database(HEAD), name, "bytes"] = b"damaged on the way"
    assert not phones.store()
    assert (phones.reply() or {})["state"] == "quarantined"
    assert reasons(phones.reply()) == [{"code": "broken_photo", "field": name}]
    assert phones.view().state == "broken"
    assert phones.claim() == []

    phones.upload(photo)
    assert phones.take([{**photo.pieces[1], "_rev": "2-b"}]) == [PHOTO]
    assert phones.store()
    assert (phones.reply() or {})["state"] == "merged"


def test_pieces_that_do_not_make_what_was_promised_are_a_broken_photo(phones: Phones):
    phones.send(cut(jpeg(), sha256="a" * 64))
    assert not phones.store()
    assert reasons(phones.reply()) == [{"code": "broken_photo", "field": "sha256"}]


@pytest.mark.parametrize("data", [b"%PDF-1.7 not a photo", jpeg()[:-400], b"GIF89a" + b"\0" * 50], ids=["pdf", "half a jpeg", "gif"])
def test_what_is_not_an_image_is_quarantined_and_not_kept(app: Flask, phones: Phones, data: bytes):
    phones.send(cut(data))
    assert not phones.store()
    assert reasons(phones.reply()) == [{"code": "not_an_image", "field": ""}]
    assert files(app) == set()
    assert phones.claim() == []


def test_a_piece_gone_from_the_database_is_waited_for(phones: Phones):
    photo = cut(jpeg())
    phones.send(photo)
    gone = (phones.database(HEAD), photo.pieces[0]["_id"], "bytes")
    del phones.mailboxes.attachments[gone]
    assert not phones.store()
    assert (phones.reply() or {})["state"] == "waiting"
    phones.upload(photo)
    assert phones.take(photo.pieces[:1]) == [PHOTO]
    assert phones.store()


def test_an_id_belongs_to_its_first_author(phones: Phones):
    first = cut(jpeg())
    phones.send(first)
    assert phones.send(cut(jpeg(color="blue")), OTHER) == []
    assert reasons(phones.reply(user_id=OTHER)) == [{"code": "id_taken", "field": "_id"}]
    assert phones.store()
    assert (phones.reply() or {})["sha256"] == first.sha256
    assert (phones.reply(user_id=OTHER) or {})["state"] == "quarantined"


def test_a_changed_copy_of_ones_own_manifest_changes_nothing(phones: Phones):
    photo = cut(jpeg())
    phones.take([photo.manifest])
    before = phones.reply()
    phones.take([{**photo.manifest, "_rev": "2-b", "role": "far"}])
    assert phones.reply() == before
    assert phones.view().role == "near"


def test_a_photo_out_of_a_rescue_file_is_accepted_once_and_both_senders_are_answered(phones: Phones):
    photo = cut(jpeg())
    phones.take(photo.documents[:2])
    assert phones.send(photo, OTHER) == [PHOTO]
    assert phones.store(user_id=OTHER)
    assert (phones.reply() or {})["sha256"] == photo.sha256
    assert (phones.reply(user_id=OTHER) or {})["sha256"] == photo.sha256
    with db.engine.connect() as connection:
        assert connection.execute(sa.select(Photo.author_id)).scalars().all() == [HEAD]


def test_a_rescued_copy_of_a_stored_photo_is_confirmed_at_once(phones: Phones):
    photo = cut(jpeg())
    phones.send(photo)
    phones.store()
    assert phones.take([photo.manifest], OTHER) == []
    assert (phones.reply(user_id=OTHER) or {})["sha256"] == photo.sha256


def test_one_senders_broken_bytes_do_not_spoil_anothers(phones: Phones):
    photo = cut(jpeg())
    phones.send(photo)
    phones.mailboxes.attachments[phones.database(HEAD), photo.pieces[0]["_id"], "bytes"] = b"x"
    assert not phones.store()
    phones.send(photo, OTHER)
    assert phones.store(user_id=OTHER)
    assert phones.view().state == "stored"
    assert (phones.reply() or {})["state"] == "merged"


def test_a_malformed_piece_is_answered_under_its_own_id(phones: Phones, clock: FakeClock):
    piece = {**cut(jpeg()).pieces[0], "sha256": "no"}
    phones.take([piece])
    before = phones.reply(piece["_id"])
    assert reasons(before) == [{"code": "malformed", "field": "sha256"}]
    clock.pass_(1000)
    phones.take([piece])
    assert phones.reply(piece["_id"]) == before


@pytest.mark.parametrize("id", ["piece:\0", "piece:" + "x" * 400, "piece:\ud800"])
def test_an_id_no_database_can_hold_stops_nothing(phones: Phones, id: str):
    photo = cut(jpeg())
    assert phones.take([{**photo.pieces[0], "_id": id}, *photo.documents]) == [PHOTO]


def test_pieces_beyond_the_promised_number_do_not_count(phones: Phones):
    photo = cut(jpeg())
    extra = {**photo.pieces[0], "_id": photo.pieces[0]["_id"][:-3] + "500"}
    assert phones.take([photo.manifest, extra, *photo.pieces[1:]]) == []
    assert phones.send(photo) == [PHOTO]
    assert phones.store()


def test_photos_are_found_by_record_and_by_id(phones: Phones):
    photo = cut(jpeg())
    phones.take(photo.documents)
    with db.engine.connect() as connection:
        assert service.of_records(connection, [VISIT, "visit:nowhere"]) == {VISIT: [service.PhotoView(PHOTO, VISIT, "near", "pieces", None)]}
        assert set(service.by_ids(connection, [PHOTO, "photo:nowhere"])) == {PHOTO}
        assert service.of_records(connection, []) == {}
        many = [f"visit:{n}" for n in range(3000)]
        assert set(service.of_records(connection, [*many, VISIT])) == {VISIT}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "_id": st.sampled_from([PHOTO, "photo:x", "piece:01KAF1Q8Z2V3M5T7W9Y1A2B3C4:000", "", "piece:\0"]),
                "type": st.sampled_from(["photo", "piece", None, 5]),
            },
            optional={
                "sha256": st.sampled_from(["a" * 64, "", None]),
                "record": st.text(max_size=80),
                "bytes": st.integers(),
                "pieces": st.integers(),
                "_attachments": st.dictionaries(st.text(max_size=5), st.dictionaries(st.just("length"), st.integers(), max_size=1), max_size=2),
            },
        ),
        max_size=5,
    )
)
def test_junk_in_a_photo_database_never_stops_the_merge(phones: Phones, documents: list[dict[str, Any]]):
    assert phones.take(documents) == []
