"""What the tests here ask a CouchDB with: plain HTTP, and databases that are gone afterwards."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import requests

from sync.couch import CouchMailboxes


class Couch(requests.Session):
    """A CouchDB by relative paths: `couch.get("name", "_changes")`. Each part is percent-encoded; parts that begin with an underscore too."""

    def __init__(self, url: str) -> None:
        super().__init__()
        parts = urlsplit(url)
        self.trust_env = False
        self.auth = (unquote(parts.username or ""), unquote(parts.password or ""))
        self.address = f"{parts.scheme}://{parts.hostname}:{parts.port}{parts.path}"
        self.headers["Content-Type"] = "application/json"

    def at(self, *parts: str) -> str:
        return "/".join((self.address, *(quote(part, safe="") for part in parts)))


class Database:
    """One database: the few things every test does to it."""

    def __init__(self, couch: Couch, name: str) -> None:
        self.couch = couch
        self.name = name

    def ask(self, method: str, *parts: str, **options: Any) -> requests.Response:
        return self.couch.request(method, self.couch.at(self.name, *parts), timeout=30, **options)

    def get(self, *parts: str, **query: Any) -> requests.Response:
        return self.ask("GET", *parts, params=query)

    def put(self, id: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        """The answer to a write that is expected to succeed."""
        answer = self.ask("PUT", id, json=body, params=query)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def bulk(self, documents: list[Any], **options: Any) -> list[dict[str, Any]]:
        answer = self.ask("POST", "_bulk_docs", json={"docs": documents, **options})
        assert answer.status_code == 201, answer.text
        return list(answer.json())

    def graft(self, id: str, *revisions: str, **fields: Any) -> None:
        """Put a leaf with its history, newest first, as replication does: `graft("a", "2-b", "1-a")`."""
        start = int(revisions[0].partition("-")[0])
        history = {"start": start, "ids": [revision.partition("-")[2] for revision in revisions]}
        assert self.bulk([{"_id": id, "_rev": revisions[0], "_revisions": history, **fields}], new_edits=False) == []

    def changes(self, **query: Any) -> dict[str, Any]:
        answer = self.get("_changes", **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def couch(couch_url: str) -> Iterator[Couch]:
    with Couch(couch_url) as session:
        yield session


@pytest.fixture
def new_name(couch: Couch) -> Iterator[Callable[[], str]]:
    """Names of databases that are not there yet, and will not be afterwards."""
    names: list[str] = []

    def name() -> str:
        names.append(f"test-{secrets.token_hex(8)}")
        return names[-1]

    yield name
    for used in names:
        assert couch.delete(couch.at(used)).status_code in (200, 202, 404)


@pytest.fixture
def database(couch: Couch, new_name: Callable[[], str]) -> Database:
    """An empty database."""
    name = new_name()
    assert couch.put(couch.at(name)).status_code in (201, 202)
    return Database(couch, name)


@pytest.fixture
def mailboxes(couch_url: str) -> CouchMailboxes:
    return CouchMailboxes(couch_url)
