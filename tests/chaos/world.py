"""What is compared when all is quiet: everything phones, CouchDB and SQL hold, as plain data that a test can copy and spoil."""

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Row = dict[str, Any]


@dataclass
class Phone:
    """One replica: what it was acknowledged as having stored, and what its two databases hold in the end, by id."""

    user: str
    replica: str
    written: dict[str, list[Document]] = field(default_factory=lambda: {"mailbox": [], "photos": []})
    mailbox: dict[str, Document] = field(default_factory=dict)
    photos: dict[str, Document] = field(default_factory=dict)


@dataclass
class World:
    """`couch`: per user and database, documents by id with their `_conflicts`. `sql`: rows by table, JSON read. `originals`: SHA-256 of each photo as
    the phone took it, `stored`: of what the server keeps for it, `served`: of what it gives out (None: nothing)."""

    phones: dict[str, Phone]
    couch: dict[str, dict[str, dict[str, Document]]]
    sql: dict[str, list[Row]]
    originals: dict[str, str]
    stored: dict[str, str | None]
    served: dict[str, str | None]

    def by_id(self, table: str) -> dict[str, Row]:
        return {row["id"]: row for row in self.sql[table]}

    def written(self, db: str) -> list[tuple[Phone, Document]]:
        return [(phone, document) for phone in self.phones.values() for document in phone.written[db]]

    def inputs_of(self, id: str) -> list[Row]:
        """What the ledger has under a document's id, the first first."""
        return [row for row in self.sql["inputs"] if row["document_id"] == id]
