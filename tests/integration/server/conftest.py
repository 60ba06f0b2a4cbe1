"""The demo compound on a database of its own, mailboxes in memory, and a clock that stands still: what tests of a single part of the server ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from server import demo
from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.people import passwords
from server.people import service as people
from server.people.sessions import open_session
from tests.fakes import FakeClock, FakeMailboxes

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes a hash slow to guess makes a test slow, and nobody guesses here."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def couchdb_address() -> str:
    """Nobody listens there, unless a test has somebody do."""
    return "http://admin:secret@127.0.0.1:1"


@pytest.fixture
def compound(database_url: str, couchdb_address: str, tmp_path: Path, clock: FakeClock) -> Iterator[Flask]:
    """The application with the demo compound, inside its context."""
    config = Config(data_dir=tmp_path, database_url=database_url, couchdb_url=couchdb_address, couchdb_prefix="test-", demo=True)
    application = create_app(config, mailboxes=FakeMailboxes(), clock=clock)
    with application.app_context():
        with writing() as connection:
            demo.seed(connection, clock.now())
        yield application
        db.engine.dispose()


@pytest.fixture
def anyone(compound: Flask) -> FlaskClient:
    """A client that is not signed in and keeps no cookie."""
    return compound.test_client(use_cookies=False)


@pytest.fixture
def signed_in(compound: Flask, clock: FakeClock) -> SignIn:
    """A client that presents a session of this login as a token."""

    def client_of(login: str) -> FlaskClient:
        with writing() as connection:
            token = open_session(connection, people.user_named(connection, login), 30, clock.now())
        client = compound.test_client(use_cookies=False)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return client_of
