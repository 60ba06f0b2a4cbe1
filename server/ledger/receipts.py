"""How far each replica's numbers have arrived, as `me.received` tells the phone (law 7)."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from server.ledger.models import Replica
from server.ledger.upsert import keep_rows, parts
from sync.domain.receipts import Watermark

_replicas = Replica.__table__


def received(connection: sa.Connection, mailboxes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Per mailbox that was written, `{replica: n}`: of each replica that wrote there, 1…n have all arrived."""
    marks: dict[str, dict[str, int]] = {}
    for part in parts(mailboxes):
        query = sa.select(_replicas.c.mailbox, _replicas.c.id, _replicas.c.received).where(_replicas.c.mailbox.in_(part)).order_by(_replicas.c.id)
        for mailbox, replica, n in connection.execute(query):
            marks.setdefault(mailbox, {})[replica] = n
    return marks


def keep(connection: sa.Connection, marks: Mapping[tuple[str, str], Watermark], now: int) -> None:
    """Write down how far the replicas heard of just now have come."""
    rows = [
        {"mailbox": mailbox, "id": replica, "received": mark.received, "ahead": [list(run) for run in mark.ahead], "last_sync": now}
        for (mailbox, replica), mark in sorted(marks.items())
    ]
    keep_rows(connection, _replicas, rows, ["mailbox", "id"], ["received", "ahead", "last_sync"])
