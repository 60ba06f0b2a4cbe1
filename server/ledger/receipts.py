"""How far each replica's numbers have arrived, as `me.received` tells the phone (law 7)."""

from collections.abc import Mapping

import sqlalchemy as sa

from server.ledger.models import Replica
from server.ledger.upsert import keep_rows
from sync.domain.receipts import Watermark

_replicas = Replica.__table__


def received(connection: sa.Connection, mailbox: str) -> dict[str, int]:
    """`{replica: n}`: of each replica that wrote here, 1…n have all arrived."""
    query = sa.select(_replicas.c.id, _replicas.c.received).where(_replicas.c.mailbox == mailbox).order_by(_replicas.c.id)
    return {replica: n for replica, n in connection.execute(query)}


def keep(connection: sa.Connection, marks: Mapping[tuple[str, str], Watermark], now: int) -> None:
    """Write down how far the replicas heard of just now have come."""
    rows = [
        {"mailbox": mailbox, "id": replica, "received": mark.received, "ahead": [list(run) for run in mark.ahead], "last_sync": now}
        for (mailbox, replica), mark in sorted(marks.items())
    ]
    keep_rows(connection, _replicas, rows, ["mailbox", "id"], ["received", "ahead", "last_sync"])
