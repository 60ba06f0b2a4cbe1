"""Accounts and what they may do: the one way other features ask about people, and the one way accounts change."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from server.catalogue import service as catalogue
from server.context import doorstep
from server.database import db, writing
from server.errors import Conflict, Invalid, NotFound, NotSignedIn
from server.ledger import mailboxes, receipts, shelf
from server.notices import service as notices
from server.people import passwords, sessions, throttle
from server.people.models import ROLES, Assignment, User
from server.people.rules import ON_THE_PHONE, Caller, Grant, Held, codes_of
from server.people.sessions import revoke_sessions
from server.places import service as places

__all__ = [
    "Caller",
    "Grant",
    "Held",
    "assignments_of",
    "caller_of_token",
    "caller_of_user",
    "create_user",
    "deactivate",
    "enrol",
    "everyone",
    "fill_mailbox",
    "holders",
    "issue_code",
    "move",
    "names",
    "revoke_sessions",
    "sign_in",
    "user_named",
]

_users = User.__table__
_assignments = Assignment.__table__


def caller_of_token(token: str, now: int) -> Caller:
    """Who presents this token. Raises `NotSignedIn` with `not_signed_in`, `session_expired`, `session_revoked` or `device_wiped`."""
    with db.engine.connect() as connection:
        return caller_of_user(connection, sessions.user_of(connection, token, now), now)


def caller_of_user(connection: sa.Connection, user_id: str, now: int) -> Caller:
    """A user with the roles held now. Raises `NotFound("no_such_user")`."""
    user = connection.execute(sa.select(_users).where(_users.c.id == user_id)).one_or_none()
    if user is None:
        raise NotFound("no_such_user")
    return Caller(user.id, user.login, user.name, tuple(_grants(connection, [user_id], now).get(user_id, ())))


def _grants(connection: sa.Connection, user_ids: Sequence[str], now: int) -> dict[str, list[Grant]]:
    query = (
        sa.select(_assignments.c.user_id, _assignments.c.role, _assignments.c.place, places.path_at(_assignments.c.place))
        .where(_assignments.c.user_id.in_(user_ids), *_in_force(now))
        .order_by(_assignments.c.id)
    )
    grants: dict[str, list[Grant]] = {}
    for user_id, role, place, path in connection.execute(query):
        grants.setdefault(user_id, []).append(Grant(role, place, path or ""))
    return grants


def _in_force(now: int) -> tuple[sa.ColumnElement[bool], ...]:
    return _assignments.c.since <= now, sa.or_(_assignments.c.until.is_(None), _assignments.c.until > now)


def sign_in(login: str, password: str, address: str, now: int) -> tuple[Caller, str]:
    """The caller and a new session's token. Raises `NotSignedIn("wrong_password")`, whichever of the two was wrong, or `TooManyRequests`."""
    login = _folded(login)
    with writing() as connection:
        throttle.attempt(connection, address, login, now)
        user = connection.execute(sa.select(_users).where(_users.c.login == login)).one_or_none()
    # Outside of the transaction: a hash takes some 20 ms, and SQLite has one writer.
    if not passwords.matches(user.password_hash if user else None, password) or user is None:
        raise NotSignedIn("wrong_password")
    if user.deactivated_at is not None:
        raise NotSignedIn("device_wiped")
    with writing() as connection:
        throttle.succeeded(connection, address, login, now)
        if passwords.outdated(user.password_hash):
            connection.execute(sa.update(_users).where(_users.c.id == user.id).values(password_hash=passwords.hashed(password)))
        return caller_of_user(connection, user.id, now), sessions.open_session(connection, user.id, doorstep.config.session_days, now)


def enrol(code: str, address: str, now: int) -> tuple[Caller, str]:
    """The caller whose device the one-time code enrols, and its session's token. Raises `NotSignedIn("code_invalid")` or `TooManyRequests`."""
    with writing() as connection:
        throttle.attempt(connection, address, None, now)
    with writing() as connection:
        user_id = sessions.use_code(connection, code, now)
        throttle.succeeded(connection, address, None, now)
        return caller_of_user(connection, user_id, now), sessions.open_session(connection, user_id, doorstep.config.session_days, now)


