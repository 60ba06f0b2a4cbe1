"""`/api/visits`: the back office's list of visit records, and its verdicts."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server.context import doorstep
from server.database import db
from server.endpoints import described, read_body, read_query
from server.errors import Conflict, NotFound
from server.ledger import service as ledger
from server.paging import cursor_of
from server.people.signed_in import allowed, caller
from server.review.schemas import ReviewBody, VisitPage, VisitQuery, VisitShown
from server.visits import service as visits

blueprint = Blueprint("review", __name__)
REVIEWERS = ("reviewer", "admin")


@blueprint.get("/api/visits")
@allowed(*REVIEWERS)
@described("The visit records in scope, newest first", query=VisitQuery, answer=VisitPage)
def list_visits() -> ResponseReturnValue:
    """The visit records in scope, newest first."""
    query = read_query(VisitQuery)
    with db.engine.connect() as connection:
        rows, last = visits.page(connection, caller.paths(*REVIEWERS), review=query["review"], q=query["q"], before=query["cursor"], limit=query["limit"])
    return jsonify(visits=rows, next=cursor_of(last))


@blueprint.get("/api/visits/<visit_id>")
@allowed(*REVIEWERS)
@described("One visit record", answer=VisitShown)
def show_visit(visit_id: str) -> ResponseReturnValue:
    """One visit record."""
    with db.engine.connect() as connection:
        return jsonify(_visit(connection, visit_id))


@blueprint.post("/api/visits/<visit_id>/review")
@allowed(*REVIEWERS)
@described("Approve a visit record, or send it back", body=ReviewBody, answer=VisitShown)
def give_verdict(visit_id: str) -> ResponseReturnValue:
    """Approve a visit record or send it back with words. 409 `late` when the visit has changed since the version on the screen."""
    body = read_body(ReviewBody)
    with db.engine.connect() as connection:
        _visit(connection, visit_id)
    outcome = ledger.submit(caller, {"_id": body.pop("id"), "type": "review", "visit": visit_id, **body}, doorstep.now())
    codes = [reason.code for reason in outcome.reasons]
    if outcome.verdict == "late":
        raise Conflict("late", "the visit has changed since; look again", fields={"saw": codes})
    if outcome.verdict == "quarantined":
        raise Conflict("id_taken", "another verdict has this id", fields={"id": codes})
    with db.engine.connect() as connection:
        return jsonify(_visit(connection, visit_id))


def _visit(connection: sa.Connection, visit_id: str) -> dict[str, Any]:
    """The visit, if it is in the caller's scope. Whether another exists is not told."""
    found = visits.one(connection, visit_id)
    if found is None or not caller.covers(found[1], *REVIEWERS):
        raise NotFound()
    return found[0]
