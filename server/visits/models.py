"""Visit records: each row is the fold of its writes, and the back office's verdict on it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Instant, Json


class Visit(Base):
    __tablename__ = "visits"
    __table_args__ = (sa.Index(None, "received_at", "id"), sa.Index(None, "review", "received_at", "id"))

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    author_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    mailbox: Mapped[str] = mapped_column(sa.String(96))
    place: Mapped[str] = mapped_column(sa.ForeignKey("places.code"))
    path: Mapped[str] = mapped_column(sa.String(512), index=True)
    place_name: Mapped[str] = mapped_column(sa.String(256))
    purpose: Mapped[str | None] = mapped_column(sa.String(64))
    outcome: Mapped[str] = mapped_column(sa.String(16))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    needs: Mapped[Any] = mapped_column(Json, default=list)
    photos: Mapped[Any] = mapped_column(Json, default=list)
    started_at: Mapped[int | None] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    location: Mapped[Any | None] = mapped_column(Json)
    recorded_at: Mapped[int] = mapped_column(Instant)
    received_at: Mapped[int] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    contested: Mapped[Any] = mapped_column(Json, default=list)
    review: Mapped[str] = mapped_column(sa.String(16), default="pending")  # pending | approved | returned
    review_words: Mapped[str] = mapped_column(sa.Text, default="")
    reviewed_by: Mapped[str | None] = mapped_column(sa.ForeignKey("users.id"))
    reviewed_at: Mapped[int | None] = mapped_column(Instant)
