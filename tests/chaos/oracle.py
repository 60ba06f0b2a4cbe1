"""The fold once more, written from laws 1, 3 and 8 of docs/protocol.md and not from `sync.domain.fold`: slow, plain, and for the checker alone.

It goes value by value: every value a write gives to a register is asked what became of it.
"""

import json
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
ENVELOPE = ("_id", "_rev", "type", "v", "replica", "seq", "at", "clock")
SETS = ("photos", "needs")


@dataclass(frozen=True)
class Said:
    """One write gave one register one value. `element` is None but for sets, where the value is whether the element is in."""

    write: str
    field: str
    element: str | None
    value: Any


@dataclass(frozen=True)
class Outcome:
    """What a record ought to say. `contested`: (field, write, value as JSON)."""

    fields: dict[str, Any]
    contested: frozenset[tuple[str, str, str]]
    void: frozenset[str]


def stamp(at: str) -> tuple[int, int, str]:
    ms, counter, replica = at.split(".", 2)
    return int(ms), int(counter, 16), replica


def spelled(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def sayings(document: Document) -> list[Said]:
    """Every value the write gives."""
    assigned = document["set"] if document["type"] == "edit" else {key: value for key, value in document.items() if key not in ENVELOPE}
    found = []
    for key, value in assigned.items():
        field = key.rstrip("+-")
        if field in SETS:
            found += [Said(document["_id"], field, element, not key.endswith("-")) for element in value]
        else:
            found.append(Said(document["_id"], key, None, value))
    return found


def outcome_of(writes: list[tuple[Document, int]]) -> Outcome:
    """What became of a record, from its writes and when each was first received, in milliseconds."""
    documents = {document["_id"]: document for document, _ in writes}
    received = {document["_id"]: at for document, at in writes}
    at = {id: stamp(document["at"]) for id, document in documents.items()}
    named = {id: {field: set(ids) for field, ids in document.get("over", {}).items()} for id, document in documents.items()}
    void = frozenset(id for id, over in named.items() if any(other in at and at[other] >= at[id] for ids in over.values() for other in ids))

    registers: dict[tuple[str, str | None], list[Said]] = {}
    for id, document in documents.items():
        for said in sayings(document) if id not in void else ():
            registers.setdefault((said.field, said.element), []).append(said)

    def greatness(said: Said) -> tuple[tuple[int, int, str], tuple[int, int, str], str]:
        return min(at[said.write], (received[said.write], 0, "")), at[said.write], spelled(documents[said.write])

    fields: dict[str, Any] = {}
    contested = set()
    for (field, element), said_of_it in registers.items():
        unseen = [one for one in said_of_it if not any(one.write in named[other.write].get(field, ()) for other in said_of_it)]
        winner = max(unseen, key=greatness)
        if element is None:
            fields[field] = winner.value
        else:
            fields.setdefault(field, [])
            fields[field] += [element] if winner.value else []
        for one in unseen:
            if spelled(one.value) != spelled(winner.value):
                name, value = (field, one.value) if element is None else (field + ("+" if one.value else "-"), element)
                contested.add((name, one.write, spelled(value)))
    return Outcome({field: sorted(value) if field in SETS else value for field, value in fields.items()}, frozenset(contested), void)
