"""The server and its databases, as any CouchDB has them."""

from collections.abc import Callable

import pytest
import requests

from tests.integration.couch.conftest import Couch, Database


def test_the_server_says_welcome_and_who_it_is_always_the_same(couch: Couch) -> None:
    first, second = (couch.get(couch.at("")).json() for _ in range(2))
    assert first["couchdb"] == "Welcome"
    assert first["uuid"]
    assert first == second


def test_it_is_up(couch: Couch) -> None:
    assert couch.get(couch.at("_up")).json()["status"] == "ok"


def test_without_a_password_nothing_of_a_database_is_told(database: Database) -> None:
    for path in ("", "/_changes", "/_all_docs", "/_security", "/some-document"):
        answer = requests.get(database.couch.at(database.name) + path, timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_a_wrong_password_is_refused(couch: Couch) -> None:
    answer = requests.get(couch.at("_all_dbs"), auth=("admin", "not the password"), timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_signing_in_gives_a_cookie_that_works_and_signing_out_takes_it_back(couch: Couch) -> None:
    name, password = couch.auth
    with requests.Session() as session:
        answer = session.post(couch.at("_session"), data={"name": name, "password": password}, timeout=30)
        assert answer.json()["ok"] is True
        assert session.get(couch.at("_all_dbs"), timeout=30).status_code == 200
        assert session.get(couch.at("_session"), timeout=30).json()["userCtx"] == {"name": name, "roles": ["_admin"]}
        session.delete(couch.at("_session"), timeout=30)
        assert session.get(couch.at("_all_dbs"), timeout=30).status_code == 401


def test_signing_in_with_a_wrong_password_is_refused(couch: Couch) -> None:
    answer = requests.post(couch.at("_session"), json={"name": "admin", "password": "no"}, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_a_cookie_somebody_made_up_is_refused(couch: Couch) -> None:
    answer = requests.get(couch.at("_all_dbs"), cookies={"AuthSession": "YWRtaW4.9999999999999"}, timeout=30)
    assert answer.status_code in (400, 401)


def test_a_database_is_made_once_listed_described_and_removed(couch: Couch, new_name: Callable[[], str]) -> None:
    name = new_name()
    assert couch.get(couch.at(name)).status_code == 404
    assert couch.head(couch.at(name)).status_code == 404
    assert couch.put(couch.at(name), params={"q": 1}).json() == {"ok": True}
    again = couch.put(couch.at(name))
    assert (again.status_code, again.json()["error"]) == (412, "file_exists")
    assert name in couch.get(couch.at("_all_dbs")).json()
    assert couch.head(couch.at(name)).status_code == 200
    described = couch.get(couch.at(name)).json()
    assert (described["db_name"], described["doc_count"]) == (name, 0)
    assert couch.delete(couch.at(name)).json() == {"ok": True}
    gone = couch.delete(couch.at(name))
    assert (gone.status_code, gone.json()["error"]) == (404, "not_found")
    assert name not in couch.get(couch.at("_all_dbs")).json()


def test_a_database_made_again_under_its_old_name_is_empty_and_begins_from_the_start(database: Database) -> None:
    database.put("a", {})
    seen = database.changes()["last_seq"]
    database.ask("DELETE")
    database.ask("PUT")
    assert database.get("a").status_code == 404
    database.put("b", {})
    assert [row["id"] for row in database.changes(since=seen)["results"]] == ["b"]


@pytest.mark.parametrize("name", ["Upper", "1st", "spaced out", "ümlaut", "a.b", "中文", "-"])
def test_a_name_couchdb_does_not_take_is_refused(couch: Couch, name: str) -> None:
    answer = couch.put(couch.at(name))
    assert (answer.status_code, answer.json()["error"]) == (400, "illegal_database_name")


def test_every_character_couchdb_takes_in_a_name_is_taken(couch: Couch, new_name: Callable[[], str]) -> None:
    name = f"{new_name()}_$()+-/x"
    try:
        assert couch.put(couch.at(name)).status_code == 201
        assert couch.get(couch.at(name)).json()["db_name"] == name
    finally:
        couch.delete(couch.at(name))


def test_security_is_kept_as_it_was_given(database: Database) -> None:
    security = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": ["小李"], "roles": ["grid"]}}
    assert database.ask("PUT", "_security", json=security).json() == {"ok": True}
    assert database.get("_security").json() == security


def test_what_is_asked_of_a_database_that_is_not_there_is_not_found(couch: Couch, new_name: Callable[[], str]) -> None:
    absent = Database(couch, new_name())
    for answer in (absent.get("_changes"), absent.get("_all_docs"), absent.get("a"), absent.ask("POST", "_bulk_docs", json={"docs": []})):
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_a_method_that_means_nothing_there_is_refused(database: Database) -> None:
    answer = database.ask("PATCH", "a", json={})
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


def test_compaction_and_full_commit_are_accepted(database: Database) -> None:
    assert database.ask("POST", "_compact", json={}).status_code == 202
    answer = database.ask("POST", "_ensure_full_commit", json={})
    assert (answer.status_code, answer.json()["ok"]) == (201, True)
