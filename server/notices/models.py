"""Notices on their way to people, the devices that take them, and what became of each."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Count, Instant, Json


class Notice(Base):
    """One event, one notice per person, whatever is retried: `event` and `user_id` are unique together."""

    __tablename__ = "notices"
    __table_args__ = (
        sa.UniqueConstraint("event", "user_id"),
        sa.Index("ix_notices_due", "retry_at", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=True)
    event: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(sa.String(32))  # job_opened | job_assigned | job_answered | visit_returned
    body: Mapped[Any] = mapped_column(Json)  # codes and parameters; nothing personal
    created_at: Mapped[int] = mapped_column(Instant)
    retry_at: Mapped[int] = mapped_column(Instant, default=0)
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[int | None] = mapped_column(Instant)


class PushSubscription(Base):
    """A browser that takes notices for whoever is signed in there. An endpoint is a secret, and too long for a key: its SHA-256 stands for it."""

    __tablename__ = "push_subscriptions"

    endpoint_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    endpoint: Mapped[str] = mapped_column(sa.Text)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), index=True)
    p256dh: Mapped[str] = mapped_column(sa.String(128))
    auth: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[int] = mapped_column(Instant)


class Delivery(Base):
    """What became of handing a notice to one device: what an operator reads when somebody says "I got nothing"."""

    __tablename__ = "deliveries"
    __table_args__ = (sa.UniqueConstraint("notice_id", "channel", "target"),)

    id: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=True)
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("notices.id"))
    channel: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[int] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(sa.String(32))  # sent | gone | refused | retry
    status: Mapped[int | None]
