"""Each law is broken once, in a copy of a world that holds, and the checker must say so: by the law that was broken."""

import copy

import pytest

from tests.chaos.checker import check
from tests.chaos.world import Document, Phone, World


@pytest.fixture
def world(short_run: World) -> World:
    return copy.deepcopy(short_run)


def broken(world: World) -> set[str]:
    return {name for name, wrong in check(world).items() if wrong}


def a_record(world: World, type: str) -> str:
    """The id of a record that no edit is about."""
    edited = {row["subject"] for row in world.sql["inputs"] if row["type"] == "edit"}
    id: str = next(row["document_id"] for row in world.sql["inputs"] if row["type"] == type and row["document_id"] not in edited)
    return id


def contested(world: World) -> Document:
    return next(row for row in world.sql["visits"] + world.sql["problems"] if row["contested"])


def a_phone(world: World) -> Phone:
    return next(phone for phone in world.phones.values() if phone.written["mailbox"])


def box(world: World, phone: Phone) -> dict[str, Document]:
    return world.couch[phone.user]["mailbox"]


def test_a_world_nobody_touched_passes(world: World) -> None:
    assert broken(world) == set()


def test_an_input_that_never_came_is_lost(world: World) -> None:
    gone = a_phone(world).written["mailbox"][-1]["_id"]
    world.sql["inputs"] = [row for row in world.sql["inputs"] if row["document_id"] != gone]
    assert "lost" in broken(world)


def test_an_input_kept_with_another_body_is_lost(world: World) -> None:
    id = a_phone(world).written["mailbox"][-1]["_id"]
    next(row for row in world.sql["inputs"] if row["document_id"] == id)["body"]["at"] = "1763600000000.0000.x"
    assert "lost" in broken(world)


def test_a_record_without_a_row_is_lost(world: World) -> None:
    id = a_record(world, "visit")
    world.sql["visits"] = [row for row in world.sql["visits"] if row["id"] != id]
    assert broken(world) == {"lost"}


def test_a_value_that_is_not_what_was_written_is_lost(world: World) -> None:
    world.sql["visits"][0]["note"] = "别的话"
    assert broken(world) == {"lost"}


def test_a_write_put_aside_without_cause_is_lost(world: World) -> None:
    row = next(row for row in world.sql["inputs"] if row["type"] == "photo")
    row["verdict"], row["reasons"] = "quarantined", [{"code": "out_of_scope", "field": "place"}]
    assert "lost" in broken(world)


def test_a_write_nobody_answered_is_lost(world: World) -> None:
    phone = a_phone(world)
    id = f"reply:{phone.written['mailbox'][0]['_id']}"
    for documents in (box(world, phone), *(other.mailbox for other in world.phones.values())):
        documents.pop(id, None)
    world.sql["shelf"] = [row for row in world.sql["shelf"] if row["document_id"] != id]
    assert broken(world) == {"lost"}


def test_a_receipt_that_stops_short_is_lost(world: World) -> None:
    row = next(row for row in world.sql["replicas"] if row["received"])
    row["received"] -= 1
    assert broken(world) == {"lost"}


def test_a_receipt_that_promises_too_much_is_lost(world: World) -> None:
    phone = a_phone(world)
    box(world, phone)["me"]["received"][phone.replica] += 1
    assert "lost" in broken(world)


def test_a_second_input_under_one_id_is_doubled(world: World) -> None:
    world.sql["inputs"].append({**world.sql["inputs"][0], "n": 10**9})
    assert broken(world) == {"doubled"}


def test_a_second_row_of_a_record_is_doubled(world: World) -> None:
    world.sql["visits"].append(dict(world.sql["visits"][0]))
    assert broken(world) == {"doubled"}


def test_a_step_taken_twice_is_doubled(world: World) -> None:
    step = next(row for row in world.sql["job_events"] if row["id"].startswith("action:"))
    world.sql["job_events"].append(dict(step))
    assert broken(world) == {"doubled"}


