"""Alembic's environment: the tables of the application's models, on the application's own engine."""

from typing import Any, Literal

from alembic import context
from flask import current_app

# Every table must be known before any can be compared.
import server.catalogue.models
import server.jobs.models
import server.ledger.models
import server.notices.models
import server.people.models
import server.photos.models
import server.places.models
import server.visits.models  # noqa: F401
from server.database import Json, db

metadata = db.metadata


def plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A migration must outlive today's code: our own column types are written as the plain ones they are made of."""
    return "sa.Text()" if kind == "type" and isinstance(item, Json) else False


def run() -> None:
    """Migrate in one transaction where the database can."""
    with current_app.extensions["migrate"].db.engine.connect().execution_options(doorstep_writes=True) as connection:
        # SQLite cannot alter a table in place: Alembic copies it.
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite", render_item=plain)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    context.configure(url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run()
