"""INSERT … ON CONFLICT, for the databases the project runs on."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: sa.Connection, table: Any) -> Any:
    """An INSERT of the connection's own dialect, for its `on_conflict_…`."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def keep_rows(connection: sa.Connection, table: Any, rows: Sequence[dict[str, Any]], key: Sequence[str], changes: Sequence[str]) -> None:
    """Insert the rows; of those whose key is there already, overwrite the columns that `changes` names."""
    if rows:
        insert = insert_into(connection, table)
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_={name: insert.excluded[name] for name in changes}), list(rows))