def create_user(connection: sa.Connection, *, id: str, login: str, name: str, password: str, grants: Sequence[tuple[str, str | None]], now: int) -> None:
    """A new account with its mailboxes, filled. `grants` are (role, place code or None for everywhere).

    Raises `Conflict("login_taken")`, or `Invalid` when a role or place is not known.
    """
    login = _folded(login)
    if connection.scalar(sa.select(_users.c.id).where(_users.c.login == login)) is not None:
        raise Conflict("login_taken", f"there is already somebody called {login}")
    _check(connection, grants)
    connection.execute(sa.insert(_users).values(id=id, login=login, name=name, password_hash=passwords.hashed(password), created_at=now))
    _assign(connection, id, grants, now)
    mailboxes.open_mailboxes(connection, id, now)
    fill_mailbox(connection, id, now)


def move(connection: sa.Connection, user_id: str, grants: Sequence[tuple[str, str | None]], now: int) -> None:
    """From now on the user holds these grants and no others. What he held before stays on record.

    Raises `Invalid` as `create_user` does, and `Conflict("account_closed")`.
    """
    _must_be_open(connection, user_id)
    _check(connection, grants)
    _hold(connection, user_id, grants, now)


def _hold(connection: sa.Connection, user_id: str, grants: Sequence[tuple[str, str | None]], now: int) -> None:
    held = {(row.role, row.place): row.id for row in connection.execute(sa.select(_assignments).where(_assignments.c.user_id == user_id, *_in_force(now)))}
    _end(connection, [id for grant, id in held.items() if grant not in grants], now)
    _assign(connection, user_id, [grant for grant in grants if grant not in held], now)
    fill_mailbox(connection, user_id, now)


def deactivate(connection: sa.Connection, user_id: str, now: int) -> None:
    """Close an account: it may do nothing from now on, and its devices are told to erase what they hold."""
    connection.execute(sa.update(_users).where(_users.c.id == user_id, _users.c.deactivated_at.is_(None)).values(deactivated_at=now))
    revoke_sessions(connection, user_id, now, wipe=True)
    notices.forget_devices(connection, user_id)
    _hold(connection, user_id, [], now)


def issue_code(connection: sa.Connection, user_id: str, now: int) -> str:
    """A code, `ABCD-EFGH`, that signs one device in within a day. It replaces the one given before. Raises `Conflict("account_closed")`."""
    _must_be_open(connection, user_id)
    return sessions.new_code(connection, user_id, now)


def _must_be_open(connection: sa.Connection, user_id: str) -> None:
    if connection.scalar(sa.select(_users.c.deactivated_at).where(_users.c.id == user_id)) is not None:
        raise Conflict("account_closed")


def _check(connection: sa.Connection, grants: Sequence[tuple[str, str | None]]) -> None:
    kinds = places.kinds_of(connection, [place for _, place in grants if place is not None])
    wrong = [f"unknown_role: {role}" for role, _ in grants if role not in ROLES]
    wrong += [f"unknown_place: {place}" for _, place in grants if place is not None and place not in kinds]
    # A mailbox carries buildings; a scope inside of one could not be kept to.
    wrong += [f"too_small: {place}" for place, kind in kinds.items() if kind in ("unit", "door")]
    if wrong:
        raise Invalid(message="; ".join(wrong), fields={"grants": wrong})


def _assign(connection: sa.Connection, user_id: str, grants: Sequence[tuple[str, str | None]], now: int) -> None:
    if grants:
        rows = [{"user_id": user_id, "role": role, "place": place, "since": now} for role, place in dict.fromkeys(grants)]
        connection.execute(sa.insert(_assignments), rows)


def _end(connection: sa.Connection, ids: Sequence[int], now: int) -> None:
    if ids:
        connection.execute(sa.update(_assignments).where(_assignments.c.id.in_(ids)).values(until=now))


