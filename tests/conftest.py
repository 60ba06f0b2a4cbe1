"""What every test may ask for: a database, a CouchDB, a push service, and the application wired to them."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytest_plugins = ["tests.couch_server", "tests.databases", "tests.push_service"]


@pytest.fixture
def app(database_url: str, couch_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a migrated, empty database and a real CouchDB server, where it makes and removes databases of its own."""
    # Here and not above: a unit test runs without the application.
    from server.app import create_app
    from server.config import Config
    from server.database import db
    from server.ledger.models import Mailbox

    config = Config(data_dir=tmp_path, database_url=database_url, couchdb_url=couch_url, couchdb_prefix=f"test-{secrets.token_hex(6)}-")
    application = create_app(config)
    yield application
    with application.app_context():
        with db.engine.connect() as connection:
            names = list(connection.scalars(db.select(Mailbox.name)))
        for name in names:
            application.extensions["doorstep"].mailboxes.delete(name)
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
