"""The merge: from documents in mailboxes to committed inputs, rows, history and outgoing messages, by one worker."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.config import Config
from server.context import SystemClock
from server.database import db
from server.ledger.ledger import SqlLedger
from server.ledger.mailboxes import name_of
from server.ledger.worker import refill
from sync.couch import CouchMailboxes
from sync.engine import Engine
from tests.bench.city import Phone, build, mark_written
from tests.bench.figures import Figure, say
from tests.couch_server import EmbeddedCouch
from tests.databases import migrate

PHONES = 500
EACH = 6
MANY = 10_000


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        couch = EmbeddedCouch(Path(folder) / "couch")
        couch.start()
        try:
            url = f"sqlite:///{folder}/bench.sqlite3"
            migrate(url, Path(folder))
            app = create_app(Config(data_dir=Path(folder), database_url=url, couchdb_url=couch.url, couchdb_prefix="bench-"))
            yield from _measure(app, Path(folder))
            with app.app_context():
                db.engine.dispose()
        finally:
            couch.stop()


def _measure(app: Flask, folder: Path) -> Iterator[Figure]:
    phones = build(app, PHONES)
    mailboxes, clock = app.extensions["doorstep"].mailboxes, SystemClock()
    on = {"couchdb": "embedded", "sql": "SQLite"}
    with ThreadPoolExecutor(8) as pool:
        engine = Engine(mailboxes, SqlLedger(app, "bench", clock), clock, pool)
        say("filling the mailboxes")
        while refill(app) + engine.step():
            pass
        list(pool.map(lambda phone: mailboxes.write(_box(phone), list(phone.records(1, EACH))), phones))
        mark_written(app, phones)
        say("merging 500 mailboxes")
        took = _time(engine)
        yield Figure("merge_many_mailboxes", PHONES * EACH / took, "records/s", 1_000, measured_on={**on, "mailboxes": PHONES, "records_each": EACH})
        while engine.step():
            pass

        writer = phones[0]
        for first in range(EACH + 1, EACH + 1 + MANY, 500):
            mailboxes.write(_box(writer), list(writer.records(first, 500)))
        mark_written(app, [writer])
        say("merging one mailbox of 10,000")
        took = _time(engine)
        raw = _raw(mailboxes, _box(writer), folder)
        yield Figure(
            "merge_one_mailbox", raw / took, "of raw", 0.25, measured_on={**on, "records": MANY, "records_s": round(MANY / took), "raw_s": round(MANY / raw)}
        )


def _box(phone: Phone) -> str:
    return name_of("bench-", "mailbox", phone.user)


def _time(engine: Engine) -> float:
    started = time.perf_counter()
    while engine.merge():
        pass
    return time.perf_counter() - started


def _raw(mailboxes: CouchMailboxes, name: str, folder: Path) -> float:
    """Seconds to read the same changes feed and insert the same documents into a table, and nothing else."""
    table = sqlite3.connect(folder / "raw.sqlite3")
    table.execute("PRAGMA journal_mode=WAL")
    table.execute("CREATE TABLE documents (id TEXT PRIMARY KEY, body TEXT)")
    started = time.perf_counter()
    since, pending = "0", 1
    while pending:
        changes = mailboxes.changes(name, since, 2_000)
        rows = [(row.id, json.dumps(row.document)) for row in changes.rows if row.id.startswith(("visit:", "problem:"))]
        with table:
            table.executemany("INSERT OR IGNORE INTO documents VALUES (?, ?)", rows)
        since, pending = changes.last, changes.pending
    took = time.perf_counter() - started
    table.close()
    return took
