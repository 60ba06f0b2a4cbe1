"""Committing a decision: the inputs with their verdicts, the rows they change, and everything that goes out, in the caller's transaction."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from server.jobs import service as jobs
from server.ledger import receipts, shelf
from server.ledger.models import Input
from server.visits import service as visits
from sync.domain.documents import Reason
from sync.domain.judge import Decision, Entry

_inputs = Input.__table__
Reply = tuple[str, str, dict[str, Any]]


def apply(connection: sa.Connection, decision: Decision, now: int) -> None:
    """Commit a decision. Nothing here judges: whatever could be wrong with a document was found before."""
    taken = jobs.take_steps(connection, decision.steps, now)
    reviews = visits.review(connection, [entry for entry in decision.entries if entry.form.type == "review" and entry.verdict == "merged"], now)
    outcome = {entry.form.id: entry for entry in (*taken.entries, *reviews)}
    entries = [outcome.get(entry.form.id, entry) for entry in decision.entries]
    revised = [outcome.get(entry.form.id, entry) for entry in decision.revised]
    _keep(connection, entries)
    _revise(connection, revised)
    receipts.keep(connection, decision.watermarks, now)

    visits.keep(connection, [record for record in decision.records if record.type == "visit"], now)
    opened = jobs.keep(connection, [record for record in decision.records if record.type == "problem"], entries, now)
    jobs.publish(connection, taken.jobs | opened, now)
    visits.publish(connection, {record.id for record in decision.records if record.type == "visit"} | {str(entry.form.subject) for entry in reviews})
    _answer(connection, [*entries, *revised], {(mailbox, replica) for mailbox, replica in decision.watermarks})


def _keep(connection: sa.Connection, entries: Sequence[Entry]) -> None:
    if entries:
        connection.execute(sa.insert(_inputs), [_row(entry) for entry in entries])


def _row(entry: Entry) -> dict[str, Any]:
    arrival = entry.arrival
    return {
        "kind": "command" if arrival.way == "command" else "document",
        "author_id": arrival.author,
        "mailbox": arrival.mailbox,
        "document_id": entry.form.id[:256],
        "type": entry.form.type,
        "subject": entry.form.subject,
        "replica": entry.form.replica,
        "seq": entry.form.seq,
        "digest": entry.digest,
        "body": arrival.document,
        "received_at": arrival.received,
        "verdict": entry.verdict,
        "reasons": _told(entry.reasons),
    }


def _revise(connection: sa.Connection, entries: Sequence[Entry]) -> None:
    if entries:
        statement = (
            sa.update(_inputs)
            .where(_inputs.c.document_id == sa.bindparam("id"), _inputs.c.digest == sa.bindparam("mark"))
            .values(verdict=sa.bindparam("now_is"), reasons=sa.bindparam("why"))
        )
        connection.execute(statement, [{"id": entry.form.id, "mark": entry.digest, "now_is": entry.verdict, "why": _told(entry.reasons)} for entry in entries])


def _answer(connection: sa.Connection, entries: Sequence[Entry], replicas: set[tuple[str, str]]) -> None:
    """The replies that go by the verdict alone, and `me` with its receipts. A merged record's reply follows its row, a photo's its bytes."""
    boxes = shelf.mailboxes_of(connection, {entry.arrival.author for entry in entries if entry.arrival.mailbox})
    documents: list[tuple[str, str, dict[str, Any] | None]] = []
    for entry in entries:
        answered_elsewhere = entry.verdict == "merged" and entry.form.type in ("visit", "problem", "photo")
        # The server keeps the first body; its reply stands, and the changed copy is in the ledger for the operator.
        repeats_an_id = entry.reasons and entry.reasons[0].code == "changed_document"
        if entry.arrival.mailbox and entry.arrival.author in boxes and not answered_elsewhere and not repeats_an_id:
            documents.append((boxes[entry.arrival.author], f"reply:{entry.form.id}", _reply(entry)))
    shelf.put(connection, documents)
    shelf.put(connection, me_documents(connection, sorted({mailbox for mailbox, _ in replicas})))


def me_documents(connection: sa.Connection, mailboxes: Sequence[str]) -> list[tuple[str, str, dict[str, Any] | None]]:
    """`me` of these mailboxes with today's receipts. A photo database holds none."""
    marks = receipts.received(connection, mailboxes)
    return [(mailbox, "me", {**me, "received": marks.get(mailbox, {})}) for mailbox, me in shelf.bodies(connection, mailboxes, "me").items()]


def _reply(entry: Entry) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "_id": f"reply:{entry.form.id}",
        "type": "reply",
        "v": 1,
        "document": entry.form.id,
        "received_at": entry.arrival.received,
        "state": "quarantined" if entry.verdict == "void" else entry.verdict,
    }
    if entry.reasons:
        reply["reasons"] = _told(entry.reasons)
    return reply


def _told(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [reason.told() for reason in reasons]
