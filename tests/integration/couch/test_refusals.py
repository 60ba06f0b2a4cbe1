"""What the embedded server refuses, and that refusing never hurts it: neither hostile documents nor malformed questions."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.couch_server import EmbeddedCouch
from tests.integration.couch.conftest import Couch, Database


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCouch]:
    server = EmbeddedCouch(tmp_path_factory.mktemp("refusals") / "couch")
    server.start()
    yield server
    server.stop()
    assert "failed" not in server.log


@pytest.fixture
def notes(server: EmbeddedCouch) -> Iterator[Database]:
    with Couch(server.url) as couch:
        database = Database(couch, "notes")
        database.ask("PUT")
        yield database
        database.ask("DELETE")


def test_a_body_over_the_limit_is_too_large_and_the_next_request_is_fine(notes: Database) -> None:
    body = b'{"docs":[{"_id":"a","x":"' + b"x" * (64 << 20) + b'"}]}'
    answer = notes.ask("POST", "_bulk_docs", data=body)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    notes.put("a", {})


def test_design_documents_are_refused_one_by_one(notes: Database) -> None:
    answers = notes.bulk([{"_id": "_design/views"}, {"_id": "a"}])
    assert [(answer["id"], answer.get("error")) for answer in answers] == [("_design/views", "forbidden"), ("a", None)]
    assert notes.bulk([{"_id": "_design/views", "_rev": "1-aa"}], new_edits=False)[0]["error"] == "forbidden"
    path = f"{notes.couch.at('notes')}/_design/views"
    assert notes.couch.put(path, json={}).status_code == 403
    assert notes.couch.get(path).status_code == 404


@pytest.mark.parametrize("path", ["_purge", "_find", "_index", "_design_docs", "_revs_limit"])
def test_what_it_does_not_do_it_says_so(notes: Database, path: str) -> None:
    answer = notes.ask("POST", path, json={})
    assert (answer.status_code, answer.json()["error"]) == (501, "not_implemented")


def test_a_sequence_from_beyond_the_end_begins_again_because_the_folder_was_restored(notes: Database) -> None:
    notes.put("a", {})
    number, _, tag = notes.changes()["last_seq"].partition("-")
    for since in (f"{int(number) + 5}-{tag}", "5-another", str(int(number) + 5)):
        assert [row["id"] for row in notes.changes(since=since)["results"]] == ["a"]


def test_superseded_bodies_are_dropped_and_their_revisions_still_known(notes: Database) -> None:
    first = notes.put("a", {"n": 1})
    notes.put("a", {"n": 2}, rev=first["rev"])
    assert notes.get("a", rev=first["rev"]).status_code == 404
    assert notes.ask("POST", "_revs_diff", json={"a": [first["rev"]]}).json() == {}


HOSTILE: list[Any] = [
    {"docs": [{"_id": "a", "_rev_tree": [{"pos": 1, "ids": ["x", {}, []]}]}]},
    {"docs": [{"_id": "a", "_revisions": {"start": 1, "ids": ["b", "a"]}}], "new_edits": False},
    {"docs": [{"_id": "a", "_revisions": {"start": 2, "ids": [{}, None]}}], "new_edits": False},
    {"docs": [{"_id": "a", "_revisions": None}], "new_edits": False},
    {"docs": [{"_id": "a", "_rev": "9" * 400 + "-x"}], "new_edits": False},
    {"docs": [{"_id": "a"}], "new_edits": False},
    {"docs": [{"_id": "a", "_attachments": []}]},
    {"docs": [{"_id": "a", "_attachments": {"x": None}}]},
    {"docs": [{"_id": "a", "_attachments": {"x": {"data": {"length": 4}}}}]},
    {"docs": [{"_id": "a", "_attachments": {"x": {"data": "AAAA", "content_type": {"toString": 1}}}}]},
    {"docs": [{"_id": "a", "_attachments": {"x": {"follows": True}}}]},
    {"docs": [{"_id": "\ud800"}]},
    {"docs": [{"_id": "a", "_deleted": {"then": 1}}]},
    {"docs": [[["a"]]]},
    {"docs": {"length": 3}},
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: json.dumps(body)[:60])
def test_a_hostile_write_is_refused_and_leaves_nothing_behind(notes: Database, body: Any) -> None:
    assert 400 <= notes.ask("POST", "_bulk_docs", json=body).status_code < 500
    assert notes.changes()["results"] == []
    notes.put("a", {})


def test_a_document_it_could_not_give_back_as_it_was_is_refused_alone(notes: Database) -> None:
    deep = '{"_id":"deep","x":' + "[" * 50_000 + "]" * 50_000 + "}"
    answer = notes.ask("POST", "_bulk_docs", data=f'{{"docs":[{deep},{{"_id":"proto","x":{{"__proto__":{{"y":1}}}}}},{{"_id":"fine"}}]}}')
    assert [(row["id"], row.get("error")) for row in answer.json()] == [("deep", "forbidden"), ("proto", "forbidden"), ("fine", None)]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "_revs_diff", {"a": "1-a"}),
        ("POST", "_revs_diff", {"a": [None]}),
        ("POST", "_bulk_get", {"docs": [None]}),
        ("POST", "_bulk_get", {"docs": [{"id": {"x": 1}}]}),
        ("POST", "_all_docs", {"keys": [{"x": 1}]}),
        ("POST", "_changes?filter=_doc_ids", {"doc_ids": [1]}),
        ("PUT", "_security", []),
        ("GET", "a?open_revs=1", None),
        ("GET", "a?open_revs=[1]", None),
        ("GET", "a?rev=1-x&latest=true", None),
        ("GET", "a/__proto__?rev=x", None),
        ("GET", "%ff", None),
        ("GET", "a/%c0", None),
    ],
)
def test_a_malformed_question_is_refused_and_the_server_lives(notes: Database, method: str, path: str, body: Any) -> None:
    answer = notes.couch.request(method, f"{notes.couch.at('notes')}/{path}", json=body, timeout=30)
    assert 400 <= answer.status_code < 500
    assert set(answer.json()) == {"error", "reason"}
    notes.put("a", {})
