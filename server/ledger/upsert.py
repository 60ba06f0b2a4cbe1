"""INSERT … ON CONFLICT, for the databases the project runs on, and how many things one statement may name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_TOGETHER = 500

Item = TypeVar("Item")


def parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, so many at a time as one statement may name: databases bound its parameters."""
    whole = list(items)
    for start in range(0, len(whole), _TOGETHER):
        yield whole[start : start + _TOGETHER]


def insert_into(connection: sa.Connection, table: Any) -> Any:
    """An INSERT of the connection's own dialect, for its `on_conflict_…`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def keep_rows(connection: sa.Connection, table: Any, rows: Sequence[dict[str, Any]], key: Sequence[str], changes: Sequence[str]) -> None:
    """Insert the rows; of those whose key is there already, overwrite the columns that `changes` names."""
    if rows:
        insert = insert_into(connection, table)
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in changes}), list(rows))
