"""Hand-written stand-ins at the seams: a clock that tests own, and mailboxes in memory that keep CouchDB's rules."""

import hashlib
import itertools
import json
from collections.abc import Sequence

from sync.errors import MailboxesUnavailable, NoSuchDocument, NoSuchMailbox
from sync.ports import Change, Changes, Document, Written


class FakeClock:
    """Stands still until told."""

    def __init__(self, now: int = 1_763_600_000_000) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def pass_(self, ms: int) -> None:
        self._now += ms


class FakeMailboxes:
    """`sync.ports.Mailboxes` in memory: revisions, conflicts and a changes feed as CouchDB has them, and a switch to be out of reach."""

    def __init__(self) -> None:
        self.databases: dict[str, dict[str, tuple[int, Document]]] = {}
        self.attachments: dict[tuple[str, str, str], bytes] = {}
        self.out_of_reach = False
        self._order = itertools.count(1)
        self.checkpoints: dict[str, str] = {}

    def _database(self, name: str) -> dict[str, tuple[int, Document]]:
        if self.out_of_reach:
            raise MailboxesUnavailable("out of reach")
        if name not in self.databases:
            raise NoSuchMailbox(name)
        return self.databases[name]

    def reachable(self) -> None:
        if self.out_of_reach:
            raise MailboxesUnavailable("out of reach")

    def create(self, name: str) -> bool:
        self.reachable()
        made = name not in self.databases
        self.databases.setdefault(name, {})
        return made

    def delete(self, name: str) -> None:
        self.databases.pop(name, None)

    def changes(self, name: str, since: str, limit: int) -> Changes:
        after = int(since)
        rows = sorted((order, id, body) for id, (order, body) in self._database(name).items() if order > after)
        taken = rows[:limit]
        return Changes(
            tuple(Change(id, body["_rev"], bool(body.get("_deleted")), body) for _, id, body in taken),
            str(taken[-1][0] if taken else after),
            len(rows) - len(taken),
        )

    def write(self, name: str, documents: Sequence[Document]) -> list[Written]:
        database = self._database(name)
        answers = []
        for document in documents:
            held = database.get(document["_id"])
            current = held[1] if held and not held[1].get("_deleted") else None
            if (current["_rev"] if current else None) != document.get("_rev") and not (current is None and held and held[1]["_rev"] == document.get("_rev")):
                answers.append(Written(document["_id"], error="conflict"))
                continue
            generation = int(held[1]["_rev"].partition("-")[0]) + 1 if held else 1
            body = {key: value for key, value in document.items() if key != "_rev"}
            body["_rev"] = f"{generation}-{hashlib.md5(json.dumps(body, sort_keys=True).encode()).hexdigest()}"
            database[document["_id"]] = (next(self._order), body)
            answers.append(Written(document["_id"], body["_rev"]))
        return answers

    def revisions(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        database = self._database(name)
        return {id: database[id][1]["_rev"] for id in ids if id in database and not database[id][1].get("_deleted")}

    def attachment(self, name: str, document_id: str, attachment: str) -> bytes:
        self._database(name)
        try:
            return self.attachments[name, document_id, attachment]
        except KeyError as error:
            raise NoSuchDocument(document_id) from error

    def checkpoint(self, name: str) -> str:
        self._database(name)
        return self.checkpoints.get(name, "0")

    def keep_checkpoint(self, name: str, since: str) -> None:
        self._database(name)
        self.checkpoints[name] = since

    def held(self, name: str) -> dict[str, Document]:
        """What a reader of the database finds now."""
        return {id: body for id, (_, body) in self.databases[name].items() if not body.get("_deleted")}
