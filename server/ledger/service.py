"""What other features ask of the ledger: enter a command, keep what the door could not pass on, say where a record is, give the figures."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.database import writing
from server.jobs import service as jobs
from server.ledger import apply, facts, receipts, shelf
from server.ledger.models import Input, Mailbox, ShelfDocument
from server.people.service import Caller
from server.visits import service as visits
from sync.domain.canonical import digest
from sync.domain.documents import Reason, name_of, numbered
from sync.domain.judge import PATIENCE_MS, Arrival, Verdict, decide
from sync.domain.receipts import Watermark, advance

_inputs = Input.__table__
_mailboxes = Mailbox.__table__
_shelf = ShelfDocument.__table__
VISIT_READERS = ("head", "grid", "secretary", "reviewer", "dispatcher", "admin")
_KEPT = 2_000  # characters of an oversized document that the ledger keeps: enough to see what it was


@dataclass(frozen=True)
class Outcome:
    """What became of a command."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


def submit(caller: Caller, document: dict[str, Any], now: int) -> Outcome:
    """Enter a command from `/api`: judged, applied and kept exactly as a document from a mailbox is. The same one again is once, and answered alike."""
    arrival = Arrival("command", caller.id, None, document, now)
    with writing() as connection:
        decision = decide([arrival], facts.gather(connection, [arrival]), now)
        apply.apply(connection, decision, now)
        query = sa.select(_inputs.c.verdict, _inputs.c.reasons, _inputs.c.body, _inputs.c.author_id).where(_inputs.c.document_id == document["_id"])
        row = next(row for row in connection.execute(query.order_by(_inputs.c.n.desc())) if row.body == document)
    if row.author_id != caller.id:
        return Outcome("quarantined", (Reason("id_taken", "id"),))
    return Outcome(row.verdict, tuple(Reason(one["code"], one["field"]) for one in row.reasons))


def take_overdue_steps(now: int) -> int:
    """Take the steps that have waited long enough for what their replica numbered before them: how many."""
    with writing() as connection:
        decision = decide([], facts.gather(connection, [], now - PATIENCE_MS), now)
        apply.apply(connection, decision, now)
        return len(decision.steps)


def quarantine_oversized(connection: sa.Connection, caller: Caller, mailbox: str, document: dict[str, Any], size: int, now: int) -> None:
    """Keep the trace of a document too large to pass on, count it as received and answer it, in the door's transaction."""
    id = name_of(document)
    number = numbered(document)
    mark_of_body = digest(document)
    if connection.scalar(sa.select(_inputs.c.n).where(_inputs.c.document_id == id, _inputs.c.digest == mark_of_body)):
        return
    kept = {key: value for key, value in document.items() if key in ("_id", "type", "v", "at") and len(str(value)) < 300}
    kept |= {"bytes": size, "begins": str(document)[:_KEPT]}
    row: dict[str, Any] = {
        "kind": "document",
        "author_id": caller.id,
        "mailbox": mailbox,
        "document_id": id,
        "type": str(document.get("type"))[:16],
        "subject": None,
    }
    row |= {"replica": number and number[0], "seq": number and number[1], "digest": mark_of_body, "body": kept, "received_at": now}
    connection.execute(sa.insert(_inputs).values(**row, verdict="quarantined", reasons=[Reason("too_large").told()]))
    box = shelf.mailboxes_of(connection, [caller.id]).get(caller.id)
    if number:
        mark = facts.watermarks(connection, [(mailbox, number[0])]).get((mailbox, number[0]), (Watermark(), 0))[0]
        receipts.keep(connection, {(mailbox, number[0]): advance(mark, [number[1]])}, now)
    if box:
        reply = {"_id": f"reply:{id}", "type": "reply", "v": 1, "document": id, "received_at": now, "state": "quarantined"}
        shelf.put(connection, [(box, f"reply:{id}", {**reply, "reasons": [Reason("too_large").told()]})])
        if number and box == mailbox:
            shelf.put(connection, apply.me_documents(connection, [mailbox]))


def may_read(connection: sa.Connection, caller: Caller, record_id: str) -> bool:
    """Whether what belongs to this visit, problem, edit or action is the caller's to see: his who has the job, or the visit's place in scope."""
    edited = connection.scalar(sa.select(_inputs.c.subject).where(_inputs.c.document_id == record_id, _inputs.c.type == "edit"))
    record = edited or record_id
    job = jobs.jobs_of(connection, [record]).get(record)
    if job is not None:
        return jobs.part_in(connection, caller, job) is not None
    path = visits.paths(connection, [record]).get(record)
    return path is not None and caller.covers(path, *VISIT_READERS)


def figures(connection: sa.Connection) -> dict[str, float]:
    """What an operator watches: how much waits, where, and since when is for `flask sync status`."""

    def count(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> float:
        return float(connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0)

    return {
        "mailboxes_waiting": count(_mailboxes, _mailboxes.c.written > _mailboxes.c.merged),
        "documents_to_deliver": count(_shelf, _shelf.c.version > _shelf.c.sent),
        "inputs_quarantined": count(_inputs, _inputs.c.verdict.in_(("quarantined", "void"))),
        "inputs_waiting": count(_inputs, _inputs.c.verdict == "waiting"),
        "inputs_late": count(_inputs, _inputs.c.verdict == "late"),
    }


def waiting(connection: sa.Connection) -> list[str]:
    """A line for each mailbox that was written and not read to its end, the longest waiting first, and for each of the last quarantined inputs."""
    query = (
        sa.select(_mailboxes.c.name, _mailboxes.c.written - _mailboxes.c.merged, _mailboxes.c.last_push, _mailboxes.c.last_pull)
        .where(_mailboxes.c.written > _mailboxes.c.merged)
        .order_by(_mailboxes.c.last_push)
        .limit(50)
    )
    lines = [f"waiting   {name}  writes {count}  last push {push or '-'}  last pull {pull or '-'}" for name, count, push, pull in connection.execute(query)]
    bad = sa.select(_inputs.c.document_id, _inputs.c.mailbox, _inputs.c.verdict, _inputs.c.reasons).where(_inputs.c.verdict != "merged")
    for id, mailbox, verdict, reasons in connection.execute(bad.order_by(_inputs.c.n.desc()).limit(50)):
        lines.append(f"{verdict:9} {id}  {mailbox or 'api'}  {', '.join(one['code'] for one in reasons)}")
    return lines
