"""The door under load: 500 phones come back at once, the same record is pushed twice at once, and a sync that finds nothing new costs nothing more."""

import asyncio
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from server.app import create_app
from server.config import Config
from server.database import db
from server.jobs.models import Job
from server.ledger.mailboxes import name_of
from server.ledger.models import Input, ShelfDocument
from server.visits.models import Visit
from sync.couch import CouchMailboxes
from tests.bench.city import Phone, build
from tests.bench.figures import Figure, say
from tests.stack import Stack

PHONES, EACH, TWICE = 500, 6, 100
SIZES = (1_000, 10_000, 50_000)
PATIENCE_S = 120.0


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder) / "data", DEMO="0") as stack:
        config = Config.from_environment(stack.environ)
        app = create_app(config)
        phones = build(app, PHONES + 1 + len(SIZES))
        on = {"couchdb": "embedded", "sql": "SQLite", "phones": PHONES}
        with app.app_context():
            _wait_until_filled()
            storming, single, idle = phones[:PHONES], phones[PHONES], phones[PHONES + 1 :]
            say(f"{PHONES} phones at once")
            yield from asyncio.run(_storm(stack.base_url, storming, on))
            say("the same record twice at once")
            yield asyncio.run(_replay(stack.base_url, single, on))
            say("nothing new")
            yield from _nothing_new(stack.base_url, idle, app.extensions["doorstep"].mailboxes, config.couchdb_prefix)
            db.engine.dispose()


def _wait_until_filled() -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with db.engine.connect() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(ShelfDocument).where(ShelfDocument.version > ShelfDocument.sent)):
                return
        time.sleep(0.2)
    raise TimeoutError("the mailboxes were not filled")


def _session(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


async def _storm(base: str, phones: Sequence[Phone], on: dict[str, Any]) -> list[Figure]:
    """Each phone pushes five visits and a problem, and asks until `me` says that all six were received."""
    failures: list[str] = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(base, connector=connector, timeout=aiohttp.ClientTimeout(PATIENCE_S)) as http:
        ends = await asyncio.gather(*(_come_back(http, phone, failures) for phone in phones))
    took = max(ends) - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)
    with db.engine.connect() as connection:
        rows = sum(connection.scalar(sa.select(sa.func.count()).select_from(model)) or 0 for model in (Job, Visit))
    told = {**on, "records": len(phones) * EACH, "rows": rows, "generator_cpu_s": cpu, "median_s": round(statistics.median(ends) - started, 2)}
    return [
        Figure("storm", len(phones) * EACH / took, "records/s", 400, measured_on=told),
        Figure("storm_failures", len(failures) + len(phones) * EACH - rows, "records", 0, at_most=True, measured_on={**on, "first": failures[:1]}),
    ]


async def _come_back(http: aiohttp.ClientSession, phone: Phone, failures: list[str]) -> float:
    documents = list(phone.records(1, EACH))
    while True:
        async with http.post("/sync/mailbox/_bulk_docs", json={"docs": documents}, headers=_session(phone)) as answer:
            if answer.status == 201:
                break
            if answer.status not in (429, 503):
                failures.append(f"{answer.status} {await answer.text()}")
                return time.perf_counter()
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)))
    deadline = time.perf_counter() + PATIENCE_S
    wait = 0.5
    while time.perf_counter() < deadline:
        async with http.get("/sync/mailbox/me", headers=_session(phone)) as answer:
            if answer.status == 200 and (await answer.json())["received"].get(f"r{phone.number}") == EACH:
                return time.perf_counter()
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, 3)
    failures.append("not received in time")
    return time.perf_counter()


async def _replay(base: str, phone: Phone, on: dict[str, Any]) -> Figure:
    """Two requests bring the same record at the same moment; both must be told the truth, and one row must come of it."""
    untrue = 0
    async with aiohttp.ClientSession(base, headers=_session(phone), timeout=aiohttp.ClientTimeout(PATIENCE_S)) as http:
        for document in phone.records(1, TWICE):
            body = {"docs": [{**document, "_rev": "1-" + f"{document['seq']:032x}"}], "new_edits": False}

            async def push(body: dict[str, Any] = body) -> bool:
                async with http.post("/sync/mailbox/_bulk_docs", json=body) as answer:
                    return answer.status == 201 and await answer.json() == []

            untrue += 2 - sum(await asyncio.gather(push(), push()))
        deadline = time.monotonic() + PATIENCE_S
        received = None
        while received != TWICE and time.monotonic() < deadline:
            await asyncio.sleep(0.3)
            async with http.get("/sync/mailbox/me") as answer:
                received = (await answer.json())["received"].get(f"r{phone.number}")
    with db.engine.connect() as connection:
        inputs = connection.scalar(sa.select(sa.func.count()).select_from(Input).where(Input.author_id == phone.user)) or 0
    return Figure("replay", untrue + abs(inputs - TWICE), "wrong", 0, at_most=True, measured_on={**on, "pushed_twice": TWICE})


def _nothing_new(base: str, phones: Sequence[Phone], mailboxes: CouchMailboxes, prefix: str) -> Iterator[Figure]:
    """One sync that finds nothing new, of a mailbox with few and with many documents: its bytes and its time."""
    costs = {size: asyncio.run(_idle_sync(base, phone, size, mailboxes, prefix)) for size, phone in zip(SIZES, phones, strict=True)}
    for place, (name, unit) in enumerate((("nothing_new_bytes", "largest/smallest"), ("nothing_new_time", "largest/smallest"))):
        values = [cost[place] for cost in costs.values()]
        yield Figure(
            name, max(values) / min(values), unit, 1.2, at_most=True, measured_on={"documents": SIZES, "values": [round(value, 2) for value in values]}
        )


async def _idle_sync(base: str, phone: Phone, size: int, mailboxes: CouchMailboxes, prefix: str) -> tuple[float, float]:
    """Bytes, and the median milliseconds, of what a replicator asks when nothing is new: the database, its checkpoint, the changes after it."""
    name = name_of(prefix, "mailbox", phone.user)
    for first in range(1, size + 1, 1_000):
        mailboxes.write(name, list(phone.records(first, min(1_000, size + 1 - first))))
    async with aiohttp.ClientSession(base, headers=_session(phone), timeout=aiohttp.ClientTimeout(PATIENCE_S)) as http:
        async with http.get("/sync/mailbox") as answer:
            since = (await answer.json())["update_seq"]
        took, carried = [], 0
        for _ in range(41):
            started = time.perf_counter()
            carried = 0
            for path in ("/sync/mailbox", "/sync/mailbox/_local/none", f"/sync/mailbox/_changes?since={since}&limit=100&style=all_docs"):
                async with http.get(path) as answer:
                    carried += len(await answer.read())
            took.append((time.perf_counter() - started) * 1000)
    return float(carried), statistics.median(took[1:])
