"""Announcing, and the devices that listen. Sending is `server.notices.worker`'s."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.ledger.upsert import insert_into, keep_rows
from server.notices.models import Delivery, Notice, PushSubscription
from server.notices.rules import KINDS

_notices = Notice.__table__
_subscriptions = PushSubscription.__table__
_deliveries = Delivery.__table__
# Nobody uses more devices than this; without a bound one account could make the worker knock anywhere any number of times.
_MOST_DEVICES = 10


@dataclass(frozen=True)
class LogLine:
    """One line of the delivery log. `outcome` None: the person has no device that was tried yet. `target` is the endpoint's hash."""

    at: int
    event: str
    kind: str
    user_id: str
    done: bool
    channel: str | None
    target: str | None
    outcome: str | None
    status: int | None


def announce(connection: sa.Connection, event: str, kind: str, user_ids: Iterable[str], body: dict[str, Any], now: int) -> None:
    """Put one notice per person on its way, in the caller's transaction. One (event, person) is announced once, whatever is repeated.

    `kind` is one of `KINDS`. `body` holds codes, numbers and names of places, and the `job` or `visit` it is about; nothing personal: it is
    shown on a locked screen.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of notice: {kind}")
    rows = [{"event": event, "user_id": user_id, "kind": kind, "body": body, "created_at": now} for user_id in sorted(set(user_ids))]
    if rows:
        connection.execute(insert_into(connection, _notices).on_conflict_do_nothing(index_elements=["event", "user_id"]), rows)


def subscribe(connection: sa.Connection, user_id: str, endpoint: str, p256dh: str, auth: str, now: int) -> None:
    """Enter this device for this person. An endpoint is one browser's: whoever is signed in there now takes it over."""
    row = {
        "endpoint_hash": hash_of(endpoint),
        "endpoint": endpoint,
        "user_id": user_id,
        "p256dh": p256dh,
        "auth": auth,
        "created_at": now,
    }
    keep_rows(connection, _subscriptions, [row], ["endpoint_hash"], ["user_id", "p256dh", "auth", "created_at"])
    newest = (
        sa.select(_subscriptions.c.endpoint_hash)
        .where(_subscriptions.c.user_id == user_id)
        .order_by(_subscriptions.c.created_at.desc(), _subscriptions.c.endpoint_hash)
        .limit(_MOST_DEVICES)
    )
    connection.execute(sa.delete(_subscriptions).where(_subscriptions.c.user_id == user_id, _subscriptions.c.endpoint_hash.not_in(newest)))


def unsubscribe(connection: sa.Connection, user_id: str, endpoint: str) -> None:
    """Forget this person's device. Somebody else's stays."""
    connection.execute(sa.delete(_subscriptions).where(_subscriptions.c.endpoint_hash == hash_of(endpoint), _subscriptions.c.user_id == user_id))


def forget_devices(connection: sa.Connection, user_id: str) -> None:
    """Forget every device of a person whose account is closed: nothing of the branch's may show on it any more."""
    connection.execute(sa.delete(_subscriptions).where(_subscriptions.c.user_id == user_id))


def hash_of(endpoint: str) -> str:
    """How an endpoint is named in the database and in logs: who knows an endpoint can send to it."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def delivery_log(connection: sa.Connection, limit: int) -> list[LogLine]:
    """The newest notices with what became of them on every device, the newest first."""
    newest = sa.select(_notices).order_by(_notices.c.id.desc()).limit(limit).subquery()
    query = (
        sa.select(
            sa.func.coalesce(_deliveries.c.at, newest.c.created_at),
            newest.c.event,
            newest.c.kind,
            newest.c.user_id,
            newest.c.done_at.is_not(None),
            _deliveries.c.channel,
            _deliveries.c.target,
            _deliveries.c.outcome,
            _deliveries.c.status,
        )
        .outerjoin_from(newest, _deliveries, _deliveries.c.notice_id == newest.c.id)
        .order_by(newest.c.id.desc(), _deliveries.c.id.desc())
    )
    return [LogLine(*row) for row in connection.execute(query)]
