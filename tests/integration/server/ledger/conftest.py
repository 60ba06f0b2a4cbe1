"""A town for every test of the merge, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.app import create_app
from server.config import Config
from tests.fakes import FakeClock, FakeMailboxes
from tests.town import PREFIX, START, Town


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    mailboxes, clock = FakeMailboxes(), FakeClock(START)
    config = Config(data_dir=tmp_path, database_url=database_url, couchdb_url="http://127.0.0.1:1", couchdb_prefix=PREFIX)
    built = Town(create_app(config, mailboxes=mailboxes, clock=clock), mailboxes, clock)
    clock.pass_(60_000)
    yield built
    built.close()
