"""How often somebody may fail to sign in, counted in SQL so that it holds across processes and restarts."""

import sqlalchemy as sa

from server.errors import TooManyRequests
from server.people.models import FailedLogin

WINDOW_MS = 15 * 60 * 1000
# An address may stand for a whole street office, or for every phone behind one operator's translation; a login is one person.
PER_ADDRESS = 300
PER_LOGIN = 10

_failed = FailedLogin.__table__


def attempt(connection: sa.Connection, address: str, login: str | None, now: int) -> None:
    """Count one more try. It is counted before it is known to fail: many guesses at once are not each the first.

    Raises `TooManyRequests` when there were too many, in which case it is not counted. What no longer counts is deleted here: the table holds one
    window's tries.
    """
    limits = {f"address:{address}": PER_ADDRESS} | ({f"login:{login}": PER_LOGIN} if login is not None else {})
    connection.execute(sa.delete(_failed).where(_failed.c.at <= now - WINDOW_MS))
    for key, limit in limits.items():
        newest = sa.select(_failed.c.at).where(_failed.c.key == key).order_by(_failed.c.at.desc()).limit(limit)
        times = list(connection.scalars(newest))
        if len(times) == limit:
            raise TooManyRequests(retry_after=max(1, -(-(times[-1] + WINDOW_MS - now) // 1000)))
    connection.execute(sa.insert(_failed), [{"key": key, "at": now} for key in limits])


def succeeded(connection: sa.Connection, address: str, login: str | None, now: int) -> None:
    """Take back what `attempt` counted at `now` for the address, and everything held against the login."""
    own = sa.select(_failed.c.id).where(_failed.c.key == f"address:{address}", _failed.c.at == now).limit(1).scalar_subquery()
    connection.execute(sa.delete(_failed).where(_failed.c.id == own))
    if login is not None:
        connection.execute(sa.delete(_failed).where(_failed.c.key == f"login:{login}"))
