"""Receipts: how far each replica's numbers have arrived without a gap (law 7)."""

from collections.abc import Iterable

import sqlalchemy as sa

from server.ledger.models import Replica
from server.ledger.shelf import upsert

_replicas = Replica.__table__


def received(connection: sa.Connection, mailbox: str) -> dict[str, int]:
    """`{replica: n}`: of each replica that wrote here, 1…n have all arrived."""
    query = sa.select(_replicas.c.id, _replicas.c.received).where(_replicas.c.mailbox == mailbox).order_by(_replicas.c.id)
    return {replica: n for replica, n in connection.execute(query)}


def advance(watermark: int, ahead: Iterable[int], arrived: Iterable[int]) -> tuple[int, list[int]]:
    """The watermark and what lies beyond it, after some numbers arrived in whatever order, again or for the first time."""
    beyond = {seq for seq in (*ahead, *arrived) if seq > watermark}
    while watermark + 1 in beyond:
        watermark += 1
        beyond.discard(watermark)
    return watermark, sorted(beyond)


def note(connection: sa.Connection, arrived: dict[tuple[str, str], list[int]], now: int) -> None:
    """Count what arrived: `{(mailbox, replica): [seq, …]}`."""
    if not arrived:
        return
    keys = sorted(arrived)
    held = {
        (mailbox, replica): (watermark, ahead)
        for mailbox, replica, watermark, ahead in connection.execute(
            sa.select(_replicas.c.mailbox, _replicas.c.id, _replicas.c.received, _replicas.c.ahead).where(
                sa.tuple_(_replicas.c.mailbox, _replicas.c.id).in_(keys)
            )
        )
    }
    rows = []
    for key in keys:
        watermark, ahead = advance(*held.get(key, (0, [])), arrived[key])
        rows.append({"mailbox": key[0], "id": key[1], "received": watermark, "ahead": ahead, "last_sync": now})
    insert = upsert(connection, _replicas)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[_replicas.c.mailbox, _replicas.c.id],
            set_={"received": insert.excluded.received, "ahead": insert.excluded.ahead, "last_sync": insert.excluded.last_sync},
        ),
        rows,
    )


def last_syncs(connection: sa.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """When each (mailbox, replica) was last heard of before now; absent when never."""
    wanted = sorted(set(keys))
    query = sa.select(_replicas.c.mailbox, _replicas.c.id, _replicas.c.last_sync).where(sa.tuple_(_replicas.c.mailbox, _replicas.c.id).in_(wanted))
    return {(mailbox, replica): at for mailbox, replica, at in connection.execute(query)} if wanted else {}