def holders(connection: sa.Connection, paths: Iterable[str], roles: Iterable[str], now: int) -> list[tuple[str, str, str]]:
    """`(path, user id, role)` of everybody who now holds one of these roles over one of these paths; closed accounts hold none."""
    wanted = sorted(set(paths))
    codes = sorted({code for path in wanted for code in codes_of(path)})
    query = (
        sa.select(_assignments.c.place, _assignments.c.user_id, _assignments.c.role)
        .distinct()
        .where(
            _assignments.c.role.in_(sorted(set(roles))),
            sa.or_(_assignments.c.place.in_(codes), _assignments.c.place.is_(None)),
            *_in_force(now),
        )
        .order_by(_assignments.c.user_id, _assignments.c.role)
    )
    at: dict[str | None, list[tuple[str, str]]] = {}
    for place, user_id, role in connection.execute(query):
        at.setdefault(place, []).append((user_id, role))
    return [(path, user_id, role) for path in wanted for user_id, role in sorted({held for code in (None, *codes_of(path)) for held in at.get(code, ())})]


def assignments_of(connection: sa.Connection, user_ids: Iterable[str]) -> dict[str, list[Held]]:
    """`{user id: everything ever held}`, for judging what was allowed at a past time. Users who never held anything are absent."""
    query = (
        sa.select(_assignments.c.user_id, _assignments.c.role, places.path_at(_assignments.c.place), _assignments.c.since, _assignments.c.until)
        .where(_assignments.c.user_id.in_(sorted(set(user_ids))))
        .order_by(_assignments.c.id)
    )
    held: dict[str, list[Held]] = {}
    for user_id, role, path, since, until in connection.execute(query):
        held.setdefault(user_id, []).append(Held(role, path or "", since, until))
    return held


def names(connection: sa.Connection, user_ids: Iterable[str]) -> dict[str, str]:
    """`{user id: name}`."""
    query = sa.select(_users.c.id, _users.c.name).where(_users.c.id.in_(sorted(set(user_ids))))
    return {id: name for id, name in connection.execute(query)}


def user_named(connection: sa.Connection, login: str) -> str:
    """The id behind a login. Raises `NotFound("no_such_user")`."""
    user_id: str | None = connection.scalar(sa.select(_users.c.id).where(_users.c.login == _folded(login)))
    if user_id is None:
        raise NotFound("no_such_user", f"nobody is called {login}")
    return user_id


def everyone(connection: sa.Connection, now: int) -> list[tuple[Caller, int | None]]:
    """Every account by login, with when it was closed."""
    users = connection.execute(sa.select(_users).order_by(_users.c.login)).all()
    grants = _grants(connection, [user.id for user in users], now)
    return [(Caller(user.id, user.login, user.name, tuple(grants.get(user.id, ()))), user.deactivated_at) for user in users]


def fill_mailbox(connection: sa.Connection, user_id: str, now: int) -> None:
    """Shelve what a user's mailbox ought to hold of `me`, the catalogue and the places in scope, and take out the places that left it."""
    caller = caller_of_user(connection, user_id, now)
    mailbox = shelf.mailboxes_of(connection, [user_id])[user_id]
    documents: dict[str, dict[str, Any] | None] = dict.fromkeys(shelf.ids_of_type(connection, mailbox, "place"))
    documents |= {document["_id"]: document for document in places.documents_for(connection, caller.paths(*ON_THE_PHONE) if caller.has(*ON_THE_PHONE) else ())}
    documents["catalogue"] = catalogue.document(connection)
    documents["me"] = _me(connection, caller, mailbox)
    shelf.put(connection, [(mailbox, id, body) for id, body in documents.items()])
    mailboxes.ask_for_jobs(connection, user_id)


def _me(connection: sa.Connection, caller: Caller, mailbox: str) -> dict[str, Any]:
    before = shelf.read(connection, mailbox, "me") or {}
    return {
        "_id": "me",
        "type": "me",
        "v": 1,
        "id": caller.id,
        "name": caller.name,
        "roles": list(caller.roles),
        "scope": list(caller.scope),
        "received": receipts.received(connection, [mailbox]).get(mailbox, {}),
        "horizon": before.get("horizon", 0),
    }


def _folded(login: str) -> str:
    """Phones write the first letter large; nobody means it."""
    return login.strip().casefold()
