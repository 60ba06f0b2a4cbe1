"""`flask notices`: the worker, the keys, the log."""

import logging
import signal
import threading
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from server.context import doorstep
from server.database import db
from server.notices import keys, service, worker

log = logging.getLogger(__name__)

group = AppGroup("notices", help="Notices to people's devices.")


@group.command("work")
@click.option("--once", is_flag=True, help="Send what is due now, then stop.")
@click.option("--idle", default=1.0, show_default=True, help="Seconds to wait when nothing is due.")
@with_appcontext
def work(once: bool, idle: float) -> None:
    """Send notices until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        key = keys.load(doorstep.config)
    except keys.KeyRefused as error:
        raise click.ClickException(str(error)) from error
    if key is None:
        log.warning("VAPID_PRIVATE_KEY is not set: Web Push is off, and notices are only in the app")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if once:
        while not stop.is_set() and worker.run_once(app, key):
            pass
    else:
        worker.work(app, key, stop, idle)


@group.command("keys")
def make_keys() -> None:
    """Print a new VAPID key pair: the private one for the environment, the public one for whoever asks."""
    key = keys.generate()
    click.echo(f"VAPID_PRIVATE_KEY={keys.private_text(key)}")
    click.echo(f"# public key: {keys.public_text(key)}")


@group.command("log")
@click.option("--limit", default=50, show_default=True, help="How many notices.")
@with_appcontext
def show_log(limit: int) -> None:
    """Print the newest notices and what became of them on every device."""
    with db.engine.connect() as connection:
        lines = service.delivery_log(connection, limit)
    for line in lines:
        what: tuple[Any, ...] = (line.outcome or ("no device" if line.done else "on its way"), line.status or "-", (line.target or "-")[:12])
        click.echo("  ".join(str(part) for part in (_time(line.at), line.kind, line.event, line.user_id, *what)))


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
