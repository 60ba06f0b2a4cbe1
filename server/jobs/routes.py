"""`/api/jobs`: the branch's list, one job, one more step."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from server.context import doorstep
from server.database import db, writing
from server.endpoints import described, read_body, read_query
from server.errors import Conflict, Invalid, NotFound
from server.jobs import service, views
from server.jobs.schemas import ActionBody, JobPage, JobQuery, JobShown, ResponderQuery, Responders
from server.ledger import service as ledger
from server.paging import cursor_of
from server.people.signed_in import allowed, caller
from server.photos import access

blueprint = Blueprint("jobs", __name__)
LISTERS = ("secretary", "dispatcher", "admin")
CALLERS_BACK = ("secretary", "dispatcher")


@blueprint.get("/api/jobs")
@allowed("secretary", "responder", "dispatcher", "admin")
@described("The jobs in scope, newest first", query=JobQuery, answer=JobPage)
def list_jobs() -> ResponseReturnValue:
    """The jobs in scope and those assigned to the caller, newest first."""
    query = read_query(JobQuery)
    with db.engine.connect() as connection:
        rows, last = views.page(
            connection,
            views.in_scope(caller.paths(*LISTERS), caller.id),
            (caller.id, _roles_over),
            state=query["state"],
            q=query["q"],
            before=query["cursor"],
            limit=query["limit"],
        )
    # Asked for every few seconds: what has not changed is not sent again.
    response = jsonify(jobs=rows, next=cursor_of(last))
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/api/jobs/<job_id>")
@described("One job, whole", answer=JobShown)
def show_job(job_id: str) -> ResponseReturnValue:
    """One job, whole. Numbers to call back are shown to those who must call, and their reading is logged."""
    with writing() as connection:
        return jsonify(_whole(connection, job_id))


@blueprint.post("/api/jobs/<job_id>/actions")
@described("One more step on a job", body=ActionBody, answer=JobShown)
def act(job_id: str) -> ResponseReturnValue:
    """One more step on a job. 409 `late` when it is no longer legal: it is kept in the history."""
    body = read_body(ActionBody)
    with db.engine.connect() as connection:
        _visible(connection, job_id)
    document = {"_id": body.pop("id"), "type": "action", "job": job_id, **body}
    outcome = ledger.submit(caller, document, doorstep.now())
    codes = [reason.code for reason in outcome.reasons]
    if outcome.verdict == "late" and "argument_missing" in codes:
        raise Invalid(fields={"words": ["required"]})
    if outcome.verdict == "late":
        raise Conflict("late", "the job has moved on; this step is kept in its history as late", fields={"verb": codes})
    if outcome.verdict == "quarantined":
        raise Conflict("id_taken", "another action has this id", fields={"id": codes})
    with writing() as connection:
        return jsonify(_whole(connection, job_id))


@blueprint.get("/api/responders")
@allowed("secretary")
@described("Whom a job can be assigned to", query=ResponderQuery, answer=Responders)
def list_responders() -> ResponseReturnValue:
    """Whom a job can be assigned to, with how many open jobs they have."""
    with db.engine.connect() as connection:
        path = _visible(connection, read_query(ResponderQuery)["job"])
        return jsonify(responders=service.responders(connection, path, doorstep.now()))


def _roles_over(path: str) -> frozenset[str]:
    return frozenset(grant.role for grant in caller.grants if path.startswith(grant.path))


def _visible(connection: sa.Connection, job_id: str) -> str:
    """The job's path, if the caller has it in scope or reported it or is to do it. Whether another exists is not told."""
    part = service.part_in(connection, caller, job_id)
    if part is None:
        raise NotFound()
    return part[0]


def _whole(connection: sa.Connection, job_id: str) -> dict[str, Any]:
    path = _visible(connection, job_id)
    contacts = caller.covers(path, *CALLERS_BACK)
    job = views.whole(connection, job_id, caller.id, _roles_over(path), contacts=contacts)
    if any("contact" in report for report in job["reports"]):
        access.note(connection, caller.id, job_id, "contact", doorstep.now())
    return job
