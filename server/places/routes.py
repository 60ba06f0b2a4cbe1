"""Looking through the tree of places, online."""

from typing import Any

from flask import Blueprint

from server.database import db
from server.endpoints import described, read_query, shown
from server.errors import Forbidden
from server.people.signed_in import allowed, caller
from server.places import service
from server.places.schemas import PlacesAnswer, PlacesQuery

blueprint = Blueprint("places", __name__)

ONLINE = ("dispatcher", "reviewer", "admin")


@blueprint.get("/api/places")
@allowed(*ONLINE)
@described("What lies directly below a place; without `parent`, where the caller's scope begins", query=PlacesQuery, answer=PlacesAnswer)
def places() -> dict[str, Any]:
    parent = read_query(PlacesQuery).get("parent")
    with db.engine.connect() as connection:
        if parent is None:
            found = service.beginnings(connection, caller.paths(*ONLINE))
        else:
            found = service.children(connection, parent)
            if not caller.covers(service.paths_of(connection, [parent])[parent].path, *ONLINE):
                raise Forbidden("out_of_scope")
    return shown(PlacesAnswer, {"places": found})
