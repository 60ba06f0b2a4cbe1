"""The operator's commands: `flask people …`, `flask sync …`, `flask notices …`, `flask demo …`."""

from flask import Flask

from server import demo
from server.ledger import cli as sync
from server.notices import cli as notices
from server.people import cli as people


def register(app: Flask) -> None:
    """Give the application its command groups."""
    for group in (people.group, sync.group, notices.group, demo.group):
        app.cli.add_command(group)
