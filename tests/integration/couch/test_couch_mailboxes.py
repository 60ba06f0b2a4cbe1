"""`sync.couch.CouchMailboxes`: what the engine asks of its mailboxes, on any CouchDB, and what it is told when there is none."""

import base64
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from server.launch.settings import free_port
from sync.couch import CLIENTS, CouchMailboxes
from sync.errors import MailboxesUnavailable, NoSuchDocument, NoSuchMailbox, SyncError
from sync.ports import Mailboxes, Written
from tests.integration.couch.conftest import Couch, Database
from tests.integration.couch.stubborn_server import DRIP, HANG, http, stubborn_server

EVERY_CALL: dict[str, Callable[[Mailboxes, str], Any]] = {
    "create": lambda mailboxes, name: mailboxes.create(name),
    "delete": lambda mailboxes, name: mailboxes.delete(name),
    "changes": lambda mailboxes, name: mailboxes.changes(name, "0", 10),
    "write": lambda mailboxes, name: mailboxes.write(name, [{"_id": "a"}]),
    "revisions": lambda mailboxes, name: mailboxes.revisions(name, ["a"]),
    "attachment": lambda mailboxes, name: mailboxes.attachment(name, "a", "bytes"),
    "checkpoint": lambda mailboxes, name: mailboxes.checkpoint(name),
    "keep_checkpoint": lambda mailboxes, name: mailboxes.keep_checkpoint(name, "1"),
}
every_call = pytest.mark.parametrize("call", EVERY_CALL.values(), ids=EVERY_CALL.keys())


@pytest.fixture
def name(database: Database) -> str:
    """An empty database."""
    return database.name


def test_creating_is_told_apart_from_finding(mailboxes: CouchMailboxes, new_name: Callable[[], str]) -> None:
    name = new_name()
    assert [mailboxes.create(name), mailboxes.create(name)] == [True, False]


def test_a_mailbox_is_closed_to_everybody_but_the_administrator_even_if_it_was_open(mailboxes: CouchMailboxes, database: Database) -> None:
    database.ask("PUT", "_security", json={"admins": {"names": [], "roles": []}, "members": {"names": [], "roles": []}})
    mailboxes.create(database.name)
    assert database.get("_security").json()["members"]["roles"] == ["_admin"]
    assert requests.get(database.couch.at(database.name), timeout=30).status_code == 401


def test_of_two_that_create_it_at_once_one_made_it(couch_url: str, new_name: Callable[[], str]) -> None:
    for _ in range(5):
        name = new_name()
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _, name=name: CouchMailboxes(couch_url).create(name), range(4)))
        assert sorted(made) == [False, False, False, True]


def test_deleting_twice_is_once(mailboxes: CouchMailboxes, new_name: Callable[[], str]) -> None:
    name = new_name()
    mailboxes.create(name)
    mailboxes.delete(name)
    mailboxes.delete(name)
    with pytest.raises(NoSuchMailbox):
        mailboxes.changes(name, "0", 10)


@pytest.mark.parametrize("call", [call for kind, call in EVERY_CALL.items() if kind not in ("create", "delete")])
def test_a_mailbox_that_is_not_there_is_told_as_such(mailboxes: CouchMailboxes, new_name: Callable[[], str], call: Callable[[Mailboxes, str], Any]) -> None:
    with pytest.raises(NoSuchMailbox):
        call(mailboxes, new_name())


def test_changes_come_in_pages_with_their_documents_until_nothing_is_pending(mailboxes: CouchMailboxes, name: str) -> None:
    mailboxes.write(name, [{"_id": f"visit:{n}", "note": "走访"} for n in range(5)])
    first = mailboxes.changes(name, "0", 3)
    second = mailboxes.changes(name, first.last, 3)
    rows = [*first.rows, *second.rows]
    assert (len(first.rows), first.pending, len(second.rows), second.pending) == (3, 2, 2, 0)
    assert sorted(row.id for row in rows) == [f"visit:{n}" for n in range(5)]
    assert all(row.document and row.document["note"] == "走访" and row.document["_rev"] == row.rev and not row.deleted for row in rows)
    assert mailboxes.changes(name, second.last, 3).rows == ()


def test_changes_name_the_leaves_that_lost_and_leave_the_document_as_it_was_written(mailboxes: CouchMailboxes, database: Database) -> None:
    for rev in ("2-cc", "2-bb", "2-aa"):
        database.graft("job:1", rev, "1-00", state="opened")
    [row] = mailboxes.changes(database.name, "0", 10).rows
    assert (row.rev, sorted(row.losers)) == ("2-cc", ["2-aa", "2-bb"])
    assert row.document == {"_id": "job:1", "_rev": "2-cc", "state": "opened"}


