"""The shelf: for every mailbox, the documents it ought to hold. What is put here is delivered by the merge worker, again and again until CouchDB has it.

It keeps states, not messages: putting the same document twice is once, and a document overtaken before it was delivered is never sent.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from server.database import Instant
from server.ledger.models import Mailbox, ShelfDocument
from server.ledger.upsert import insert_into, parts
from sync.ports import Due, Written

Document = dict[str, Any]
_shelf = ShelfDocument.__table__
# A delivery that was not confirmed is tried again after this long: its worker may have died.
_LEASE_MS = 30_000
_LONGEST_WAIT_MS = 5 * 60_000


def put(connection: sa.Connection, documents: Iterable[tuple[str, str, Document | None]]) -> int:
    """Shelve `(mailbox, document id, body)`; a body of None takes the document out of the mailbox. How many differ from what was there."""
    wanted = {(mailbox, document_id): body for mailbox, document_id, body in documents}
    if not wanted:
        return 0
    held = _held(connection, list(wanted))
    rows = [
        {"mailbox": mailbox, "document_id": document_id, "body": body, "version": held.get((mailbox, document_id), (0, None))[0] + 1}
        for (mailbox, document_id), body in sorted(wanted.items(), key=lambda item: item[0])
        if not ((mailbox, document_id) in held and held[mailbox, document_id][1] == body) and not (body is None and (mailbox, document_id) not in held)
    ]
    if rows:
        insert = insert_into(connection, _shelf)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[_shelf.c.mailbox, _shelf.c.document_id],
                set_={"body": insert.excluded.body, "version": _shelf.c.version + 1, "retry_at": 0, "tries": 0},
            ),
            rows,
        )
    return len(rows)


def _held(connection: sa.Connection, keys: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, Document | None]]:
    held: dict[tuple[str, str], tuple[int, Document | None]] = {}
    for part in parts(keys):
        query = sa.select(_shelf.c.mailbox, _shelf.c.document_id, _shelf.c.version, _shelf.c.body).where(
            sa.tuple_(_shelf.c.mailbox, _shelf.c.document_id).in_(part)
        )
        held.update({(mailbox, document_id): (version, body) for mailbox, document_id, version, body in connection.execute(query)})
    return held


def read(connection: sa.Connection, mailbox: str, document_id: str) -> Document | None:
    """What the mailbox ought to hold under this id."""
    found: Document | None = connection.scalar(sa.select(_shelf.c.body).where(_shelf.c.mailbox == mailbox, _shelf.c.document_id == document_id))
    return found


def bodies(connection: sa.Connection, mailboxes: Sequence[str], document_id: str) -> dict[str, Document]:
    """What each of these mailboxes ought to hold under this id; those that hold nothing are absent."""
    found: dict[str, Document] = {}
    for part in parts(mailboxes):
        query = sa.select(_shelf.c.mailbox, _shelf.c.body).where(_shelf.c.mailbox.in_(part), _shelf.c.document_id == document_id, _shelf.c.body.is_not(None))
        found.update({mailbox: body for mailbox, body in connection.execute(query)})
    return found


def mailboxes_of(connection: sa.Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """`{user id: name of their mailbox database}` for the text mailboxes of these users."""
    ids = sorted(set(user_ids))
    query = sa.select(Mailbox.user_id, Mailbox.name).where(Mailbox.user_id.in_(ids), Mailbox.kind == "mailbox")
    return {user_id: name for user_id, name in connection.execute(query)}


def ids_of_type(connection: sa.Connection, mailbox: str, type: str) -> list[str]:
    """The ids of the documents `<type>:…` the mailbox ought to hold now."""
    query = sa.select(_shelf.c.document_id).where(_shelf.c.mailbox == mailbox, _shelf.c.document_id.startswith(f"{type}:"), _shelf.c.body.is_not(None))
    return list(connection.scalars(query))


def holding(connection: sa.Connection, document_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Every (mailbox, document id) that ought to hold one of these documents now."""
    query = sa.select(_shelf.c.mailbox, _shelf.c.document_id).where(_shelf.c.document_id.in_(sorted(document_ids)), _shelf.c.body.is_not(None))
    return [(mailbox, document_id) for mailbox, document_id in connection.execute(query)]


