"""The fold: what a record says, given every write about it (laws 1, 2, 3 and 8).

A *register* is one thing a write can set: a field (`note`), or one element of a set (`photos`, *this photo*), which is in or out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sync.domain.canonical import canonical
from sync.domain.clock import Stamp, read_stamp

ENVELOPE = frozenset({"_id", "_rev", "_conflicts", "_attachments", "_revisions", "type", "v", "replica", "seq", "at", "clock"})
SETS = frozenset({"photos", "needs"})


class Register(NamedTuple):
    field: str
    element: str | None = None


@dataclass(frozen=True)
class Write:
    """One document's say about a record. `over`: per field, the ids of the writes its author saw as current."""

    id: str
    at: Stamp
    first: Stamp
    document: Mapping[str, Any]
    sets: Mapping[Register, Any]
    over: Mapping[str, frozenset[str]]

    @property
    def rank(self) -> tuple[Stamp, Stamp, bytes]:
        return self.first, self.at, canonical({key: value for key, value in self.document.items() if key == "_id" or not key.startswith("_")})


@dataclass(frozen=True)
class Contested:
    """A value that lost to a write which had not seen it. In a set the field ends in `+` (it said: in) or `-` (out)."""

    field: str
    write: str
    value: Any


@dataclass(frozen=True)
class Folded:
    """`fields`: what the record now says, sets as sorted lists. `contested` and `void` (ids of writes dated before what they claim to replace) are sorted."""

    fields: dict[str, Any] = field(default_factory=dict)
    contested: tuple[Contested, ...] = ()
    void: tuple[str, ...] = ()


def write_of(document: Mapping[str, Any], received: int | None) -> Write:
    """A visit, problem or edit as a write, its form judged before. `received`: when it first arrived, in milliseconds; None: never, it is on the phone."""
    at = read_stamp(document["at"])
    if at is None:
        raise ValueError(f"{document['_id']}: no stamp")
    arrived = at if received is None else Stamp(received, 0, "")
    said = document["set"] if document["type"] == "edit" else {key: value for key, value in document.items() if key not in ENVELOPE}
    sets: dict[Register, Any] = {}
    for key, value in sorted(said.items()):  # `photos-` after `photos+`: an element in both is out, however the JSON was ordered
        name, sign = (key[:-1], key[-1]) if key[-1:] in ("+", "-") else (key, "+")
        if name in SETS:
            sets.update({Register(name, element): sign == "+" for element in value or ()})
        else:
            sets[Register(key)] = value
    over = {name: frozenset(ids) for name, ids in (document.get("over") or {}).items()} if document["type"] == "edit" else {}
    return Write(document["_id"], at, min(at, arrived), document, sets, over)


def fold(writes: Iterable[Write]) -> Folded:
    """The record. Depends on the set of writes alone: not on their order, nor on how often one is given."""
    given = {write.id: write for write in writes}
    void = {write.id for write in given.values() if _names_the_future(write, given)}
    sound = [write for write in given.values() if write.id not in void]
    superseded = {(register, id) for write in sound for register in write.sets for id in write.over.get(register.field, ())}
    heads: dict[Register, list[Write]] = {}
    for write in sound:
        for register in write.sets:
            if (register, write.id) not in superseded:
                heads.setdefault(register, []).append(write)

    fields: dict[str, Any] = {}
    contested: list[Contested] = []
    for register, rivals in heads.items():
        winner = max(rivals, key=lambda write: write.rank) if len(rivals) > 1 else rivals[0]
        value = winner.sets[register]
        if register.element is None:
            fields[register.field] = value
        else:
            members = fields.setdefault(register.field, [])
            if value:
                members.append(register.element)
        contested += [_contested(register, rival) for rival in rivals if rival is not winner and canonical(rival.sets[register]) != canonical(value)]
    for name in SETS & fields.keys():
        fields[name].sort()
    return Folded(
        dict(sorted(fields.items())),
        tuple(sorted(contested, key=lambda lost: (lost.field, lost.write, canonical(lost.value)))),
        tuple(sorted(void)),
    )


def _names_the_future(write: Write, given: Mapping[str, Write]) -> bool:
    return any(id in given and given[id].at >= write.at for ids in write.over.values() for id in ids)


def _contested(register: Register, write: Write) -> Contested:
    if register.element is None:
        return Contested(register.field, write.id, write.sets[register])
    return Contested(register.field + ("+" if write.sets[register] else "-"), write.id, register.element)
