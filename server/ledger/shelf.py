"""The shelf: for every mailbox, the documents it ought to hold. What is put here is delivered by the merge worker, again and again until CouchDB has it.

It keeps states, not messages: putting the same document twice is once, and a document overtaken before it was delivered is never sent.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from server.ledger.models import Mailbox, ShelfDocument

Document = dict[str, Any]
_shelf = ShelfDocument.__table__


def upsert(connection: sa.Connection, table: Any) -> Any:
    """An INSERT of the connection's own dialect, for `on_conflict_do_update`."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


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
        insert = upsert(connection, _shelf)
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
    for start in range(0, len(keys), 400):
        part = keys[start : start + 400]
        query = sa.select(_shelf.c.mailbox, _shelf.c.document_id, _shelf.c.version, _shelf.c.body).where(
            sa.tuple_(_shelf.c.mailbox, _shelf.c.document_id).in_(part)
        )
        held.update({(mailbox, document_id): (version, body) for mailbox, document_id, version, body in connection.execute(query)})
    return held


def read(connection: sa.Connection, mailbox: str, document_id: str) -> Document | None:
    """What the mailbox ought to hold under this id."""
    found: Document | None = connection.scalar(sa.select(_shelf.c.body).where(_shelf.c.mailbox == mailbox, _shelf.c.document_id == document_id))
    return found


def mailboxes_of(connection: sa.Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """`{user id: name of their mailbox database}` for the text mailboxes of these users."""
    ids = sorted(set(user_ids))
    query = sa.select(Mailbox.user_id, Mailbox.name).where(Mailbox.user_id.in_(ids), Mailbox.kind == "mailbox")
    return {user_id: name for user_id, name in connection.execute(query)}
