"""The merge worker: one process that merges what phones wrote, delivers what they are owed, confirms photos, and sweeps up after crashes."""

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from flask import Flask

from server.context import doorstep
from server.database import db, writing
from server.jobs import service as jobs
from server.ledger import mailboxes, service
from server.ledger.ledger import SqlLedger
from server.photos import service as photos
from server.photos.storage import StorageError
from sync.engine import Engine
from sync.errors import SyncError

log = logging.getLogger("doorstep.sync")
IDLE_S = 0.1
SWEEP_S = 600.0
TROUBLE_S = 2.0
_THREADS = 8
_PHOTOGRAPHERS = 4
_PHOTOS = 20
_REFILLS = 20
# The door lets through what Python reads at its usual limit; a changes feed nests it a little deeper, and it must be read here all the same.
_NESTING = 3_000


def run(app: Flask, stop: threading.Event) -> None:
    """Work until `stop` is set. Text and photos go side by side: a picture never holds up a report."""
    sys.setrecursionlimit(_NESTING)
    with app.app_context(), ThreadPoolExecutor(_THREADS, "couch") as pool, ThreadPoolExecutor(_PHOTOGRAPHERS, "photos") as photographers:
        engine = _engine(app, pool)
        loops = [
            threading.Thread(target=_loop, args=(app, stop, lambda: store_photos(app, photographers), IDLE_S), name="photos"),
            threading.Thread(target=_loop, args=(app, stop, lambda: sweep(app), SWEEP_S), name="sweep"),
        ]
        for thread in loops:
            thread.start()
        _loop(app, stop, lambda: refill(app) + engine.step(), IDLE_S)
        for thread in loops:
            thread.join()


def run_once(app: Flask) -> None:
    """Work until there is nothing left to do."""
    with app.app_context(), ThreadPoolExecutor(_THREADS, "couch") as pool:
        engine = _engine(app, pool)
        while refill(app) + engine.step() + store_photos(app, pool):
            pass


def _engine(app: Flask, pool: ThreadPoolExecutor) -> Engine:
    return Engine(doorstep.mailboxes, SqlLedger(app, f"{socket.gethostname()}:{os.getpid()}", doorstep.clock), doorstep.clock, pool)


def _loop(app: Flask, stop: threading.Event, step: Callable[[], int], idle_s: float) -> None:
    """Repeat a step; rest when it had nothing to do. A step that fails is logged and tried again: the databases may be restarting."""
    with app.app_context():
        while not stop.is_set():
            try:
                rest = 0.0 if step() else idle_s
            except Exception:
                log.exception("the %s loop failed; it goes on", threading.current_thread().name)
                rest = TROUBLE_S
            stop.wait(rest)


def store_photos(app: Flask, pool: Executor) -> int:
    """Confirm photos whose pieces are all here, and show each on the job it belongs to. How many were tried."""
    with app.app_context(), writing() as connection:
        due = photos.claim(connection, _PHOTOS, doorstep.now())
    return len(list(pool.map(lambda one: _store(app, one), due)))


def _store(app: Flask, one: photos.Due) -> None:
    with app.app_context():
        try:
            if photos.store(one.photo_id, one.mailbox, doorstep.mailboxes, doorstep.now()):
                _show(one.photo_id)
        except (SyncError, StorageError) as error:
            log.warning("%s is tried again later: %s", one.photo_id, error)


def _show(photo_id: str) -> None:
    with db.engine.connect() as connection:
        photo = photos.find(connection, photo_id)
    if photo is not None:
        with writing() as connection:
            concerned = set(jobs.jobs_of(connection, [photo.record]).values())
            jobs.lock(connection, concerned)
            jobs.publish(connection, concerned, doorstep.now())
            photos.settle(connection, photo_id)


def refill(app: Flask) -> int:
    """Work out anew the jobs of mailboxes whose scope has changed: how many."""
    with app.app_context(), writing() as connection:
        asking = mailboxes.asking_for_jobs(connection, _REFILLS)
        for mailbox, user_id in asking:
            jobs.refill(connection, mailbox, user_id, doorstep.now())
        return len(asking)


def sweep(app: Flask) -> int:
    """Read every database again from its checkpoint, which finds what the door could not note before it died, and take the steps that have waited
    long enough. Returns 0: the loop rests after it.
    """
    with app.app_context():
        service.take_overdue_steps(doorstep.now())
        with writing() as connection:
            mailboxes.written_all(connection)
    return 0
