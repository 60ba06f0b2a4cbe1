"""What the engine needs from outside."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from sync.domain.judge import Arrival, Decision, Document, Facts


@dataclass(frozen=True)
class Change:
    """One row of a database's changes feed: the winning leaf and the revisions of the leaves that lost to it."""

    id: str
    rev: str
    deleted: bool
    document: Document | None
    losers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """Rows after `since`, at most as many as were asked for. `last` is opaque: it is only ever given back. `pending` is how many are still behind them."""

    rows: tuple[Change, ...]
    last: str
    pending: int


@dataclass(frozen=True)
class Written:
    """What became of one document of a bulk write: its new `rev`, or an `error` (`conflict`, …)."""

    id: str
    rev: str | None = None
    error: str | None = None


class Mailboxes(Protocol):
    """The CouchDB databases, by name. Every call raises `sync.errors.MailboxesUnavailable` when the server cannot be reached or is too busy,
    `NoSuchMailbox` when the database is not there."""

    def reachable(self) -> None:
        """Nothing, if the server answers and knows us."""

    def create(self, name: str) -> bool:
        """Make the database (`q=1`, nobody but the server admitted). False if it was there."""

    def delete(self, name: str) -> None:
        """Remove the database. Nothing happens if it is not there."""

    def changes(self, name: str, since: str, limit: int) -> Changes:
        """The next changes with their documents (attachments as stubs) and losing leaves."""

    def write(self, name: str, documents: Sequence[Document]) -> list[Written]:
        """Write in bulk, each on the `_rev` it carries; `_deleted: true` removes. One answer per document, in their order."""

    def revisions(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        """The winning `rev` of each id that exists and is not deleted."""

    def attachment(self, name: str, document_id: str, attachment: str) -> bytes:
        """An attachment's bytes. Raises `sync.errors.NoSuchDocument`."""

    def checkpoint(self, name: str) -> str:
        """How far the database itself remembers to have been read (`_local/doorstep-merge`); "0" when it does not."""

    def keep_checkpoint(self, name: str, since: str) -> None:
        """Have the database remember how far it was read."""


class Clock(Protocol):
    """The time, passed in so that tests own it."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""


@dataclass(frozen=True)
class Claim:
    """A database this worker may read until its lease ends. `written`: the door's count at the claim. `way`: what it holds."""

    name: str
    author: str
    way: Literal["mailbox", "photos"]
    written: int
    checkpoint: str


@dataclass(frozen=True)
class Reading:
    """What was read of one claimed database: documents to judge, pieces of photos, the server's own documents as (id, rev, losing revs) to
    compare, and how far it was read. `again`: the two checkpoints disagreed, so it was read from its beginning."""

    claim: Claim
    arrivals: tuple[Arrival, ...]
    pieces: tuple[Document, ...]
    own: tuple[tuple[str, str, tuple[str, ...]], ...]
    last: str
    complete: bool
    again: bool = False


@dataclass(frozen=True)
class Due:
    """A document on its way to a mailbox; `body` None takes it out. `rev`: the revision it was last delivered as."""

    mailbox: str
    id: str
    body: Document | None
    version: int
    rev: str | None


class Transaction(Protocol):
    """One transaction of the ledger. It commits when its block ends, and leaves no trace when the block raises."""

    def facts(self, arrivals: Sequence[Arrival]) -> Facts:
        """What is known about everything the arrivals name; the jobs among it are locked."""

    def apply(self, decision: Decision) -> None:
        """The inputs with their verdicts, the rows they change, and the outgoing messages."""

    def finish(self, reading: Reading) -> None:
        """Pieces, the server's own documents and the checkpoint of one database. Raises `sync.errors.LeaseLost` when another worker has taken it over."""


class Ledger(Protocol):
    """The SQL side: the ledger of inputs, the rows, the shelf of documents on their way back."""

    def claim(self, limit: int) -> list[Claim]:
        """Up to `limit` databases that were written, leased to this worker."""

    def release(self, claims: Sequence[Claim], *, after_ms: int) -> None:
        """Let databases go unread, to be tried again later."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin."""

    def due(self, limit: int) -> list[Due]:
        """Documents to deliver, leased to this worker."""

    def delivered(self, outcomes: Sequence[tuple[Due, Written]]) -> None:
        """Note what became of them; what failed is due again, later each time."""