def test_a_deletion_is_a_change(mailboxes: CouchMailboxes, name: str) -> None:
    [made] = mailboxes.write(name, [{"_id": "a"}])
    mailboxes.write(name, [{"_id": "a", "_rev": made.rev, "_deleted": True}])
    [row] = mailboxes.changes(name, "0", 10).rows
    assert row.deleted is True


def test_attachments_are_stubs_in_changes_and_bytes_when_asked_for(mailboxes: CouchMailboxes, name: str) -> None:
    data = bytes(range(256))
    mailboxes.write(name, [{"_id": "piece:1:000", "_attachments": {"bytes": {"content_type": "image/jpeg", "data": base64.b64encode(data).decode()}}}])
    [row] = mailboxes.changes(name, "0", 10).rows
    assert row.document
    assert row.document["_attachments"]["bytes"]["stub"] is True
    assert mailboxes.attachment(name, "piece:1:000", "bytes") == data


def test_an_attachment_or_document_that_is_not_there_is_told_apart_from_a_mailbox(mailboxes: CouchMailboxes, name: str) -> None:
    mailboxes.write(name, [{"_id": "a"}])
    for document in ("a", "b"):
        with pytest.raises(NoSuchDocument):
            mailboxes.attachment(name, document, "bytes")


def test_writes_are_answered_one_by_one_in_their_order(mailboxes: CouchMailboxes, name: str) -> None:
    [made] = mailboxes.write(name, [{"_id": "b"}])
    answers = mailboxes.write(name, [{"_id": "a"}, {"_id": "b"}, {"_id": "c"}, {"_id": "b", "_rev": made.rev, "_deleted": True}])
    assert [(answer.id, answer.error) for answer in answers] == [("a", None), ("b", "conflict"), ("c", None), ("b", None)]
    assert [bool(answer.rev) for answer in answers] == [True, False, True, True]
    assert mailboxes.write(name, []) == []


def test_the_same_document_written_again_on_its_revision_is_a_new_revision(mailboxes: CouchMailboxes, name: str) -> None:
    [first] = mailboxes.write(name, [{"_id": "me", "received": 1}])
    [second] = mailboxes.write(name, [{"_id": "me", "_rev": first.rev, "received": 2}])
    assert second == Written("me", second.rev)
    assert second.rev != first.rev


def test_revisions_are_told_of_what_is_there_and_not_deleted(mailboxes: CouchMailboxes, name: str) -> None:
    here, gone = mailboxes.write(name, [{"_id": "reply:visit:1"}, {"_id": "gone"}])
    mailboxes.write(name, [{"_id": "gone", "_rev": gone.rev, "_deleted": True}])
    assert mailboxes.revisions(name, ["never", "reply:visit:1", "gone"]) == {"reply:visit:1": here.rev}
    assert mailboxes.revisions(name, []) == {}


def test_a_checkpoint_is_the_start_until_kept_and_then_what_was_kept_last(mailboxes: CouchMailboxes, name: str) -> None:
    assert mailboxes.checkpoint(name) == "0"
    for kept in ("5-opaque", "9-opaque", "9-opaque"):
        mailboxes.keep_checkpoint(name, kept)
        assert mailboxes.checkpoint(name) == kept


def test_a_checkpoint_kept_is_no_change_of_the_mailbox(mailboxes: CouchMailboxes, name: str) -> None:
    mailboxes.keep_checkpoint(name, "5-opaque")
    assert mailboxes.changes(name, "0", 10).rows == ()


def test_any_number_of_threads_may_use_it_at_once(mailboxes: CouchMailboxes, name: str) -> None:
    with ThreadPoolExecutor(30) as pool:
        written = list(pool.map(lambda n: mailboxes.write(name, [{"_id": f"{n:03}"}])[0].error, range(200)))
    assert written == [None] * 200
    assert len(mailboxes.changes(name, "0", 500).rows) == 200


