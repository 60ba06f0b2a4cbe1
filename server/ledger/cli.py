"""`flask sync …`: the merge worker, and what an operator asks of it."""

import logging
import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from server.database import db
from server.ledger import service, worker

group = AppGroup("sync", help="The merge: from mailboxes to rows and back.")


@group.command("work")
@click.option("--once", is_flag=True, help="Stop when there is nothing left to do.")
def work(once: bool) -> None:
    """Merge what phones wrote and deliver what they are owed, until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    if once:
        worker.run_once(app)
        return
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _signal, _frame: stop.set())
    worker.run(app, stop)


@group.command("status")
def status() -> None:
    """The backlog, mailbox by mailbox where something waits, and what was quarantined."""
    with db.engine.connect() as connection:
        for name, value in service.figures(connection).items():
            click.echo(f"{name:24} {value:.0f}")
        for line in service.waiting(connection):
            click.echo(line)
