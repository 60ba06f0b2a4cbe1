"""Accounts, what they may do where, and the sessions they are signed in with."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Instant

ROLES = ("head", "grid", "secretary", "responder", "dispatcher", "reviewer", "admin")


class User(Base):
    __tablename__ = "users"

    id: Mapped[str] = mapped_column(sa.String(26), primary_key=True)
    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[str] = mapped_column(sa.String(64))
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[int] = mapped_column(Instant)
    deactivated_at: Mapped[int | None] = mapped_column(Instant)


class Assignment(Base):
    """A role held at a place and below it (everywhere when `place` is null) from `since` until `until`. Never deleted: law 9 asks what was held when."""

    __tablename__ = "assignments"
    __table_args__ = (sa.Index(None, "place", "role"), sa.Index(None, "user_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(sa.String(16))
    place: Mapped[str | None] = mapped_column(sa.ForeignKey("places.code"))
    since: Mapped[int] = mapped_column(Instant)
    until: Mapped[int | None] = mapped_column(Instant)


class Session(Base):
    """Only the token's SHA-256 is kept: who reads the table cannot sign in with it."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[int] = mapped_column(Instant)
    expires_at: Mapped[int] = mapped_column(Instant)
    ended_at: Mapped[int | None] = mapped_column(Instant)
    ended_why: Mapped[str | None] = mapped_column(sa.String(32))


class EnrolmentCode(Base):
    __tablename__ = "enrolment_codes"

    code_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    expires_at: Mapped[int] = mapped_column(Instant)
    used_at: Mapped[int | None] = mapped_column(Instant)


class FailedLogin(Base):
    """One failed sign-in, kept while it counts towards the throttle."""

    __tablename__ = "failed_logins"
    __table_args__ = (sa.Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(160))
    at: Mapped[int] = mapped_column(Instant)
