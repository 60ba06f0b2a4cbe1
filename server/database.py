"""The SQL database: one `db`, the column types the models share, and how a transaction that writes begins."""

import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    __table__: ClassVar[sa.Table]
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, engine_options={"pool_pre_ping": True})

# SQLite counts rows itself only in a column that is exactly INTEGER.
Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger
# How long a transaction waits for SQLite's write lock.
BUSY_MS = 20_000


class Json(TypeDecorator[Any]):
    """A JSON value kept as ASCII text: PostgreSQL's own types refuse U+0000 and lone surrogates, which a hostile document may hold and the ledger must keep."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else json.loads(value)


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """One transaction that will write, committed at the end of the block.

    On SQLite it takes the write lock at its start: a transaction that reads first and asks for the lock later is refused outright when
    another wrote in between, however long the busy timeout.
    """
    with db.engine.connect().execution_options(doorstep_writes=True) as connection, connection.begin():
        yield connection


def prepare_engine(engine: sa.Engine) -> None:
    """Give SQLite write-ahead logging, patience, foreign keys and explicit transactions. Other databases are left as they are."""
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; _begin below says it
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("doorstep_writes"):
            _take_write_lock(connection)
        else:
            connection.exec_driver_sql("BEGIN")


def _take_write_lock(connection: sa.Connection) -> None:
    """Wait for SQLite's one write lock in our own sleep: its own waiting is in C, where it would hold up every other greenlet of the process."""
    deadline = time.monotonic() + BUSY_MS / 1000
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except sa.exc.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            # At random, so that those who wait do not ask in step.
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}")