def test_a_job_that_no_problem_opened_is_doubled(world: World) -> None:
    job = world.sql["jobs"][0]
    world.sql["jobs"].append({**job, "id": "job:00000000000000000000000000", "state": "closed"})
    assert broken(world) == {"doubled"}


def test_a_number_left_out_is_doubled(world: World) -> None:
    job = max(world.sql["jobs"], key=lambda row: row["number"])
    series, _, number = job["number"].rpartition("-")
    job["number"] = f"{series}-{int(number) + 1:04}"
    assert broken(world) == {"doubled", "replicas"}


def test_a_contested_value_that_is_not_listed_is_found(world: World) -> None:
    contested(world)["contested"].pop()
    assert broken(world) == {"contested_unlisted"}


def test_a_value_listed_that_nobody_contests_is_found(world: World) -> None:
    id = a_record(world, "visit")
    row = next(row for row in world.sql["visits"] if row["id"] == id)
    row["contested"] = [{"field": "note", "write": id, "value": row["note"]}]
    assert broken(world) == {"contested_unlisted"}


def test_one_altered_byte_of_a_photo_on_the_disk_is_found(world: World) -> None:
    world.stored[next(iter(world.stored))] = "0" * 64
    assert broken(world) == {"photo_bytes"}


def test_one_altered_byte_of_a_photo_on_its_way_out_is_found(world: World) -> None:
    world.served[next(iter(world.served))] = "0" * 64
    assert broken(world) == {"photo_bytes"}


def test_a_photo_confirmed_by_no_hash_is_found(world: World) -> None:
    phone = next(phone for phone in world.phones.values() if phone.written["photos"])
    del box(world, phone)[f"reply:{phone.written['photos'][0]['_id']}"]["sha256"]
    assert "photo_bytes" in broken(world)


def test_a_living_conflict_is_found(world: World) -> None:
    next(iter(box(world, a_phone(world)).values()))["_conflicts"] = ["1-abc"]
    assert broken(world) == {"conflicts"}


def test_somebody_elses_document_in_a_mailbox_is_out_of_scope(world: World) -> None:
    here = a_phone(world)
    there = next(phone for phone in world.phones.values() if phone.user != here.user)
    foreign = here.written["mailbox"][0]
    for documents in (box(world, there), *(phone.mailbox for phone in world.phones.values() if phone.user == there.user)):
        documents[foreign["_id"]] = {**foreign, "_rev": "1-a"}
    assert broken(world) == {"out_of_scope"}


def test_a_place_beyond_the_scope_on_a_phone_is_out_of_scope(world: World) -> None:
    phone = next(phone for name, phone in world.phones.items() if name.startswith("grid-b"))
    phone.mailbox["place:CX01-1"] = {"_id": "place:CX01-1", "_rev": "1-a", "in_scope": True}
    assert {"out_of_scope", "replicas"} == broken(world)


def test_a_reporters_telephone_number_in_a_job_is_out_of_scope(world: World) -> None:
    job = next(document for databases in world.couch.values() for id, document in databases["mailbox"].items() if id.startswith("job:"))
    job["contact"] = {"phone": "13800000000"}
    assert "out_of_scope" in broken(world)


def test_two_phones_of_one_person_that_differ_disagree(world: World) -> None:
    a_phone(world).mailbox["me"]["_rev"] = "9-a"
    assert broken(world) == {"replicas"}


def test_a_delivery_that_was_never_made_disagrees(world: World) -> None:
    world.sql["shelf"][0]["version"] += 1
    assert broken(world) == {"replicas"}


def test_an_open_job_its_followers_do_not_have_disagrees(world: World) -> None:
    secretary = next(phone.user for name, phone in world.phones.items() if name.startswith("secretary-a"))
    id = next(id for id, job in world.couch[secretary]["mailbox"].items() if id.startswith("job:") and job["state"] == "opened")
    for documents in (world.couch[secretary]["mailbox"], *(phone.mailbox for phone in world.phones.values() if phone.user == secretary)):
        del documents[id]
    world.sql["shelf"] = [row for row in world.sql["shelf"] if row["document_id"] != id]
    assert broken(world) == {"replicas"}
