"""Sessions and enrolment codes. Only SHA-256 of either is kept: who reads the tables cannot sign in with what he finds."""

import hashlib
import secrets

import sqlalchemy as sa

from server.errors import NotSignedIn
from server.people.models import EnrolmentCode, Session, User

DAY_MS = 24 * 60 * 60 * 1000
CODE_MS = DAY_MS
# An ended session is remembered this long, so that its phone is told what happened rather than that it is unknown.
REMEMBERED_MS = 180 * DAY_MS
# Typed by thumb from a sheet of paper: nothing that looks like something else.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8

_sessions = Session.__table__
_codes = EnrolmentCode.__table__
_users = User.__table__


def open_session(connection: sa.Connection, user_id: str, days: int, now: int) -> str:
    """A new session's token: 32 random bytes, good for so many days."""
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(_sessions).where(_sessions.c.user_id == user_id, _sessions.c.expires_at < now - REMEMBERED_MS))
    connection.execute(sa.insert(_sessions).values(token_hash=_digest(token), user_id=user_id, created_at=now, expires_at=now + days * DAY_MS))
    return token


def user_of(connection: sa.Connection, token: str, now: int) -> str:
    """Whose session it is. Raises `NotSignedIn` with `not_signed_in`, `device_wiped`, `session_revoked` or `session_expired`."""
    query = (
        sa.select(_sessions.c.user_id, _sessions.c.expires_at, _sessions.c.ended_why, _users.c.deactivated_at)
        .join(_users, _users.c.id == _sessions.c.user_id)
        .where(_sessions.c.token_hash == _digest(token))
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        raise NotSignedIn()
    if found.deactivated_at is not None:
        raise NotSignedIn("device_wiped")
    if found.ended_why is not None:
        raise NotSignedIn(found.ended_why)
    if found.expires_at <= now:
        raise NotSignedIn("session_expired")
    user_id: str = found.user_id
    return user_id


def end_session(connection: sa.Connection, token: str, now: int) -> None:
    """Sign out."""
    _end(connection, _sessions.c.token_hash == _digest(token), "session_revoked", now)


def revoke_sessions(connection: sa.Connection, user_id: str, now: int, *, wipe: bool = False) -> int:
    """End every session of a user, and the code he was given; with `wipe` his devices are told to erase what they hold. How many sessions were open."""
    connection.execute(sa.delete(_codes).where(_codes.c.user_id == user_id, _codes.c.used_at.is_(None)))
    return _end(connection, _sessions.c.user_id == user_id, "device_wiped" if wipe else "session_revoked", now)


def _end(connection: sa.Connection, whose: sa.ColumnElement[bool], why: str, now: int) -> int:
    return connection.execute(sa.update(_sessions).where(whose, _sessions.c.ended_at.is_(None)).values(ended_at=now, ended_why=why)).rowcount


def new_code(connection: sa.Connection, user_id: str, now: int) -> str:
    """A code that enrols one device within a day, as `ABCD-EFGH`. It replaces the one given before."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    connection.execute(sa.delete(_codes).where(_codes.c.user_id == user_id, _codes.c.used_at.is_(None)))
    connection.execute(sa.insert(_codes).values(code_hash=_digest(code), user_id=user_id, expires_at=now + CODE_MS))
    return f"{code[:4]}-{code[4:]}"


def use_code(connection: sa.Connection, code: str, now: int) -> str:
    """Whose device the code enrols; it is good once. Raises `NotSignedIn("code_invalid")`. Case, spaces and dashes do not matter."""
    bare = "".join(character for character in code.upper() if character.isalnum())
    used = (
        sa.update(_codes)
        .where(_codes.c.code_hash == _digest(bare), _codes.c.used_at.is_(None), _codes.c.expires_at > now)
        .values(used_at=now)
        .returning(_codes.c.user_id)
    )
    user_id: str | None = connection.scalar(used)
    if user_id is None:
        raise NotSignedIn("code_invalid")
    return user_id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
