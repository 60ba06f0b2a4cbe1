"""Many documents in one request, and the trees of revisions that replication grafts: what replicators live by."""

import json
from typing import Any

import pytest

from tests.integration.couch.conftest import Database


def diff(database: Database, asked: dict[str, list[str]]) -> dict[str, Any]:
    return dict(database.ask("POST", "_revs_diff", json=asked).json())


def fetch(database: Database, *wanted: dict[str, str], **query: str) -> list[dict[str, Any]]:
    answer = database.ask("POST", "_bulk_get", json={"docs": list(wanted)}, params=query, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["results"])


def test_every_document_of_a_bulk_write_gets_its_own_answer_in_their_order(database: Database) -> None:
    taken = database.put("taken", {})
    answers = database.bulk([{"_id": "a"}, {"_id": "taken"}, {"_id": "taken", "_rev": taken["rev"], "_deleted": True}, {"_id": "a"}, {"no": "id"}])
    assert [(answer.get("id"), answer.get("error")) for answer in answers[:4]] == [("a", None), ("taken", "conflict"), ("taken", None), ("a", "conflict")]
    assert answers[1]["reason"] == "Document update conflict."
    assert database.get(answers[4]["id"]).json()["no"] == "id"


def test_a_document_can_be_born_deleted(database: Database) -> None:
    [answer] = database.bulk([{"_id": "a", "_deleted": True}])
    assert database.get("a").json()["reason"] == "deleted"
    assert database.changes()["results"][0]["deleted"] is True
    assert answer["rev"].startswith("1-")


@pytest.mark.parametrize(
    "body", [{}, {"docs": 1}, {"docs": [1]}, {"docs": [None]}, {"docs": [{"_id": 1}]}, {"docs": [{"_id": ""}]}, {"docs": [], "new_edits": "no"}]
)
def test_a_malformed_bulk_write_is_refused_whole(database: Database, body: dict[str, Any]) -> None:
    assert database.ask("POST", "_bulk_docs", json=body).status_code == 400


def test_one_document_of_bad_form_refuses_the_whole_bulk_write(database: Database) -> None:
    assert database.ask("POST", "_bulk_docs", json={"docs": [{"_id": "good"}, {"_id": "_bad"}]}).status_code == 400
    assert database.get("good").status_code == 404


def test_a_carried_over_revision_keeps_its_name_and_its_history(database: Database) -> None:
    database.graft("a", "3-cc", "2-bb", "1-aa", n=3)
    read = database.get("a", revs="true").json()
    assert (read["_rev"], read["_revisions"]) == ("3-cc", {"start": 3, "ids": ["cc", "bb", "aa"]})


