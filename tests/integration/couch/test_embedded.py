"""What is true of the embedded server alone: how it starts and refuses to, what it survives, what it does not offer."""

import base64
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.couch_server import EMBEDDED, EmbeddedCouch
from tests.integration.couch.conftest import Couch, Database


def begin(*arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to fail."""
    node = shutil.which("node")
    assert node
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COUCHDB_")}
    return subprocess.run([node, EMBEDDED / "server.mjs", *map(str, arguments)], env={**clean, **environ}, capture_output=True, text=True, timeout=30)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    [line] = done.stderr.splitlines()
    return line


ADMINISTRATOR = {"COUCHDB_USER": "admin", "COUCHDB_PASSWORD": "secret"}


@pytest.fixture
def own(embedded_couch: EmbeddedCouch) -> Iterator[Couch]:
    with Couch(embedded_couch.url) as session:
        yield session


@pytest.fixture
def notes(own: Couch) -> Database:
    own.put(own.at("notes"))
    return Database(own, "notes")


def test_a_port_in_use_is_told_in_one_line_with_what_to_do(embedded_couch: EmbeddedCouch, tmp_path: Path) -> None:
    said = complaint(begin("--data", tmp_path / "other", "--port", embedded_couch.port, **ADMINISTRATOR))
    assert f"port {embedded_couch.port} of 127.0.0.1 is in use" in said
    assert "--port" in said


def test_a_data_directory_in_use_is_told_in_one_line_with_what_to_do(embedded_couch: EmbeddedCouch) -> None:
    said = complaint(begin("--data", embedded_couch.folder, "--port", embedded_couch.port, **ADMINISTRATOR))
    assert f"{embedded_couch.folder} is in use by another process" in said
    assert "--data" in said


def test_a_data_directory_that_cannot_be_one_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        assert "--data" in complaint(begin("--data", path, **ADMINISTRATOR))


def test_a_damaged_data_directory_is_told_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "CURRENT").write_text("MANIFEST-000042\n")
    assert "backup" in complaint(begin("--data", folder, **ADMINISTRATOR))


@pytest.mark.parametrize(
    ("arguments", "environ", "about"),
    [
        ((), ADMINISTRATOR, "--data"),
        (("--data", "x"), {}, "COUCHDB_PASSWORD"),
        (("--data", "x", "--port", "http"), ADMINISTRATOR, "--port"),
        (("--data", "x", "--port", "70000"), ADMINISTRATOR, "--port"),
        (("--data", "x", "--open-limit", "0"), ADMINISTRATOR, "--open-limit"),
        (("--data", "x", "--verbose"), ADMINISTRATOR, "--verbose"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_told_in_one_line(arguments: tuple[str, ...], environ: dict[str, str], about: str) -> None:
    assert about in complaint(begin(*arguments, **environ))


def test_it_listens_on_the_loopback_only(embedded_couch: EmbeddedCouch) -> None:
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"]
    assert [address for address in listening if int(address.partition(":")[2], 16) == embedded_couch.port] == [f"0100007F:{embedded_couch.port:04X}"]


def test_a_restart_keeps_everything(embedded_couch: EmbeddedCouch, own: Couch, notes: Database) -> None:
    security = {"admins": {"roles": ["_admin"]}, "members": {"roles": ["grid"]}}
    notes.ask("PUT", "_security", json=security)
    notes.graft("走访:一", "2-bb", "1-aa", n=1)
    notes.graft("走访:一", "2-cc", "1-aa", n=2)
    made = notes.put("piece", {"_attachments": {"x": {"data": "AAEC", "content_type": "image/jpeg"}}})
    before = (own.get(own.at("")).json(), notes.changes(include_docs="true", conflicts="true", style="all_docs"), notes.get("").json()["doc_count"])
    assert embedded_couch.stop() == 0
    embedded_couch.start()
    assert (own.get(own.at("")).json(), notes.changes(include_docs="true", conflicts="true", style="all_docs"), notes.get("").json()["doc_count"]) == before
    assert notes.get("piece", "x").content == b"\x00\x01\x02"
    assert notes.get("_security").json() == security
    notes.put("piece", {"_rev": made["rev"]})
    assert notes.changes(since=before[1]["last_seq"])["results"][0]["id"] == "piece"


def test_sigkill_while_many_write_loses_nothing_that_was_acknowledged(embedded_couch: EmbeddedCouch, own: Couch) -> None:
    names = [f"phone{n}" for n in range(8)]
    for name in names:
        own.put(own.at(name))
    acknowledged: dict[str, dict[str, str]] = {name: {} for name in names}
    for round in range(3):
        killed = threading.Event()

        def write(name: str, round: int = round, killed: threading.Event = killed) -> None:
            with Couch(embedded_couch.url) as session:
                database = Database(session, name)
                for n in range(10_000):
                    if killed.is_set():
                        return
                    bytes_ = base64.b64encode(f"{name} {round} {n}".encode()).decode()
                    documents = [{"_id": f"{round}:{n:05}:{k}", "_attachments": {"x": {"data": bytes_, "content_type": "text/plain"}}} for k in range(5)]
                    try:
                        acknowledged[name].update({answer["id"]: answer["rev"] for answer in database.bulk(documents)})
                    except requests.RequestException:
                        return

        with ThreadPoolExecutor(len(names)) as phones:
            writing = [phones.submit(write, name) for name in names]
            time.sleep(0.4)
            embedded_couch.kill()
            killed.set()
            for one in writing:
                one.result()
        embedded_couch.start()
        for name in names:
            database = Database(own, name)
            held = {row["id"]: row["changes"][0]["rev"] for row in database.changes()["results"]}
            assert held.items() >= acknowledged[name].items()
            assert len(held) % 5 == 0, "a bulk write is kept whole or not at all"
            assert database.get("").json()["doc_count"] == len(held)
    for name, documents in acknowledged.items():
        assert documents, "nothing was written before the kill"
        last = max(documents)
        round_, n, _ = last.split(":")
        assert Database(own, name).get(last, "x").text == f"{name} {round_} {int(n)}"


def test_a_deletion_cut_short_by_sigkill_stays_a_deletion(embedded_couch: EmbeddedCouch, own: Couch, notes: Database) -> None:
    notes.bulk([{"_id": str(n), "note": "水" * 1000} for n in range(2000)])

    def delete() -> None:
        with Couch(embedded_couch.url) as other, suppress(requests.RequestException):
            other.delete(other.at("notes"))

    deleting = threading.Thread(target=delete)
    deleting.start()
    while own.get(own.at("notes")).status_code != 404:
        pass
    embedded_couch.kill()
    deleting.join()
    embedded_couch.start()
    assert own.get(own.at("_all_dbs")).json() == []
    own.put(own.at("notes"))
    assert notes.changes()["results"] == []


def test_asked_to_stop_it_answers_who_waits_and_leaves(embedded_couch: EmbeddedCouch, notes: Database) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(notes.changes, feed="longpoll", heartbeat="true")
        time.sleep(0.3)
        begun = time.monotonic()
        assert embedded_couch.stop() == 0
        assert time.monotonic() - begun < 4
        assert waiting.result()["results"] == []


def test_a_deleted_database_answers_who_waits_for_its_changes(own: Couch, notes: Database, embedded_couch: EmbeddedCouch) -> None:
    with ThreadPoolExecutor(1) as pool, Couch(embedded_couch.url) as other:
        waiting = pool.submit(Database(other, "notes").changes, feed="longpoll", heartbeat="true")
        time.sleep(0.3)
        notes.ask("DELETE")
        assert waiting.result(10)["results"] == []


def test_three_hundred_databases_share_a_few_open_ones(tmp_path: Path) -> None:
    server = EmbeddedCouch(tmp_path / "couch", "--open-limit", "10")
    server.start()
    names = [f"mailbox-{n}" for n in range(300)]

    def live(name: str) -> int:
        with Couch(server.url) as session:
            session.put(session.at(name))
            database = Database(session, name)
            for n in range(3):
                database.bulk([{"_id": f"visit:{n}"}, {"_id": f"problem:{n}"}])
            return len(database.changes(include_docs="true")["results"])

    try:
        with ThreadPoolExecutor(16) as pool:
            assert list(pool.map(live, names)) == [6] * 300
        with Couch(server.url) as session:
            assert session.get(session.at("_all_dbs")).json() == sorted(names)
            assert {Database(session, name).get("").json()["doc_count"] for name in names} == {6}
    finally:
        server.kill()
    assert server.log == ""
