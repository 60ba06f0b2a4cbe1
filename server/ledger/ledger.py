"""The engine's ledger on SQL (`sync.ports.Ledger`)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask

from server.database import writing
from server.ledger import apply, facts, mailboxes, shelf
from server.photos import service as photos
from sync.domain.judge import Arrival, Decision, Facts
from sync.errors import LeaseLost
from sync.ports import Claim, Clock, Due, Reading, Written

LEASE_MS = 60_000


class SqlTransaction:
    """One transaction. On SQLite it holds the write lock from its start; on PostgreSQL the rows it reads to decide are locked."""

    def __init__(self, connection: sa.Connection, owner: str, now: int) -> None:
        self._connection = connection
        self._owner = owner
        self._now = now

    def facts(self, arrivals: Sequence[Arrival]) -> Facts:
        return facts.gather(self._connection, arrivals)

    def apply(self, decision: Decision) -> None:
        apply.apply(self._connection, decision, self._now)

    def finish(self, reading: Reading) -> None:
        if reading.claim.way == "photos":
            # Manifests and pieces together: most photos are whole by now, and need not be told to wait first.
            documents = [arrival.document for arrival in reading.arrivals] + list(reading.pieces)
            photos.take(self._connection, reading.claim.name, reading.claim.author, documents, self._now)
        if reading.again:
            shelf.doubt(self._connection, reading.claim.name)
        shelf.compare(self._connection, reading.claim.name, reading.own)
        if not mailboxes.finish(self._connection, reading.claim, self._owner, reading.last, reading.complete):
            raise LeaseLost(reading.claim.name)


class SqlLedger:
    """`owner` names this worker in the leases it takes. Calls may come from any thread: each opens its own connection."""

    def __init__(self, app: Flask, owner: str, clock: Clock) -> None:
        self._app = app
        self._owner = owner
        self._clock = clock

    def claim(self, limit: int) -> list[Claim]:
        with self._app.app_context(), writing() as connection:
            return mailboxes.claim(connection, self._owner, limit, self._clock.now(), LEASE_MS)

    def release(self, claims: Sequence[Claim], *, after_ms: int) -> None:
        with self._app.app_context(), writing() as connection:
            mailboxes.release(connection, [claim.name for claim in claims], self._owner, self._clock.now() + after_ms)

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        with self._app.app_context(), writing() as connection:
            yield SqlTransaction(connection, self._owner, self._clock.now())

    def due(self, limit: int) -> list[Due]:
        with self._app.app_context(), writing() as connection:
            return shelf.due(connection, limit, self._clock.now())

    def delivered(self, outcomes: Sequence[tuple[Due, Written]]) -> None:
        with self._app.app_context(), writing() as connection:
            shelf.delivered(connection, outcomes, self._clock.now())
