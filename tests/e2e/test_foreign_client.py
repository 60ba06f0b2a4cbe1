"""The whole way through a client nobody here wrote: PouchDB in Node, against the whole product."""

import hashlib
import time
from collections.abc import Callable, Iterator

import pytest
from ulid import ULID

from tests.e2e.conftest import Caller
from tests.e2e.pouchdb_client import Document, PouchPhone, Refused
from tests.stack import Stack

PATIENCE = 5  # seconds from the phone's sync to the job list


@pytest.fixture
def phone(stack: Stack) -> Iterator[PouchPhone]:
    with PouchPhone(stack.base_url, f"node{ULID()}"[:16]) as node:
        yield node


def synced_until(phone: PouchPhone, holds: Callable[[dict[str, Document]], bool], seconds: float = PATIENCE) -> dict[str, Document]:
    """The mailbox once it holds that, syncing again and again."""
    deadline = time.monotonic() + seconds
    while True:
        phone.sync()
        held = phone.held()
        if holds(held):
            return held
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s; replies: {[document for key, document in held.items() if key.startswith('reply:') or key == 'me']}")
        time.sleep(0.1)


def first_door(mailbox: dict[str, Document]) -> str:
    """The code of a door of the first building in scope."""
    building = next(place for key, place in sorted(mailbox.items()) if key.startswith("place:") and place.get("units"))
    code: str = building["units"][0]["doors"][0]["code"]
    return code


def test_a_wrong_token_is_refused_as_couchdb_would(stack: Stack, phone: PouchPhone) -> None:
    with pytest.raises(Refused, match="401"):
        phone.do("pull", db="mailbox")


def test_a_visit_a_problem_and_its_photo_go_all_the_way_and_the_answers_come_back(phone: PouchPhone, sign_in: Callable[[str], Caller], picture: bytes) -> None:
    session = phone.sign_in("grid")
    assert session["user"]["roles"] == ["grid"]
    filled = synced_until(phone, lambda held: "me" in held and "catalogue" in held and any(key.startswith("place:") for key in held))
    door = first_door(filled)
    category = filled["catalogue"]["categories"][0]["code"]

    visit = phone.write("visit", place=door, outcome="met", note="来自另一个客户端")
    photo_id = f"photo:{ULID()}"
    problem = phone.write("problem", place=door, category=category, note="楼道灯不亮", source="visit", visit=visit["_id"], photos=[photo_id])
    photo, pieces = phone.photograph(picture, problem["_id"], photo_id)
    assert len(pieces) > 1
    phone.write_photo(photo, pieces)

    replies = [f"reply:{document['_id']}" for document in (visit, problem, photo)]
    answered = synced_until(phone, lambda held: all(held.get(key, {}).get("state") == "merged" for key in replies))
    assert answered["me"]["received"][phone.replica] == 2
    assert answered[f"reply:{photo_id}"]["sha256"] == hashlib.sha256(picture).hexdigest()
    job = answered[f"reply:{problem['_id']}"]["job"]
    assert answered[job["id"]]["number"] == job["number"]
    assert phone.held("photos").keys() >= {photo_id}

    secretary = sign_in("secretary")
    listed = next(row for row in secretary.get("/api/jobs").json()["jobs"] if row["_id"] == job["id"])
    assert (listed["place"], listed["category"], listed["state"]) == (door, category, "opened")
    assert [reporter["id"] for reporter in listed["reporters"]] == [session["user"]["id"]]
    assert [shown["id"] for shown in listed["photos"]] == [photo_id]
    original = secretary.get(f"/api/photos/{photo_id}", size="original")
    assert original.headers["Content-Type"] == "image/jpeg"

    path = f"/api/jobs/{job['id']}/actions"
    accepted = secretary.post(path, {"id": f"action:{ULID()}", "verb": "accept", "saw": listed["version"]})
    assert accepted.status_code == 200, accepted.text
    answer = secretary.post(path, {"id": f"action:{ULID()}", "verb": "answer", "words": "电工明天上午到", "saw": accepted.json()["version"]})
    assert answer.status_code == 200, answer.text
    told = synced_until(phone, lambda held: held[f"reply:{problem['_id']}"]["state"] == "answered")
    assert told[f"reply:{problem['_id']}"]["words"] == "电工明天上午到"
    assert told[job["id"]]["state"] == "accepted"

    verdict = {"id": f"review:{ULID()}", "verdict": "returned", "words": "请补充时间", "saw": 1}
    returned = sign_in("reviewer").post(f"/api/visits/{visit['_id']}/review", verdict)
    assert returned.status_code == 200, returned.text
    seen = synced_until(phone, lambda held: held[f"reply:{visit['_id']}"]["state"] == "returned")
    assert seen[f"reply:{visit['_id']}"]["words"] == "请补充时间"


def test_replicating_again_changes_nothing(phone: PouchPhone, sign_in: Callable[[str], Caller]) -> None:
    phone.sign_in("head")
    door = first_door(synced_until(phone, lambda held: any(document.get("units") for document in held.values())))
    visit = phone.write("visit", place=door, outcome="absent")
    synced_until(phone, lambda held: f"reply:{visit['_id']}" in held)
    before = phone.held()
    phone.sync()
    assert phone.held() == before
    listed = [row["id"] for row in sign_in("reviewer").get("/api/visits", limit="50").json()["visits"]]
    assert listed.count(visit["_id"]) == 1