def due(connection: sa.Connection, limit: int, now: int) -> list[Due]:
    """Up to `limit` documents to deliver, the longest due first, held for this worker until it confirms or its lease ends."""
    query = (
        sa.select(_shelf.c.mailbox, _shelf.c.document_id, _shelf.c.body, _shelf.c.version, _shelf.c.rev)
        .where(_shelf.c.version > _shelf.c.sent, _shelf.c.retry_at <= now)
        .order_by(_shelf.c.retry_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Due(*row) for row in connection.execute(query)]
    if found:
        lease = sa.update(_shelf).where(_shelf.c.mailbox == sa.bindparam("box"), _shelf.c.document_id == sa.bindparam("id"))
        connection.execute(lease.values(retry_at=now + _LEASE_MS), [{"box": one.mailbox, "id": one.id} for one in found])
    return found


def delivered(connection: sa.Connection, outcomes: Sequence[tuple[Due, Written]], now: int) -> None:
    """Note what became of deliveries. What was put on the shelf again meanwhile stays due; what failed is due later, each time later still."""
    taken = [(one, written) for one, written in outcomes if written.error is None]
    failed = [one for one, written in outcomes if written.error is not None]
    here = (_shelf.c.mailbox == sa.bindparam("box"), _shelf.c.document_id == sa.bindparam("id"))
    if taken:
        note = sa.update(_shelf).where(*here).values(sent=sa.bindparam("as_of"), rev=sa.bindparam("now_at"), retry_at=0, tries=0)
        connection.execute(note, [{"box": one.mailbox, "id": one.id, "as_of": one.version, "now_at": written.rev} for one, written in taken])
    if failed:
        wait = sa.case((_shelf.c.tries < 8, 1_000 * sa.literal(1).bitwise_lshift(_shelf.c.tries)), else_=_LONGEST_WAIT_MS)
        connection.execute(
            sa.update(_shelf).where(*here).values(retry_at=sa.literal(now, Instant) + wait, tries=_shelf.c.tries + 1),
            [{"box": one.mailbox, "id": one.id} for one in failed],
        )


def doubt(connection: sa.Connection, mailbox: str) -> None:
    """The database is not the one we delivered to: everything it ought to hold is due again."""
    again = sa.update(_shelf).where(_shelf.c.mailbox == mailbox, _shelf.c.body.is_not(None))
    connection.execute(again.values(version=_shelf.c.version + 1, rev=None, retry_at=0, tries=0))


def compare(connection: sa.Connection, mailbox: str, found: Sequence[tuple[str, str, tuple[str, ...]]]) -> None:
    """Hold the server's own documents, as `(id, rev, losing revs)` of the changes feed, against the shelf: one a client changed or took away is due again."""
    if not found:
        return
    held = {}
    for ids in parts(id for id, _, _ in found):
        query = sa.select(_shelf.c.document_id, _shelf.c.rev, _shelf.c.version, _shelf.c.sent, _shelf.c.body).where(
            _shelf.c.mailbox == mailbox, _shelf.c.document_id.in_(ids)
        )
        held.update({row.document_id: row for row in connection.execute(query)})
    forged = [id for id, rev, _ in found if rev and id not in held]
    if forged:
        connection.execute(sa.insert(_shelf), [{"mailbox": mailbox, "document_id": id, "body": None, "version": 1} for id in forged])
    # While a delivery is under way its revision is not known yet; it will meet the change itself.
    changed = [id for id, rev, _ in found if id in held and held[id].version == held[id].sent and rev != _expected(held[id])]
    if changed:
        again = sa.update(_shelf).where(_shelf.c.mailbox == mailbox, _shelf.c.document_id.in_(changed))
        connection.execute(again.values(version=_shelf.c.version + 1, rev=None, retry_at=0, tries=0))


def _expected(row: Any) -> str:
    return "" if row.body is None else row.rev or ""
