"""How a place reads, and what a mailbox says of it: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

ABOVE_COMPOUND = ("district", "street", "community")


@dataclass(frozen=True)
class Node:
    """One place of the tree, as its row has it."""

    code: str
    kind: str
    name: str
    parent: str | None
    path: str
    floor: int | None

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The codes above it, from the top down."""
        return tuple(self.path.split("/")[:-2])


def path_below(parent: str, code: str) -> str:
    """The path of a place directly below the place at `parent` ("" is the top)."""
    return f"{parent}{code}/"


def full_name(line: Sequence[Node]) -> str:
    """How people call the last place of a line of descent: from its compound down; places above a compound by their own name."""
    return " ".join(node.name for node in line if node.kind not in ABOVE_COMPOUND) or line[-1].name


def place_document(node: Node, *, in_scope: bool) -> dict[str, Any]:
    """docs/protocol.md, section 4."""
    return {
        "_id": f"place:{node.code}",
        "type": "place",
        "v": 1,
        "code": node.code,
        "kind": node.kind,
        "name": node.name,
        "parent": node.parent,
        "in_scope": in_scope,
    }


def building_document(building: Node, units: Iterable[Node], doors: Iterable[Node]) -> dict[str, Any]:
    """A building in scope lists its units and their doors: thousands of doors are not thousands of documents."""
    below: dict[str | None, list[dict[str, Any]]] = {}
    for door in doors:
        below.setdefault(door.parent, []).append({"code": door.code, "name": door.name, "floor": door.floor})
    return {
        **place_document(building, in_scope=True),
        "units": [{"code": unit.code, "name": unit.name, "doors": below.get(unit.code, [])} for unit in units if unit.parent == building.code],
    }
