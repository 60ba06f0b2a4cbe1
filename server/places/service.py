"""The tree of places: what a code stands for, how it reads, and which of it a mailbox carries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.errors import NotFound
from server.places.models import Place
from server.places.rules import Node, building_document, full_name, path_below, place_document

_places = Place.__table__
_COLUMNS = (_places.c.code, _places.c.kind, _places.c.name, _places.c.parent, _places.c.path, _places.c.floor)
_TOGETHER = 500


@dataclass(frozen=True)
class PlaceRow:
    """A place as others need it. `full_name` reads from the compound down; `compound` is the code of the compound it lies in, or its own above one."""

    code: str
    kind: str
    name: str
    path: str
    full_name: str
    compound: str


def paths_of(connection: sa.Connection, codes: Iterable[str]) -> dict[str, PlaceRow]:
    """`{code: place}`; codes nobody planted are absent."""
    found = _nodes(connection, _places.c.code, set(codes))
    above = {code for node in found for code in node.ancestors}
    known = {node.code: node for node in (*_nodes(connection, _places.c.code, above - {node.code for node in found}), *found)}
    rows = {}
    for node in found:
        line = [*(known[code] for code in node.ancestors), node]
        compound = next((one.code for one in line if one.kind == "compound"), node.code)
        rows[node.code] = PlaceRow(node.code, node.kind, node.name, node.path, full_name(line), compound)
    return rows


def kinds_of(connection: sa.Connection, codes: Iterable[str]) -> dict[str, str]:
    """`{code: kind}`; codes nobody planted are absent."""
    return {node.code: node.kind for node in _nodes(connection, _places.c.code, set(codes))}


def path_at(code: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """The path of the place another table's column names, for use in a query on that table."""
    return sa.select(_places.c.path).where(_places.c.code == code).scalar_subquery()


def plant(connection: sa.Connection, places: Sequence[dict[str, Any]]) -> list[str]:
    """Add places, parents before children: `{"code", "kind", "name", "parent", "floor"?}`. Those already there stay as they are. The codes that are new."""
    paths: dict[str | None, str] = {None: ""}
    paths |= {code: row.path for code, row in paths_of(connection, {place["parent"] for place in places if place["parent"]}).items()}
    there = kinds_of(connection, {place["code"] for place in places})
    fresh = []
    for position, place in enumerate(places):
        paths[place["code"]] = path_below(paths[place["parent"]], place["code"])
        if place["code"] not in there:
            fresh.append({"floor": None, **place, "path": paths[place["code"]], "position": position})
    if fresh:
        connection.execute(sa.insert(_places), fresh)
    return [place["code"] for place in fresh]


def documents_for(connection: sa.Connection, paths: Iterable[str]) -> list[dict[str, Any]]:
    """The `place:` documents of a mailbox whose scope are these paths: every place below them down to the buildings, and their ancestors out of scope."""
    lines = [path.split("/")[:-1] for path in paths]
    roots = _roots(connection) if [] in lines else [line[-1] for line in lines]
    inside = list(_nodes(connection, _places.c.code, set(roots)))
    layer = inside
    while layer := [node for node in _below(connection, layer) if node.kind not in ("unit", "door")]:
        inside += layer
    outside = _nodes(connection, _places.c.code, {code for line in lines for code in line[:-1]} - {node.code for node in inside})
    units = _below(connection, [node for node in inside if node.kind == "building"])
    doors = _below(connection, units)
    documents = [place_document(node, in_scope=False) for node in outside]
    for node in inside:
        documents.append(building_document(node, units, doors) if node.kind == "building" else place_document(node, in_scope=True))
    return documents


def children(connection: sa.Connection, parent: str) -> list[PlaceRow]:
    """What lies directly below a place, in its order. Raises `NotFound`."""
    return _rows(connection, _below(connection, _one(connection, parent)))


def beginnings(connection: sa.Connection, paths: Iterable[str]) -> list[PlaceRow]:
    """The places at these paths: where somebody's scope begins. The path "" is everywhere and begins at the roots."""
    lines = [path.split("/")[:-1] for path in paths]
    return _rows(connection, _nodes(connection, _places.c.code, set(_roots(connection)) if [] in lines else {line[-1] for line in lines}))


def _one(connection: sa.Connection, code: str) -> list[Node]:
    found = _nodes(connection, _places.c.code, {code})
    if not found:
        raise NotFound()
    return found


def _rows(connection: sa.Connection, nodes: Sequence[Node]) -> list[PlaceRow]:
    rows = paths_of(connection, [node.code for node in nodes])
    return [rows[node.code] for node in nodes]


def _roots(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.select(_places.c.code).where(_places.c.parent.is_(None))))


def _below(connection: sa.Connection, nodes: Sequence[Node]) -> list[Node]:
    return _nodes(connection, _places.c.parent, {node.code for node in nodes})


def _nodes(connection: sa.Connection, column: sa.ColumnElement[Any], codes: set[str]) -> list[Node]:
    """The places whose column is one of the codes, in the order of the tree; so many at a time as one statement may name."""
    wanted = sorted(codes)
    found: list[tuple[int, Node]] = []
    for start in range(0, len(wanted), _TOGETHER):
        query = sa.select(_places.c.position, *_COLUMNS).where(column.in_(wanted[start : start + _TOGETHER]))
        found += [(position, Node(*rest)) for position, *rest in connection.execute(query)]
    return [node for _, node in sorted(found, key=lambda one: (one[0], one[1].code))]
