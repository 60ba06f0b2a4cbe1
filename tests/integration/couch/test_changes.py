"""The changes feed, as any CouchDB gives it: every document once, after a sequence nobody looks into."""

import threading
import time
from typing import Any

import pytest

from tests.integration.couch.conftest import Couch, Database


def ids(changes: dict[str, Any]) -> list[str]:
    return [row["id"] for row in changes["results"]]


def test_an_empty_database_has_no_changes_and_a_sequence_to_go_on_from(database: Database) -> None:
    empty = database.changes()
    assert (empty["results"], empty["pending"]) == ([], 0)
    database.put("a", {})
    assert ids(database.changes(since=empty["last_seq"])) == ["a"]


def test_a_document_written_twice_is_there_once_as_it_is_now(database: Database) -> None:
    first = database.put("a", {"n": 1})
    database.put("b", {})
    second = database.put("a", {"n": 2}, rev=first["rev"])
    changes = database.changes(include_docs="true")
    assert ids(changes) == ["b", "a"]
    assert changes["results"][1]["changes"] == [{"rev": second["rev"]}]
    assert changes["results"][1]["doc"]["n"] == 2


def test_sequences_are_texts_and_each_row_can_be_gone_on_from(database: Database) -> None:
    database.bulk([{"_id": str(n)} for n in range(5)])
    rows = database.changes()["results"]
    assert all(isinstance(row["seq"], str) for row in rows)
    for n, row in enumerate(rows):
        assert len(ids(database.changes(since=row["seq"]))) == 4 - n


def test_reading_page_by_page_sees_every_document_once_and_knows_when_it_is_done(database: Database) -> None:
    database.bulk([{"_id": f"{n:03}"} for n in range(25)])
    seen: list[str] = []
    since: Any = 0
    pending = []
    while True:
        page = database.changes(since=since, limit=10, include_docs="true")
        seen += ids(page)
        since = page["last_seq"]
        pending.append(page["pending"])
        if page["pending"] == 0:
            break
    assert sorted(seen) == [f"{n:03}" for n in range(25)]
    assert pending == [15, 5, 0]


def test_now_means_from_here_on(database: Database) -> None:
    database.put("a", {})
    now = database.changes(since="now")
    assert ids(now) == []
    database.put("b", {})
    assert ids(database.changes(since=now["last_seq"])) == ["b"]


def test_a_deletion_is_a_change_with_a_document_that_says_so(database: Database) -> None:
    made = database.put("a", {})
    database.ask("DELETE", "a", params={"rev": made["rev"]})
    [row] = database.changes(include_docs="true")["results"]
    assert (row["deleted"], row["doc"]["_deleted"]) == (True, True)


def test_leaves_that_lost_are_told_with_all_docs_style_and_as_conflicts(database: Database) -> None:
    database.graft("a", "2-bb", "1-aa")
    database.graft("a", "2-cc", "1-aa")
    [row] = database.changes(style="all_docs", include_docs="true", conflicts="true")["results"]
    assert {leaf["rev"] for leaf in row["changes"]} == {"2-bb", "2-cc"}
    assert row["doc"]["_conflicts"] == ["2-bb"]
    [plain] = database.changes(include_docs="true")["results"]
    assert (plain["changes"], "_conflicts" in plain["doc"]) == ([{"rev": "2-cc"}], False)


def test_a_loser_that_arrives_is_a_change_of_the_document(database: Database) -> None:
    database.graft("a", "2-cc", "1-aa")
    since = database.changes()["last_seq"]
    database.graft("a", "2-bb", "1-aa")
    [row] = database.changes(since=since, include_docs="true")["results"]
    assert (row["id"], row["doc"]["_rev"]) == ("a", "2-cc")


def test_attachments_are_stubs_unless_asked_for(database: Database) -> None:
    database.put("a", {"_attachments": {"bytes": {"content_type": "application/octet-stream", "data": "AAEC"}}})
    [row] = database.changes(include_docs="true")["results"]
    assert (row["doc"]["_attachments"]["bytes"]["stub"], row["doc"]["_attachments"]["bytes"]["length"]) == (True, 3)
    [full] = database.changes(include_docs="true", attachments="true", att_encoding_info="true")["results"]
    assert full["doc"]["_attachments"]["bytes"]["data"] == "AAEC"


def test_only_the_ids_asked_for(database: Database) -> None:
    database.bulk([{"_id": str(n)} for n in range(5)])
    answer = database.ask("POST", "_changes", params={"filter": "_doc_ids"}, json={"doc_ids": ["1", "3", "none"]}).json()
    assert sorted(ids(answer)) == ["1", "3"]
    assert ids(database.changes(since=answer["last_seq"])) == []
    assert sorted(ids(database.changes(filter="_doc_ids", doc_ids='["0"]'))) == ["0"]


def test_the_newest_first_gives_the_last_sequence(database: Database) -> None:
    database.bulk([{"_id": str(n)} for n in range(5)])
    assert len(ids(database.changes(descending="true", limit=1))) == 1


def test_many_changes_come_whole(database: Database) -> None:
    database.bulk([{"_id": f"{n:04}", "note": "水" * 100} for n in range(1500)])
    assert {row["doc"]["_id"] for row in database.changes(include_docs="true")["results"]} == {f"{n:04}" for n in range(1500)}


def test_a_sequence_may_be_given_as_json_as_couchdbs_replicator_does(database: Database) -> None:
    database.put("a", {})
    since = database.changes()["last_seq"]
    assert ids(database.changes(since=f'"{since}"')) == []


def test_a_sequence_of_no_database_is_refused(database: Database) -> None:
    assert database.get("_changes", since="yesterday").status_code == 400


def test_longpoll_answers_at_once_when_there_is_something(database: Database) -> None:
    database.put("a", {})
    assert ids(database.changes(feed="longpoll")) == ["a"]


def test_longpoll_waits_for_the_next_write(database: Database, couch_url: str) -> None:
    since = database.changes()["last_seq"]

    def write_later() -> None:
        time.sleep(0.5)
        with Couch(couch_url) as other:
            Database(other, database.name).put("late", {})

    writer = threading.Thread(target=write_later)
    writer.start()
    begun = time.monotonic()
    assert ids(database.changes(feed="longpoll", since=since, heartbeat=200)) == ["late"]
    assert 0.4 < time.monotonic() - begun < 10
    writer.join()


def test_longpoll_gives_up_after_its_timeout(database: Database) -> None:
    begun = time.monotonic()
    answer = database.changes(feed="longpoll", timeout=300)
    assert answer["results"] == []
    assert 0.2 < time.monotonic() - begun < 10


@pytest.mark.parametrize("query", [{"feed": "sideways"}, {"filter": "design/filter"}, {"limit": "few"}, {"include_docs": "perhaps"}])
def test_what_it_cannot_do_it_refuses(database: Database, query: dict[str, str]) -> None:
    assert database.get("_changes", **query).status_code >= 400
