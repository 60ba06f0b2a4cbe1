"""The catalogue in force, for those who work online."""

from typing import Any

from flask import Blueprint

from server.catalogue import service
from server.catalogue.schemas import CatalogueAnswer
from server.database import db
from server.endpoints import described

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/api/catalogue")
@described("The catalogue in force", answer=CatalogueAnswer)
def catalogue() -> dict[str, Any]:
    with db.engine.connect() as connection:
        return service.current(connection)
