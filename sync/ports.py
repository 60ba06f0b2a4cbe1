"""What the engine needs from outside."""

from dataclasses import dataclass, field
from typing import Any, Protocol, Sequence

Document = dict[str, Any]


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


@dataclass(frozen=True)
class Checkpoint:
    """How far a database has been read, as the database itself remembers it. `epoch` changes when the ledger is another one."""

    since: str = "0"
    epoch: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


class Mailboxes(Protocol):
    """The CouchDB databases, by name. Every call raises `sync.errors.MailboxesUnavailable` when the server cannot be reached or is too busy, `NoSuchMailbox` when the database is not there."""

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

    def checkpoint(self, name: str) -> Checkpoint:
        """What `_local/doorstep-merge` says, or the start."""

    def keep_checkpoint(self, name: str, checkpoint: Checkpoint) -> None:
        """Write `_local/doorstep-merge`."""


class Clock(Protocol):
    """The time, passed in so that tests own it."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