def test_the_same_carried_over_twice_changes_nothing(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa")
    before = database.changes()
    database.graft("a", "2-bb", "1-aa")
    assert database.changes()["last_seq"] == before["last_seq"]


def test_an_ancestor_that_arrives_late_changes_nothing(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", n=2)
    database.graft("a", "1-aa", n=1)
    assert database.get("a", conflicts="true").json() == {"_id": "a", "_rev": "2-bb", "n": 2}


def test_branches_make_a_conflict_whose_winner_does_not_depend_on_their_order(database: Database) -> None:
    database.graft("a", "2-cc", "1-aa")
    database.graft("a", "2-bb", "1-aa")
    database.graft("b", "2-bb", "1-aa")
    database.graft("b", "2-cc", "1-aa")
    assert [database.get(id, conflicts="true").json()["_conflicts"] for id in ("a", "b")] == [["2-bb"], ["2-bb"]]


def test_a_deleted_leaf_loses_to_a_living_one(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa")
    database.graft("a", "5-ff", "4-ee", "3-dd", "2-cc", "1-aa", _deleted=True)
    winner = database.get("a", conflicts="true").json()
    assert (winner["_rev"], "_conflicts" in winner) == ("2-bb", False)


def test_deleting_the_loser_settles_the_conflict(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa")
    database.graft("a", "2-cc", "1-aa")
    [answer] = database.bulk([{"_id": "a", "_rev": "2-bb", "_deleted": True}])
    assert answer["rev"].startswith("3-")
    settled = database.get("a", conflicts="true").json()
    assert (settled["_rev"], "_conflicts" in settled) == ("2-cc", False)


def test_revs_diff_names_what_is_not_known_here(database: Database) -> None:
    database.graft("a", "3-cc", "2-bb", "1-aa")
    answer = diff(database, {"a": ["3-cc", "3-dd"], "b": ["1-aa"], "走访:一": ["1-x"]})
    assert {id: said["missing"] for id, said in answer.items()} == {"a": ["3-dd"], "b": ["1-aa"], "走访:一": ["1-x"]}
    assert diff(database, {"a": ["3-cc"]}) == {}
    assert diff(database, {}) == {}


def test_revs_diff_knows_ancestors_even_those_written_here_and_superseded(database: Database) -> None:
    first = database.put("a", {})
    database.put("a", {}, rev=first["rev"])
    assert diff(database, {"a": [first["rev"]]}) == {}


def test_bulk_get_fetches_leaves_with_their_histories(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", side="b")
    database.graft("a", "2-cc", "1-aa", side="c")
    [one, other] = fetch(database, {"id": "a", "rev": "2-bb"}, {"id": "a", "rev": "2-cc"}, revs="true")
    assert [result["docs"][0]["ok"]["side"] for result in (one, other)] == ["b", "c"]
    assert one["docs"][0]["ok"]["_revisions"] == {"start": 2, "ids": ["bb", "aa"]}


def test_bulk_get_without_a_revision_fetches_all_leaves(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa")
    database.graft("a", "2-cc", "1-aa")
    [result] = fetch(database, {"id": "a"})
    assert {leaf["ok"]["_rev"] for leaf in result["docs"]} == {"2-bb", "2-cc"}


def test_bulk_get_says_of_each_what_is_missing_and_fetches_the_rest(database: Database) -> None:
    database.put("a", {"n": 1})
    results = fetch(database, {"id": "never", "rev": "1-aa"}, {"id": "a", "rev": "9-zz"}, {"id": "a"}, {"id": "never"})
    assert [result["docs"][0].get("error", {}).get("error") for result in results] == ["not_found", "not_found", None, "not_found"]


def test_bulk_get_with_latest_fetches_what_a_revision_became(database: Database) -> None:
    first = database.put("a", {"n": 1})
    second = database.put("a", {"n": 2}, rev=first["rev"])
    [result] = fetch(database, {"id": "a", "rev": first["rev"]}, latest="true")
    assert result["docs"][0]["ok"]["_rev"] == second["rev"]


def test_bulk_get_shows_a_deletion(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa", _deleted=True)
    [result] = fetch(database, {"id": "a", "rev": "2-bb"})
    assert result["docs"][0]["ok"]["_deleted"] is True


def test_all_docs_lists_ids_in_order_whatever_their_script(database: Database) -> None:
    ids = ["0", "a", "visit:1", "ÿ", "走访:一", "😀"]
    database.bulk([{"_id": id} for id in reversed(ids)])
    listing = database.get("_all_docs").json()
    assert (listing["total_rows"], [row["id"] for row in listing["rows"]]) == (6, ids)
    assert [row["id"] for row in database.get("_all_docs", descending="true").json()["rows"]] == ids[::-1]


def test_all_docs_gives_a_range_of_ids(database: Database) -> None:
    database.bulk([{"_id": f"job:{n}"} for n in range(5)] + [{"_id": "visit:1"}])

    def ids(**query: Any) -> list[str]:
        return [row["id"] for row in database.get("_all_docs", **{name: json.dumps(value) for name, value in query.items()}).json()["rows"]]

    assert ids(startkey="job:", endkey="job:\ufff0") == [f"job:{n}" for n in range(5)]
    assert ids(startkey="job:1", endkey="job:3", inclusive_end=False) == ["job:1", "job:2"]
    assert ids(start_key="job:1", limit=2, skip=1) == ["job:2", "job:3"]
    assert ids(startkey="job:3", endkey="job:1", descending=True) == ["job:3", "job:2", "job:1"]
    assert ids(key="job:2") == ["job:2"]
    assert ids(limit=0) == []
    assert ids(startkey="x") == []


def test_all_docs_looks_up_the_ids_it_is_given_in_their_order(database: Database) -> None:
    made = database.put("here", {"n": 1})
    gone = database.put("gone", {})
    database.ask("DELETE", "gone", params={"rev": gone["rev"]})
    rows = database.ask("POST", "_all_docs", json={"keys": ["gone", "never", "here"]}, params={"include_docs": "true"}).json()["rows"]
    assert (rows[0]["value"]["deleted"], rows[0]["doc"]) == (True, None)
    assert rows[1] == {"key": "never", "error": "not_found"}
    assert (rows[2]["value"]["rev"], rows[2]["doc"]["n"]) == (made["rev"], 1)
    assert database.get("_all_docs", keys='["here"]').json()["rows"][0]["id"] == "here"
    assert database.ask("POST", "_all_docs", json={"keys": ["here"], "include_docs": True}).json()["rows"][0]["doc"]["n"] == 1


def test_all_docs_comes_whole_when_there_are_many(database: Database) -> None:
    database.bulk([{"_id": f"{n:04}", "note": "水" * 100} for n in range(1000)])
    for query in ({}, {"include_docs": "true"}, {"descending": "true"}):
        assert {row["id"] for row in database.get("_all_docs", **query).json()["rows"]} == {f"{n:04}" for n in range(1000)}


def test_a_range_that_is_not_json_is_refused(database: Database) -> None:
    assert database.get("_all_docs", startkey="a").status_code == 400
    assert database.get("_all_docs", limit="many").status_code == 400
