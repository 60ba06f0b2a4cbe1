"""The mailboxes as SQL knows them: whose they are, what the door noted, and who is reading which."""

from typing import Literal

import sqlalchemy as sa

from server.context import doorstep
from server.database import writing
from server.ledger.models import Mailbox
from sync.ports import Claim

Kind = Literal["mailbox", "photos"]
KINDS: tuple[Kind, ...] = ("mailbox", "photos")
_mailboxes = Mailbox.__table__


def name_of(prefix: str, kind: Kind, user_id: str) -> str:
    """The CouchDB database's name. CouchDB wants lower case."""
    return f"{prefix}{kind}-{user_id.lower()}"


def open_mailboxes(connection: sa.Connection, user_id: str, now: int) -> dict[Kind, str]:
    """Enter a user's two databases; the merge worker makes them in CouchDB before it delivers. Doing it twice is once."""
    names = {kind: name_of(doorstep.config.couchdb_prefix, kind, user_id) for kind in KINDS}
    there = set(connection.scalars(sa.select(_mailboxes.c.name).where(_mailboxes.c.user_id == user_id)))
    # Written once, as it were: the worker finds it missing in CouchDB and makes it.
    fresh = [{"name": name, "user_id": user_id, "kind": kind, "written": 1} for kind, name in names.items() if name not in there]
    if fresh:
        connection.execute(sa.insert(_mailboxes), fresh)
    return names


def note_written(name: str, now: int) -> None:
    """The door: CouchDB took a write into this database. Counted, so that one between a worker's reading and its `finish` is not lost."""
    with writing() as connection:
        connection.execute(sa.update(_mailboxes).where(_mailboxes.c.name == name).values(written=_mailboxes.c.written + 1, last_push=now))


def note_pulled(name: str, now: int) -> None:
    """The door: this database's changes were asked for."""
    with writing() as connection:
        connection.execute(sa.update(_mailboxes).where(_mailboxes.c.name == name).values(last_pull=now))


def claim(connection: sa.Connection, owner: str, limit: int, now: int, lease_ms: int) -> list[Claim]:
    """Take up to `limit` databases that were written and nobody reads, the longest untouched first. A lease that ran out counts as nobody's."""
    waiting = (
        sa.select(_mailboxes.c.name)
        .where(_mailboxes.c.written > _mailboxes.c.merged, _mailboxes.c.lease_until <= now)
        .order_by(_mailboxes.c.lease_until, _mailboxes.c.last_push)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    names = list(connection.scalars(waiting))
    if not names:
        return []
    taken = connection.execute(
        sa.update(_mailboxes)
        .where(_mailboxes.c.name.in_(names))
        .values(lease_owner=owner, lease_until=now + lease_ms)
        .returning(_mailboxes.c.name, _mailboxes.c.user_id, _mailboxes.c.kind, _mailboxes.c.written, _mailboxes.c.checkpoint)
    )
    return sorted((Claim(*row) for row in taken), key=lambda one: names.index(one.name))


def finish(connection: sa.Connection, one: Claim, owner: str, checkpoint: str, merged: bool) -> bool:
    """In the transaction that commits what was read: move the checkpoint, and let the database go when it was read to its end.

    False when the lease was lost meanwhile: another worker reads it, and this transaction must not commit.
    """
    values: dict[str, object] = {"checkpoint": checkpoint, "lease_until": 0, "lease_owner": None}
    if merged:
        values["merged"] = one.written
    return (
        connection.execute(
            sa.update(_mailboxes)
            .where(_mailboxes.c.name == one.name, _mailboxes.c.lease_owner == owner, _mailboxes.c.checkpoint == one.checkpoint)
            .values(**values)
        ).rowcount
        == 1
    )


def release(connection: sa.Connection, names: list[str], owner: str, until: int) -> None:
    """Let databases go unread, to be tried again after `until`."""
    connection.execute(sa.update(_mailboxes).where(_mailboxes.c.name.in_(names), _mailboxes.c.lease_owner == owner).values(lease_owner=None, lease_until=until))


def ask_for_jobs(connection: sa.Connection, user_id: str) -> None:
    """The user's scope is another now: the worker works out anew which jobs the mailbox ought to hold."""
    connection.execute(sa.update(_mailboxes).where(_mailboxes.c.user_id == user_id, _mailboxes.c.kind == "mailbox").values(jobs_asked=True))


def asking_for_jobs(connection: sa.Connection, limit: int) -> list[tuple[str, str]]:
    """(mailbox, user id) of some that wait for their jobs, taken off the list by this transaction."""
    asking = _mailboxes.c.jobs_asked.is_(True) & (_mailboxes.c.kind == "mailbox")
    query = sa.select(_mailboxes.c.name, _mailboxes.c.user_id).where(asking).order_by(_mailboxes.c.name).limit(limit).with_for_update(skip_locked=True)
    found = [(name, user_id) for name, user_id in connection.execute(query)]
    if found:
        connection.execute(sa.update(_mailboxes).where(_mailboxes.c.name.in_([name for name, _ in found])).values(jobs_asked=False))
    return found


def written_all(connection: sa.Connection) -> int:
    """The sweep: mark every database as written, so that what a crash of the door left unnoted is read. How many there are."""
    return connection.execute(sa.update(_mailboxes).values(written=_mailboxes.c.written + 1)).rowcount
