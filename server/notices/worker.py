"""Handing notices to devices: claim, send, note what became of it, and come back for what failed.

A notice is leased, not locked, while it is sent: no transaction waits for a push service, and what a killed worker held is due again when its
lease ends. Every device's answer is committed as soon as it is there, so that a retry goes only to those that have none.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from py_vapid import Vapid02

from server.context import doorstep
from server.database import db, writing
from server.ledger.upsert import keep_rows
from server.notices.models import Delivery, Notice, PushSubscription
from server.notices.push import Message, Sent, Target, send
from server.notices.rules import TTL_MS, payload, topic_of, urgency_of, wait_ms
from server.notices.service import hash_of

log = logging.getLogger(__name__)

CHANNEL = "webpush"
# Notices claimed at once, and how many of them are sent side by side: one push service that hangs must not hold up the rest.
_AT_ONCE = 32
_SIDE_BY_SIDE = 8
# How long a notice is this worker's, and how long one device may take: none is tried that could outlast the lease.
_LEASE_MS = 120_000
_ONE_DEVICE_MS = 20_000

_notices = Notice.__table__
_subscriptions = PushSubscription.__table__
_deliveries = Delivery.__table__


@dataclass(frozen=True)
class Claimed:
    """A notice this worker alone sends until `until`, in milliseconds."""

    id: int
    event: str
    user_id: str
    kind: str
    body: Any
    created_at: int
    tries: int
    until: int


def work(app: Flask, key: Vapid02 | None, stop: threading.Event, idle_seconds: float) -> None:
    """Send what is due until told to stop. A database out of reach is waited for."""
    while not stop.is_set():
        try:
            busy = run_once(app, key)
        except sa.exc.OperationalError:
            log.warning("the database cannot be reached; trying again", exc_info=True)
            busy = False
        if not busy:
            stop.wait(idle_seconds)


def run_once(app: Flask, key: Vapid02 | None) -> bool:
    """Claim and send one round of due notices. Whether there were any. Without a key there is no channel, and they are done."""
    with app.app_context():
        claimed = claim(doorstep.now())
    if not claimed:
        return False
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as senders:
        for done in [senders.submit(_deliver, app, key, notice) for notice in claimed]:
            done.result()
    return True


def claim(now: int) -> list[Claimed]:
    """Take the notices that have been due longest, for as long as the lease."""
    due = sa.and_(_notices.c.done_at.is_(None), _notices.c.retry_at <= now)
    with db.engine.connect() as connection:
        # Looked at first without the lock: on SQLite there is only one, and mostly nothing is due.
        if connection.scalar(sa.select(_notices.c.id).where(due).limit(1)) is None:
            return []
    with writing() as connection:
        query = sa.select(_notices).where(due).order_by(_notices.c.retry_at, _notices.c.id).limit(_AT_ONCE).with_for_update(skip_locked=True)
        rows = connection.execute(query).all()
        connection.execute(sa.update(_notices).where(_notices.c.id.in_([row.id for row in rows])).values(retry_at=now + _LEASE_MS, tries=_notices.c.tries + 1))
    return [Claimed(row.id, row.event, row.user_id, row.kind, row.body, row.created_at, row.tries, now + _LEASE_MS) for row in rows]


def _deliver(app: Flask, key: Vapid02 | None, notice: Claimed) -> None:
    with app.app_context():
        fresh = doorstep.now() < notice.created_at + TTL_MS
        _settle(notice, [_deliver_to(key, notice, target) for target in _targets_left(notice)] if key and fresh else [])


def _targets_left(notice: Claimed) -> list[Target]:
    """The person's devices that have not answered this notice for good."""
    answered = sa.select(_deliveries.c.target).where(_deliveries.c.notice_id == notice.id, _deliveries.c.channel == CHANNEL, _deliveries.c.outcome != "retry")
    query = (
        sa.select(_subscriptions.c.endpoint, _subscriptions.c.p256dh, _subscriptions.c.auth)
        .where(_subscriptions.c.user_id == notice.user_id, _subscriptions.c.endpoint_hash.not_in(answered))
        .order_by(_subscriptions.c.created_at, _subscriptions.c.endpoint_hash)
    )
    with db.engine.connect() as connection:
        return [Target(*row) for row in connection.execute(query)]


def _deliver_to(key: Vapid02, notice: Claimed, target: Target) -> Sent:
    """Send to one device and note what became of it."""
    now = doorstep.now()
    if now + _ONE_DEVICE_MS > notice.until:
        return Sent("retry")
    config = doorstep.config
    seconds_left = max(1, (notice.created_at + TTL_MS - now) // 1000)
    message = Message(payload(notice.kind, notice.event, notice.body), seconds_left, urgency_of(notice.kind), topic_of(notice.body))
    sent = send(key, config.vapid_subject, config.push_hosts, target, message, now)
    target_hash = hash_of(target.endpoint)
    level = logging.WARNING if sent.outcome == "refused" else logging.INFO
    log.log(level, "notice %s to device %s: %s, status %s", notice.event, target_hash[:12], sent.outcome, sent.status)
    with writing() as connection:
        if sent.outcome == "gone":
            connection.execute(sa.delete(_subscriptions).where(_subscriptions.c.endpoint_hash == target_hash))
        row = {
            "notice_id": notice.id,
            "channel": CHANNEL,
            "target": target_hash,
            "at": doorstep.now(),
            "outcome": sent.outcome,
            "status": sent.status,
        }
        keep_rows(connection, _deliveries, [row], ["notice_id", "channel", "target"], ["at", "outcome", "status"])
    return sent


def _settle(notice: Claimed, outcomes: Sequence[Sent]) -> None:
    """Done, or due again: not before the push service that asked for the longest wait wants to hear from us, and not after a day."""
    now = doorstep.now()
    failed = [sent.wait for sent in outcomes if sent.outcome == "retry"]
    again = now + wait_ms(notice.tries, max(failed, default=0))
    values = {"retry_at": again} if failed and again < notice.created_at + TTL_MS else {"done_at": now}
    with writing() as connection:
        # Only while the lease is ours: another worker may have taken the notice over.
        connection.execute(sa.update(_notices).where(_notices.c.id == notice.id, _notices.c.retry_at == notice.until).values(**values))