def test_greenlets_share_its_few_connections(couch_url: str, name: str) -> None:
    program = f"""
from gevent import monkey
monkey.patch_all()
import gevent
from sync.couch import CouchMailboxes
mailboxes = CouchMailboxes({couch_url!r})
jobs = [gevent.spawn(mailboxes.write, {name!r}, [{{"_id": str(n)}}]) for n in range(100)]
gevent.joinall(jobs, raise_error=True)
print(len(mailboxes.changes({name!r}, "0", 500).rows))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("100\n", "")


def test_making_one_asks_the_server_nothing() -> None:
    assert CouchMailboxes(f"http://admin:secret@127.0.0.1:{free_port()}")


def test_a_server_that_answers_is_reachable(mailboxes: CouchMailboxes) -> None:
    mailboxes.reachable()


def test_a_proxy_or_password_in_the_environment_is_not_for_us(monkeypatch: pytest.MonkeyPatch, couch_url: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    CouchMailboxes(couch_url).reachable()


def test_a_path_below_the_host_is_kept(couch_url: str) -> None:
    with stubborn_server(http("200 OK", "[]")) as url:
        CouchMailboxes(f"{url}/couch/").reachable()


def test_a_wrong_password_is_told_in_one_line_without_the_password(couch: Couch) -> None:
    wrong = CouchMailboxes(couch.address.replace("://", "://admin:not-the-secret@"))
    with pytest.raises(MailboxesUnavailable, match="refuses the name and password") as told:
        wrong.reachable()
    assert "\n" not in str(told.value)
    assert "not-the-secret" not in str(told.value)


@every_call
def test_a_server_that_is_not_there_is_unavailable(call: Callable[[Mailboxes, str], Any]) -> None:
    nobody = CouchMailboxes(f"http://admin:secret@127.0.0.1:{free_port()}")
    with pytest.raises(MailboxesUnavailable, match=r"^CouchDB at 127\.0\.0\.1:\d+ cannot be reached, or hung up$"):
        call(nobody, "mailbox")


@every_call
def test_a_server_that_hangs_is_unavailable_when_the_time_is_up(call: Callable[[Mailboxes, str], Any]) -> None:
    with stubborn_server(HANG) as url:
        begun = time.monotonic()
        with pytest.raises(MailboxesUnavailable, match=r"does not answer within 0\.2 s"):
            call(CouchMailboxes(url, timeout=(0.2, 0.2)), "mailbox")
        assert time.monotonic() - begun < 3


@every_call
@pytest.mark.parametrize(
    ("answer", "retry_after"),
    [
        (http("503 Service Unavailable", Retry_After="7"), 7),
        (http("429 Too Many Requests", '{"error":"too_many_requests","reason":"slow down"}', Retry_After="3"), 3),
        (http("429 Too Many Requests", Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), 1),
        (http("500 Internal Server Error", "<html>oops"), 1),
        (http("502 Bad Gateway", "<html>nginx"), 1),
        (b"", 1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", 1),
    ],
    ids=["503", "429", "429 with a date", "500", "502", "hangs up", "hangs up half-way"],
)
def test_a_server_too_busy_or_broken_is_unavailable_for_as_long_as_it_said(call: Callable[[Mailboxes, str], Any], answer: bytes, retry_after: int) -> None:
    with stubborn_server(answer) as url, pytest.raises(MailboxesUnavailable) as told:
        call(CouchMailboxes(url, timeout=(1, 1)), "mailbox")
    assert told.value.retry_after == retry_after
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("kind", ["changes", "write", "revisions", "checkpoint"])
def test_something_that_is_not_couchdb_is_told(kind: str) -> None:
    with stubborn_server(http("200 OK", "<html>welcome")) as url, pytest.raises(MailboxesUnavailable, match="is not CouchDB"):
        EVERY_CALL[kind](CouchMailboxes(url, timeout=(1, 1)), "mailbox")


def test_an_answer_nobody_foresaw_is_an_error_of_its_own_with_what_was_said() -> None:
    with (
        stubborn_server(http("418 I am a teapot", '{"error":"teapot","reason":"short and stout"}')) as url,
        pytest.raises(SyncError, match="418 short and stout") as told,
    ):
        CouchMailboxes(url).changes("mailbox", "0", 10)
    assert not isinstance(told.value, MailboxesUnavailable)


def test_when_all_connections_are_busy_the_next_caller_is_told_in_time() -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        with stubborn_server(DRIP) as url:
            mailboxes = CouchMailboxes(url, timeout=(0.5, 0.5))
            busy = [pool.submit(mailboxes.reachable) for _ in range(CLIENTS)]
            time.sleep(0.5)
            with pytest.raises(MailboxesUnavailable, match=r"connections to CouchDB at .* are busy"):
                mailboxes.reachable()
        assert all(isinstance(call.exception(), MailboxesUnavailable) for call in busy)
