"""The engine: gather → decide → apply, one batch, one transaction; then deliver what is due.

It holds no state of its own. Killed at any instruction it loses nothing and repeats nothing: what was not committed is read again, what was
committed and not delivered is still due.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from itertools import groupby

from sync.domain.documents import numbered, written_by_server
from sync.domain.judge import Arrival, Document, decide, poisoned
from sync.errors import LeaseLost, MailboxesUnavailable, NoSuchMailbox, SyncError
from sync.ports import Change, Claim, Clock, Due, Ledger, Mailboxes, Reading, Written

log = logging.getLogger(__name__)

# At one time: databases read, and documents taken from all of them together.
CLAIMS = 64
DOCUMENTS = 2_000
DELIVERIES = 2_000
BUSY_MS = 1_000
UNREADABLE_MS = 60_000


class Engine:
    """Reads written mailboxes into the ledger and delivers the server's documents. `pool` runs the calls to CouchDB side by side."""

    def __init__(self, mailboxes: Mailboxes, ledger: Ledger, clock: Clock, pool: Executor) -> None:
        self._mailboxes = mailboxes
        self._ledger = ledger
        self._clock = clock
        self._pool = pool

    def step(self) -> int:
        """One batch both ways: how many databases were read and documents delivered. 0: there was nothing to do."""
        return self.merge() + self.deliver()

    def merge(self) -> int:
        """Read some of the databases that were written, judge and commit: how many."""
        claims = self._ledger.claim(CLAIMS)
        if claims:
            self._merge(claims)
        return len(claims)

    def _merge(self, claims: Sequence[Claim]) -> None:
        limit = max(50, DOCUMENTS // len(claims))
        readings = [reading for reading in self._pool.map(lambda claim: self._gather(claim, limit), claims) if reading is not None]
        try:
            self._commit(readings)
            self._remember(readings)
        except Exception:
            # One database must not hold up the others: each by itself, so that only the one at fault stays behind.
            log.exception("a batch of %d databases failed; each is taken by itself", len(readings))
            for reading in readings:
                self._commit_alone(reading)

    def _gather(self, claim: Claim, limit: int) -> Reading | None:
        """What is new in one database, or None when it must be read later."""
        try:
            try:
                remembered = self._mailboxes.checkpoint(claim.name)
            except NoSuchMailbox:
                self._mailboxes.create(claim.name)
                remembered = "0"
            # Where the database and the ledger disagree one of them is a restored backup: nothing of it is taken for read.
            again = remembered != claim.checkpoint
            changes = self._mailboxes.changes(claim.name, "0" if again else claim.checkpoint, limit)
            self._end_conflicts(claim.name, changes.rows)
        except MailboxesUnavailable as error:
            log.warning("%s: %s", claim.name, error)
            self._ledger.release([claim], after_ms=max(BUSY_MS, error.retry_after * 1000))
            return None
        except Exception:
            # Whatever one database holds, the others must not wait for it.
            log.exception("%s cannot be read", claim.name)
            self._ledger.release([claim], after_ms=UNREADABLE_MS)
            return None
        now = self._clock.now()
        arrivals, pieces, own = [], [], []
        for row in changes.rows:
            if written_by_server(row.id):
                own.append((row.id, "" if row.deleted else row.rev, row.losers))
            if written_by_server(row.id) and not numbered(row.document or {}):
                continue
            if row.deleted or row.document is None or row.id.startswith("_"):
                continue  # deleting one's own copy withdraws nothing
            elif claim.way == "photos" and row.id.startswith("piece:"):
                pieces.append(row.document)
            else:
                arrivals.append(Arrival(claim.way, claim.author, claim.name, row.document, now))
        return Reading(claim, tuple(arrivals), tuple(pieces), tuple(own), changes.last, len(changes.rows) < limit and not changes.pending, again)

    def _end_conflicts(self, name: str, rows: Sequence[Change]) -> None:
        """One leaf of each of the server's own documents lives. Which one does not matter here: if it is not the server's, the document is due again."""
        losers: list[Document] = [{"_id": row.id, "_rev": rev, "_deleted": True} for row in rows if written_by_server(row.id) for rev in row.losers]
        if losers:
            self._mailboxes.write(name, losers)

    def _commit(self, readings: Sequence[Reading]) -> None:
        arrivals = [arrival for reading in readings for arrival in reading.arrivals]
        with self._ledger.transaction() as transaction:
            transaction.apply(decide(arrivals, transaction.facts(arrivals), self._clock.now()))
            for reading in readings:
                transaction.finish(reading)

    def _remember(self, readings: Sequence[Reading]) -> None:
        """Have each database remember how far it was read. One that cannot is read again from its start: slower, and nothing worse."""

        def keep(reading: Reading) -> None:
            try:
                self._mailboxes.keep_checkpoint(reading.claim.name, reading.last)
            except SyncError as error:
                log.warning("%s: %s", reading.claim.name, error)

        list(self._pool.map(keep, [reading for reading in readings if reading.again or reading.last != reading.claim.checkpoint]))

    def _commit_alone(self, reading: Reading) -> None:
        try:
            self._commit([reading])
            self._remember([reading])
        except LeaseLost:
            log.warning("%s: another worker has taken it over", reading.claim.name)
        except Exception:
            log.exception("%s: its batch failed; each document is taken by itself", reading.claim.name)
            self._commit_one_by_one(reading)

    def _commit_one_by_one(self, reading: Reading) -> None:
        """Find the document that breaks the transaction, and quarantine it: it must never block those behind it."""
        for arrival in reading.arrivals:
            try:
                with self._ledger.transaction() as transaction:
                    transaction.apply(decide([arrival], transaction.facts([arrival]), self._clock.now()))
            except Exception:
                log.exception("%s: %s cannot be merged", reading.claim.name, arrival.document.get("_id"))
                with self._ledger.transaction() as transaction:
                    transaction.apply(poisoned(arrival, transaction.facts([arrival])))
        with self._ledger.transaction() as transaction:
            transaction.finish(reading)

    def deliver(self) -> int:
        """Bring due documents into their mailboxes: how many were tried."""
        due = self._ledger.due(DELIVERIES)
        parcels = [list(parcel) for _, parcel in groupby(sorted(due, key=lambda one: (one.mailbox, one.id)), key=lambda one: one.mailbox)]
        outcomes = [outcome for parcel in self._pool.map(self._hand_over, parcels) for outcome in parcel]
        if outcomes:
            self._ledger.delivered(outcomes)
        return len(outcomes)

    def _hand_over(self, parcel: list[Due]) -> list[tuple[Due, Written]]:
        """One mailbox's documents, in one bulk write; those that met another revision once more, on top of it."""
        name = parcel[0].mailbox
        try:
            try:
                answers = self._mailboxes.write(name, [_addressed(one, one.rev) for one in parcel])
            except NoSuchMailbox:
                self._mailboxes.create(name)
                answers = self._mailboxes.write(name, [_addressed(one, None) for one in parcel])
            collided = [one for one, answer in zip(parcel, answers, strict=True) if answer.error == "conflict"]
            if collided:
                revisions = self._mailboxes.revisions(name, [one.id for one in collided])
                again = [one for one in collided if one.body is not None or one.id in revisions]
                second = {answer.id: answer for answer in self._mailboxes.write(name, [_addressed(one, revisions.get(one.id)) for one in again])}
                gone = {one.id: Written(one.id) for one in collided if one not in again}
                answers = [second.get(answer.id) or gone.get(answer.id) or answer for answer in answers]
            return list(zip(parcel, answers, strict=True))
        except MailboxesUnavailable as error:
            log.warning("%s: %s", name, error)
            return [(one, Written(one.id, error="unavailable")) for one in parcel]


def _addressed(one: Due, rev: str | None) -> Document:
    body: Document = {"_deleted": True} if one.body is None else dict(one.body)
    body["_id"] = one.id
    if rev:
        body["_rev"] = rev
    return body
