"""The ledger of inputs, the mailboxes it is read from, and the shelf of documents on their way back."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Count, Instant, Json


class Mailbox(Base):
    """One CouchDB database of one user. `written` is counted up by the door, `merged` follows it up to what the worker has read."""

    __tablename__ = "mailboxes"
    __table_args__ = (sa.Index("ix_mailboxes_waiting", "lease_until", sqlite_where=sa.text("written > merged"), postgresql_where=sa.text("written > merged")),)

    name: Mapped[str] = mapped_column(sa.String(96), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # mailbox | photos
    written: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    merged: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    checkpoint: Mapped[str] = mapped_column(sa.Text, default="0")
    lease_owner: Mapped[str | None] = mapped_column(sa.String(64))
    lease_until: Mapped[int] = mapped_column(Instant, default=0)
    last_push: Mapped[int | None] = mapped_column(Instant)
    last_pull: Mapped[int | None] = mapped_column(Instant)
    jobs_asked: Mapped[bool] = mapped_column(default=True)  # the jobs it ought to hold are to be worked out anew


class Input(Base):
    """Everything that came in, in order, with its verdict. `body` is verbatim; `digest` tells the same body from another under the same id."""

    __tablename__ = "inputs"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "digest"),
        sa.Index(None, "subject", "n"),
        sa.Index("ix_inputs_open", "verdict", sqlite_where=sa.text("verdict <> 'merged'"), postgresql_where=sa.text("verdict <> 'merged'")),
    )

    n: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(sa.String(8))  # document | command | tick
    author_id: Mapped[str | None] = mapped_column(sa.ForeignKey("users.id"))
    mailbox: Mapped[str | None] = mapped_column(sa.String(96))
    document_id: Mapped[str] = mapped_column(sa.String(256))
    type: Mapped[str] = mapped_column(sa.String(16))
    subject: Mapped[str | None] = mapped_column(sa.String(64))  # the record or job it is about
    replica: Mapped[str | None] = mapped_column(sa.String(64))
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    digest: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[Any] = mapped_column(Json)
    received_at: Mapped[int] = mapped_column(Instant)
    verdict: Mapped[str] = mapped_column(sa.String(16))  # merged | waiting | late | quarantined
    reasons: Mapped[Any] = mapped_column(Json, default=list)


class Replica(Base):
    """`received`: 1…received have all arrived. `ahead`: those beyond it, sorted."""

    __tablename__ = "replicas"

    mailbox: Mapped[str] = mapped_column(sa.ForeignKey("mailboxes.name"), primary_key=True)
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    received: Mapped[int] = mapped_column(sa.BigInteger)
    ahead: Mapped[Any] = mapped_column(Json)
    last_sync: Mapped[int] = mapped_column(Instant)


class ShelfDocument(Base):
    """The document a mailbox ought to hold under this id (`body` null: none). It is due while `version` is ahead of `sent`."""

    __tablename__ = "shelf"
    __table_args__ = (
        sa.Index("ix_shelf_due", "retry_at", sqlite_where=sa.text("version > sent"), postgresql_where=sa.text("version > sent")),
        sa.Index(None, "document_id"),
    )

    mailbox: Mapped[str] = mapped_column(sa.ForeignKey("mailboxes.name"), primary_key=True)
    document_id: Mapped[str] = mapped_column(sa.String(256), primary_key=True)
    body: Mapped[Any | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(sa.BigInteger)
    sent: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    rev: Mapped[str | None] = mapped_column(sa.String(64))
    retry_at: Mapped[int] = mapped_column(Instant, default=0)
    tries: Mapped[int] = mapped_column(default=0)
