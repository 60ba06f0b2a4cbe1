"""Problems as reported, the jobs they lead to, and each job's append-only history."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Count, Instant, Json


class Job(Base):
    """The fold of its events, kept beside them so that a list is one query."""

    __tablename__ = "jobs"
    __table_args__ = (sa.Index(None, "compound", "state", "opened_at", "id"), sa.Index(None, "opened_at", "id"))

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(96), unique=True)
    compound: Mapped[str] = mapped_column(sa.ForeignKey("places.code"))
    place: Mapped[str] = mapped_column(sa.ForeignKey("places.code"))
    path: Mapped[str] = mapped_column(sa.String(512), index=True)
    place_name: Mapped[str] = mapped_column(sa.String(256))
    category: Mapped[str] = mapped_column(sa.String(64))
    severity: Mapped[str] = mapped_column(sa.String(16))
    summary: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[str] = mapped_column(sa.String(16))
    version: Mapped[int]
    answered: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[str | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    rating: Mapped[int | None]
    opened_at: Mapped[int] = mapped_column(Instant)
    updated_at: Mapped[int] = mapped_column(Instant)


class Problem(Base):
    """One report. Several may lead to one job (law 5)."""

    __tablename__ = "problems"
    __table_args__ = (sa.Index(None, "job_id"),)

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    author_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    mailbox: Mapped[str] = mapped_column(sa.String(96))
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id"))
    place: Mapped[str] = mapped_column(sa.ForeignKey("places.code"))
    category: Mapped[str] = mapped_column(sa.String(64))
    severity: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    photos: Mapped[Any] = mapped_column(Json, default=list)
    source: Mapped[str | None] = mapped_column(sa.String(16))
    visit: Mapped[str | None] = mapped_column(sa.String(40))
    contact: Mapped[Any | None] = mapped_column(Json)  # personal
    location: Mapped[Any | None] = mapped_column(Json)
    recorded_at: Mapped[int] = mapped_column(Instant)
    received_at: Mapped[int] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    contested: Mapped[Any] = mapped_column(Json, default=list)


class JobEvent(Base):
    """One step in a job's history, in the order the lock gave it. `late` is null, or why the step changed nothing."""

    __tablename__ = "job_events"
    __table_args__ = (sa.Index(None, "job_id", "n"),)

    n: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=True)
    job_id: Mapped[str] = mapped_column(sa.ForeignKey("jobs.id"))
    id: Mapped[str] = mapped_column(sa.String(40), unique=True)
    verb: Mapped[str] = mapped_column(sa.String(16))
    by_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[int] = mapped_column(Instant)
    received_at: Mapped[int] = mapped_column(Instant)
    version: Mapped[int]
    arguments: Mapped[Any] = mapped_column(Json, default=dict)
    late: Mapped[str | None] = mapped_column(sa.String(32))


class JobCounter(Base):
    """The last running number of a compound in a year."""

    __tablename__ = "job_counters"

    compound: Mapped[str] = mapped_column(sa.ForeignKey("places.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
