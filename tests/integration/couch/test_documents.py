"""Single documents, and `_local` ones, as any CouchDB keeps them."""

import json
from typing import Any

import pytest

from tests.integration.couch.conftest import Database

IDS = ["visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4", "reply:problem:01KAF1", "a b", "a+b", "a/b", "a%2Fb", "走访:一", "😀", "ÿ", "a?b#c"]


@pytest.mark.parametrize("id", IDS)
def test_a_document_is_written_read_and_deleted_under_any_id(database: Database, id: str) -> None:
    made = database.put(id, {"note": "老人独居，水管老化"})
    assert (made["ok"], made["id"]) == (True, id)
    read = database.get(id)
    assert read.json() == {"_id": id, "_rev": made["rev"], "note": "老人独居，水管老化"}
    assert read.headers["ETag"] == f'"{made["rev"]}"'
    assert database.ask("HEAD", id).headers["ETag"] == read.headers["ETag"]
    gone = database.ask("DELETE", id, params={"rev": made["rev"]})
    assert (gone.status_code, gone.json()["rev"][:2]) == (200, "2-")
    missing = database.get(id)
    assert (missing.status_code, missing.json()) == (404, {"error": "not_found", "reason": "deleted"})


def test_a_document_that_never_was_is_missing(database: Database) -> None:
    answer = database.get("never")
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found", "reason": "missing"})
    assert database.ask("DELETE", "never", params={"rev": "1-" + "0" * 32}).status_code == 404


def test_every_kind_of_value_comes_back_as_it_was(database: Database) -> None:
    body = {
        "text": 'a\u0000\n"\\\u2028😀',
        "number": 1.5,
        "whole": 1763600000000,
        "none": None,
        "yes": True,
        "list": [[], {}, [None]],
        "": "no name",
        "constructor": 1,
    }
    database.put("a", body)
    assert {name: value for name, value in database.get("a").json().items() if not name.startswith("_")} == body


def test_the_same_body_gets_the_same_revision(database: Database) -> None:
    first = database.put("a", {"x": 1})
    database.ask("DELETE")
    database.ask("PUT")
    assert database.put("a", {"x": 1})["rev"] == first["rev"]


def test_a_write_on_an_old_revision_is_a_conflict(database: Database) -> None:
    first = database.put("a", {"n": 1})
    second = database.put("a", {"n": 2}, rev=first["rev"])
    for stale in ({}, {"_rev": first["rev"]}, {"_rev": "1-" + "0" * 32}):
        answer = database.ask("PUT", "a", json={"n": 3, **stale})
        assert (answer.status_code, answer.json()) == (409, {"error": "conflict", "reason": "Document update conflict."})
    assert database.get("a").json()["_rev"] == second["rev"]


def test_a_new_document_cannot_claim_to_have_been_there(database: Database) -> None:
    assert database.ask("PUT", "a", json={"_rev": "1-" + "0" * 32}).status_code == 409


def test_a_deletion_needs_the_current_revision(database: Database) -> None:
    first = database.put("a", {})
    second = database.put("a", {}, rev=first["rev"])
    assert database.ask("DELETE", "a").status_code == 409
    assert database.ask("DELETE", "a", params={"rev": first["rev"]}).status_code == 409
    assert database.ask("DELETE", "a", headers={"If-Match": second["rev"]}).status_code == 200


def test_a_deleted_document_can_be_written_anew_without_a_revision(database: Database) -> None:
    first = database.put("a", {"n": 1})
    database.ask("DELETE", "a", params={"rev": first["rev"]})
    assert database.put("a", {"n": 2})["rev"].startswith("3-")


def test_a_revision_is_read_with_its_history(database: Database) -> None:
    first = database.put("a", {})
    second = database.put("a", {}, rev=first["rev"])
    read = database.get("a", rev=second["rev"], revs="true").json()
    assert read["_revisions"] == {"start": 2, "ids": [second["rev"][2:], first["rev"][2:]]}


@pytest.mark.parametrize("id", ["_other", "_"])
def test_an_id_that_begins_with_an_underscore_is_refused(database: Database, id: str) -> None:
    answer = database.ask("PUT", id, json={})
    assert (answer.status_code, answer.json()["error"]) == (400, "illegal_docid")


@pytest.mark.parametrize("body", ["[]", "1", '"a"', "null", "{", '{"a":}', ""])
def test_what_is_not_a_json_object_is_not_a_document(database: Database, body: str) -> None:
    answer = database.ask("PUT", "a", data=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


def test_a_member_of_couchdbs_own_that_there_is_not_is_refused(database: Database) -> None:
    answer = database.ask("PUT", "a", json={"_mine": 1})
    assert (answer.status_code, answer.json()["error"]) == (400, "doc_validation")


@pytest.mark.parametrize("rev", ["1", "x-1", "-"])
def test_a_revision_of_the_wrong_form_is_refused(database: Database, rev: str) -> None:
    assert database.ask("PUT", "a", json={"_rev": rev}).status_code == 400
    assert database.get("a", rev=rev).status_code == 400


def test_conflicts_are_told_when_asked_for(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", side="b")
    database.graft("a", "2-cc", "1-aa", side="c")
    winner = database.get("a", conflicts="true").json()
    assert (winner["side"], winner["_rev"], winner["_conflicts"]) == ("c", "2-cc", ["2-bb"])
    assert "_conflicts" not in database.get("a").json()
    assert database.get("a", rev="2-bb").json()["side"] == "b"


def test_all_open_leaves_are_read_at_once(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", side="b")
    database.graft("a", "2-cc", "1-aa", side="c")
    leaves = database.ask("GET", "a", params={"open_revs": "all"}, headers={"Accept": "application/json"}).json()
    assert {leaf["ok"]["_rev"]: leaf["ok"]["side"] for leaf in leaves} == {"2-bb": "b", "2-cc": "c"}
    asked = {"open_revs": json.dumps(["2-cc", "9-dd"]), "revs": "true"}
    named = database.ask("GET", "a", params=asked, headers={"Accept": "application/json"}).json()
    assert [leaf.get("missing") or leaf["ok"]["_revisions"]["ids"] for leaf in named] == [["cc", "aa"], "9-dd"]


def test_a_local_document_is_kept_changed_and_removed_and_never_listed(database: Database) -> None:
    def local(method: str, **options: Any) -> Any:
        return database.couch.request(method, f"{database.couch.at(database.name)}/_local/checkpoint%20%E4%B8%80", timeout=30, **options)

    assert local("GET").status_code == 404
    made = local("PUT", json={"last_seq": "1-a"})
    assert (made.status_code, made.json()["id"], made.json()["rev"]) == (201, "_local/checkpoint 一", "0-1")
    changed = local("PUT", json={"_rev": "0-1", "last_seq": "2-b"})
    assert (changed.status_code, changed.json()["rev"]) == (201, "0-2")
    assert local("GET").json() == {"_id": "_local/checkpoint 一", "_rev": "0-2", "last_seq": "2-b"}
    assert database.changes()["results"] == []
    assert database.get("_all_docs").json()["rows"] == []
    assert local("DELETE", params={"rev": "0-2"}).status_code == 200
    assert local("GET").status_code == 404
    assert local("DELETE", params={"rev": "0-2"}).status_code == 404
