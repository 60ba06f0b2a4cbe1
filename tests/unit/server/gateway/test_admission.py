"""What the door lets through, address by address."""

import pytest

from server.gateway.errors import BadRequest, NotAdmitted
from server.gateway.rules import LONGEST_POLL_MS, admit, asked_of_couchdb


@pytest.mark.parametrize(
    ("method", "path", "kind", "passed"),
    [
        ("GET", "/mailbox", "database", "/"),
        ("GET", "/mailbox/", "database", "/"),
        ("HEAD", "/photos", "database", "/"),
        ("GET", "/mailbox/_changes", "changes", "/_changes"),
        ("POST", "/mailbox/_changes", "changes", "/_changes"),
        ("GET", "/mailbox/_all_docs", "question", "/_all_docs"),
        ("POST", "/mailbox/_bulk_get", "question", "/_bulk_get"),
        ("POST", "/mailbox/_revs_diff", "question", "/_revs_diff"),
        ("POST", "/mailbox/_bulk_docs", "bulk", "/_bulk_docs"),
        ("POST", "/mailbox/_ensure_full_commit", "commit", "/_ensure_full_commit"),
        ("PUT", "/mailbox/_local/abc", "local", "/_local/abc"),
        ("GET", "/mailbox/_local%2Fabc", "local", "/_local/abc"),
        ("GET", "/mailbox/_local/a%2Fb", "local", "/_local/a%2Fb"),
        ("PUT", "/mailbox/visit:01", "document", "/visit%3A01"),
        ("DELETE", "/mailbox/visit%3a01", "document", "/visit%3A01"),
        ("GET", "/mailbox/a%2Fb", "document", "/a%2Fb"),
        ("GET", "/mailbox/a/b", "attachment", "/a/b"),
        ("PUT", "/photos/piece%3A01%3A000/bytes", "attachment", "/piece%3A01%3A000/bytes"),
        ("GET", "/mailbox/%E6%A5%BC", "document", "/%E6%A5%BC"),
        ("GET", "/mailbox/a%3Fb%23c", "document", "/a%3Fb%23c"),
        ("GET", "/mailbox/%255fdesign", "document", "/%255fdesign"),
        ("GET", "/mailbox/a%0D%0AHost:%20evil", "document", "/a%0D%0AHost%3A%20evil"),
    ],
)
def test_what_replicators_need_goes_through_as_the_door_understood_it(method: str, path: str, kind: str, passed: str) -> None:
    asked = admit(method, path)
    assert (asked.kind, asked.path) == (kind, passed)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/mailbox", 412),
        ("PUT", "/mailbox/", 412),
        ("DELETE", "/mailbox", 405),
        ("POST", "/mailbox", 405),
        ("PATCH", "/mailbox/visit:01", 405),
        ("COPY", "/mailbox/visit:01", 405),
        ("GET", "/mailbox/_bulk_docs", 405),
        ("GET", "/mailbox/_revs_diff", 405),
        ("PUT", "/mailbox/_changes", 405),
        ("GET", "/other", 404),
        ("GET", "/doorstep-mailbox-01", 404),
        ("GET", "/_all_dbs", 404),
        ("GET", "/_users/a", 404),
        ("GET", "/mailbox%2F..%2Fphotos", 404),
        ("GET", "//mailbox", 404),
        ("GET", "/mailbox//", 404),
        ("GET", "/mailbox/../photos", 404),
        ("GET", "/mailbox/%2e%2e", 404),
        ("GET", "/mailbox/%2E%2e/_users", 404),
        ("GET", "/mailbox/a/../../_users", 404),
        ("GET", "/mailbox/a//b", 404),
        ("GET", "/mailbox/a/", 404),
        ("PUT", "/mailbox/_design/x", 403),
        ("GET", "/mailbox/_design/x/_view/y", 403),
        ("PUT", "/mailbox/%5fdesign/x", 403),
        ("PUT", "/mailbox/_design%2Fx", 403),
        ("PUT", "/mailbox/%5F%64esign%2Fx", 403),
        ("GET", "/mailbox/_local/doorstep-merge", 403),
        ("PUT", "/mailbox/_local%2Fdoorstep-merge", 403),
        ("PUT", "/mailbox/%5flocal/doorstep%2Dmerge", 403),
        ("GET", "/mailbox/_local", 404),
        ("GET", "/mailbox/_local/a/b", 404),
        ("GET", "/mailbox/_security", 404),
        ("PUT", "/mailbox/_security", 404),
        ("POST", "/mailbox/_find", 404),
        ("POST", "/mailbox/_purge", 404),
        ("POST", "/mailbox/_compact", 404),
        ("GET", "/mailbox/_revs_limit", 404),
        ("GET", "/mailbox/_changes/x", 404),
        ("GET", "/mailbox/_all_docs%2Fx", 404),
    ],
)
def test_everything_else_is_refused_whatever_its_spelling(method: str, path: str, status: int) -> None:
    with pytest.raises(NotAdmitted) as caught:
        admit(method, path)
    assert caught.value.status == status


def test_a_path_that_is_not_utf8_is_no_path() -> None:
    with pytest.raises(BadRequest):
        admit("GET", "/mailbox/%ff")


@pytest.mark.parametrize(
    ("method", "path", "writes"),
    [
        ("POST", "/mailbox/_bulk_docs", True),
        ("PUT", "/mailbox/visit:01", True),
        ("DELETE", "/mailbox/visit:01", True),
        ("PUT", "/mailbox/visit:01/a", True),
        ("PUT", "/mailbox/_local/x", False),
        ("POST", "/mailbox/_revs_diff", False),
        ("GET", "/mailbox/visit:01", False),
    ],
)
def test_the_worker_is_told_of_documents_and_not_of_checkpoints_or_questions(method: str, path: str, writes: bool) -> None:
    assert admit(method, path).writes is writes


@pytest.mark.parametrize("feed", ["continuous", "eventsource", "LONGPOLL", ""])
def test_a_feed_that_never_ends_is_refused(feed: str) -> None:
    with pytest.raises(BadRequest):
        asked_of_couchdb("changes", {"feed": feed})


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ({"timeout": "5000"}, "5000"),
        ({"timeout": "3600000"}, str(LONGEST_POLL_MS)),
        ({"timeout": "-1"}, str(LONGEST_POLL_MS)),
        ({"timeout": "²"}, str(LONGEST_POLL_MS)),
        ({}, str(LONGEST_POLL_MS)),
        ({"heartbeat": "10000"}, str(LONGEST_POLL_MS)),
    ],
)
def test_a_long_poll_ends_within_a_minute(asked: dict[str, str], passed: str) -> None:
    assert asked_of_couchdb("changes", {"feed": "longpoll", **asked}) == {"feed": "longpoll", "timeout": passed}


def test_a_write_is_only_answered_when_it_is_there() -> None:
    assert asked_of_couchdb("document", {"batch": "ok", "new_edits": "false"}) == {"new_edits": "false"}
