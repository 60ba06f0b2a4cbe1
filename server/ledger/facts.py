"""Reading from SQL what `sync.domain.judge` must know about a batch of arrivals: a fixed number of queries, however large the batch."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from server.catalogue import service as catalogue
from server.jobs import service as jobs
from server.ledger.models import Input, Replica
from server.ledger.upsert import parts
from server.people import service as people
from server.places import service as places
from sync.domain.documents import COMMANDS, FROM_MAILBOX, FROM_PHOTOS, PLACE, Reason, name_of, numbered, read, type_of, whole
from sync.domain.judge import Arrival, Entry, Facts, Held, Way
from sync.domain.receipts import Watermark

_inputs = Input.__table__
_replicas = Replica.__table__


def gather(connection: sa.Connection, arrivals: Sequence[Arrival], waiting_since: int | None = None) -> Facts:
    """Everything the arrivals name, and the steps that wait for them or, with `waiting_since`, were received before it. The jobs among it are locked
    until the transaction ends.
    """
    documents = [arrival.document for arrival in arrivals]
    records = sorted({id for document in documents for id in _records_named(document)})
    replicas = sorted({(arrival.mailbox, number[0]) for arrival in arrivals if arrival.mailbox and (number := numbered(arrival.document))})
    waiting = _waiting_steps(connection, replicas)
    if waiting_since is not None:
        waiting = _entries(connection, sa.and_(_inputs.c.verdict == "waiting", _inputs.c.type == "action", _inputs.c.received_at < waiting_since))
        replicas = sorted({(str(entry.arrival.mailbox), str(entry.form.replica)) for entry in waiting})
    steps = [
        document
        for document in (*documents, *(entry.arrival.document for entry in waiting))
        if document.get("type") == "action" and isinstance(document.get("job"), str) and type_of(document["job"])
    ]
    marks = watermarks(connection, replicas)
    authors = {arrival.author for arrival in arrivals} | {entry.arrival.author for entry in waiting}
    codes = {code for document in documents for code in _places_named(document)}
    return Facts(
        seen=_seen(connection, [name_of(document) for document in documents]),
        records=_records(connection, records),
        waiting_steps=waiting,
        places={code: place.path for code, place in places.paths_of(connection, codes).items()},
        jobs=jobs.lock(connection, {document["job"] for document in steps}),
        categories=catalogue.known_categories(connection),
        held={user: [Held(one.role, one.path, one.since, one.until) for one in held] for user, held in people.assignments_of(connection, authors).items()},
        last_sync={key: last for key, (_, last) in marks.items()},
        watermarks={key: mark for key, (mark, _) in marks.items()},
        saw=jobs.versions(connection, {(document["job"], document["saw"]) for document in steps if _saw(document)}),
    )


def _records_named(document: dict[str, Any]) -> Iterator[str]:
    for name in ("_id", "record"):
        value = document.get(name)
        if isinstance(value, str) and type_of(value) in ("visit", "problem"):
            yield value


def _places_named(document: dict[str, Any]) -> Iterator[str]:
    said = document.get("set")
    for holder in (document, said if isinstance(said, dict) else {}):
        value = holder.get("place")
        if isinstance(value, str) and PLACE(value):
            yield value


def _saw(document: dict[str, Any]) -> bool:
    return whole(1, 2**31 - 1)(document.get("saw"))


def _seen(connection: sa.Connection, ids: list[str]) -> dict[str, list[tuple[str, str]]]:
    seen: dict[str, list[tuple[str, str]]] = {}
    for part in parts(ids):
        query = sa.select(_inputs.c.document_id, _inputs.c.digest, _inputs.c.author_id).where(_inputs.c.document_id.in_(part)).order_by(_inputs.c.n)
        for id, digest, author in connection.execute(query):
            seen.setdefault(id, []).append((digest, author))
    return seen


def _records(connection: sa.Connection, ids: list[str]) -> dict[str, list[Entry]]:
    """The writes so far of these records, those that wait for one included."""
    known: dict[str, list[Entry]] = {}
    for part in parts(ids):
        for entry in _entries(connection, sa.and_(_inputs.c.subject.in_(part), _inputs.c.type.in_(("visit", "problem", "edit")))):
            known.setdefault(str(entry.form.subject), []).append(entry)
    return known


def watermarks(connection: sa.Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[Watermark, int]]:
    """Per (mailbox, replica): how far it had come, and when it was last heard of, in milliseconds."""
    columns = (_replicas.c.mailbox, _replicas.c.id, _replicas.c.received, _replicas.c.ahead, _replicas.c.last_sync)
    return {
        (mailbox, replica): (Watermark(received, tuple((first, last) for first, last in ahead)), synced)
        for part in parts(keys)
        for mailbox, replica, received, ahead, synced in connection.execute(sa.select(*columns).where(sa.tuple_(_replicas.c.mailbox, _replicas.c.id).in_(part)))
    }


def _waiting_steps(connection: sa.Connection, replicas: list[tuple[str, str]]) -> list[Entry]:
    mailboxes = sorted({mailbox for mailbox, _ in replicas})
    entries = [
        entry
        for part in parts(mailboxes)
        for entry in _entries(connection, sa.and_(_inputs.c.verdict == "waiting", _inputs.c.type == "action", _inputs.c.mailbox.in_(part)))
    ]
    wanted = set(replicas)
    return [entry for entry in entries if (entry.arrival.mailbox, entry.form.replica) in wanted]


def _entries(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[Entry]:
    """Inputs that still have a say: what was quarantined for good has none."""
    query = sa.select(_inputs).where(condition, _inputs.c.verdict != "quarantined").order_by(_inputs.c.n)
    return [entry_of(row) for row in connection.execute(query).mappings()]


def entry_of(row: Any) -> Entry:
    """A row of the ledger as the judge knows it."""
    way: Way = "command" if row["kind"] == "command" else "photos" if row["type"] in FROM_PHOTOS else "mailbox"
    arrival = Arrival(way, row["author_id"], row["mailbox"], row["body"], row["received_at"])
    form = read(arrival.document, {"command": COMMANDS, "photos": FROM_PHOTOS, "mailbox": FROM_MAILBOX}[way], command=way == "command")
    return Entry(arrival, form, row["digest"], row["verdict"], tuple(Reason(one["code"], one["field"]) for one in row["reasons"]))
