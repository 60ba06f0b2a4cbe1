"""The lists people wait for: a page of the branch's jobs out of 100,000, an office search out of 1,000,000 visits, on PostgreSQL."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.people import service as people
from server.people.sessions import open_session
from tests.bench.city import build
from tests.bench.figures import Figure, say
from tests.databases import Cluster, migrate
from tests.fakes import FakeMailboxes

JOBS, VISITS, PHONES, REQUESTS = 100_000, 1_000_000, 100, 60

FILL_JOBS = """
INSERT INTO jobs (id, number, compound, place, path, place_name, category, severity, summary, state, version, answered, opened_at, updated_at)
SELECT 'job:' || lpad(n::text, 26, '0'), 'C' || n % 10 || '-2026-' || n, 'C' || n % 10, 'C' || n % 10 || '-' || n / 10 % 10,
       'WH/C' || n % 10 || '/C' || n % 10 || '-' || n / 10 % 10 || '/', n % 10 || '号小区 ' || n / 10 % 10 || '栋', 'water.leak', 'normal',
       '三楼水管漏水 ' || n, (ARRAY['opened','accepted','done','closed'])[1 + n % 4], 1, false, 1763600000000 + n, 1763600000000 + n
FROM generate_series(1, :count) AS n"""
FILL_PROBLEMS = """
INSERT INTO problems (id, author_id, mailbox, job_id, place, category, severity, note, photos, recorded_at, received_at, version, withdrawn, contested)
SELECT 'problem:' || substr(id, 5), lpad((opened_at % :phones)::text, 26, '0'), '', id, place, category, severity, summary, '[]', opened_at, opened_at,
       1, false, '[]'
FROM jobs"""
FILL_EVENTS = """
INSERT INTO job_events (job_id, id, verb, by_id, at, received_at, version, arguments)
SELECT job_id, id, 'open', author_id, recorded_at, received_at, 1, '{}' FROM problems"""
FILL_VISITS = """
INSERT INTO visits (id, author_id, mailbox, place, path, place_name, purpose, outcome, note, needs, photos, recorded_at, received_at, version,
                    withdrawn, contested, review, review_words)
SELECT 'visit:' || lpad(n::text, 26, '0'), lpad((n % :phones)::text, 26, '0'), '', 'C' || n % 10 || '-' || n / 10 % 10,
       'WH/C' || n % 10 || '/C' || n % 10 || '-' || n / 10 % 10 || '/', n % 10 || '号小区 ' || n / 10 % 10 || '栋', 'routine', 'met',
       '老人独居，水管老化 ' || n, '[]', '[]', 1763600000000 + n, 1763600000000 + n, 1, false, '[]', (ARRAY['pending','approved','returned'])[1 + n % 3], ''
FROM generate_series(1, :count) AS n"""


def measure() -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="doorstep-bench-"))
    cluster = Cluster(folder)
    try:
        url = cluster.create("bench")
        migrate(url, folder / "data" / "..")
        with tempfile.TemporaryDirectory() as data:
            app = create_app(Config(data_dir=Path(data), database_url=url, couchdb_url="http://127.0.0.1:1"), mailboxes=FakeMailboxes())
            yield from _measure(app)
            with app.app_context():
                db.engine.dispose()
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _measure(app: Flask) -> Iterator[Figure]:
    build(app, PHONES)
    say(f"filling {JOBS} jobs and {VISITS} visits")
    now = app.extensions["doorstep"].now()
    with app.app_context():
        with writing() as connection:
            for login, role in (("dispatcher", "dispatcher"), ("reviewer", "reviewer")):
                people.create_user(connection, id=f"{login:0>26}", login=login, name=login, password="x", grants=[(role, "WH")], now=now)
            connection.execute(sa.text(FILL_JOBS), {"count": JOBS})
            connection.execute(sa.text(FILL_PROBLEMS), {"phones": PHONES})
            connection.execute(sa.text(FILL_EVENTS))
            connection.execute(sa.text(FILL_VISITS), {"count": VISITS, "phones": PHONES})
            tokens = {login: open_session(connection, f"{login:0>26}", 30, now) for login in ("dispatcher", "reviewer")}
            tokens["secretary"] = open_session(connection, f"S{3:025d}", 30, now)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
    on = {"sql": "PostgreSQL", "jobs": JOBS, "visits": VISITS}
    secretary, dispatcher, reviewer = (_client(app, tokens[login]) for login in ("secretary", "dispatcher", "reviewer"))
    pages = {
        "job_list_of_a_compound": lambda n: secretary.get(f"/api/jobs?state=open&limit=50&n={n}"),
        "job_list_of_a_district": lambda n: dispatcher.get(f"/api/jobs?state=open&limit=50&n={n}"),
    }
    searches = {
        "office_search": lambda n: reviewer.get(f"/api/visits?q={900_000 + n * 17}"),
        "office_search_that_finds_nothing": lambda n: reviewer.get(f"/api/visits?q=没有的词{n}"),
        "office_pending": lambda n: reviewer.get(f"/api/visits?review=pending&n={n}"),
    }
    for bar, asked in ((100, pages), (300, searches)):
        for name, ask in asked.items():
            yield Figure(name, _p95(ask), "ms p95", bar, at_most=True, measured_on=on)


def _client(app: Flask, token: str) -> FlaskClient:
    client = app.test_client(use_cookies=False)
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def _p95(ask: Callable[[int], object]) -> float:
    ask(0)
    took = []
    for n in range(REQUESTS):
        started = time.perf_counter()
        answer = ask(n)
        took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.text  # type: ignore[attr-defined]
    return statistics.quantiles(took, n=20)[-1]
