"""Jobs as people see them: in their mailboxes, on the branch's list, and whole (docs/protocol.md section 5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.jobs import rules
from server.jobs.models import Job, JobEvent, Problem
from server.ledger import shelf
from server.people import service as people
from server.photos import service as photos
from server.photos.service import PhotoView
from server.photos.views import shown
from server.places import service as places
from server.places.service import PlaceRow

_jobs = Job.__table__
_problems = Problem.__table__
_events = JobEvent.__table__
RECENT_EVENTS = 20
SMALL_PHOTOS = 3
KEPT_MS = 90 * 24 * 60 * 60 * 1000
# Who works from a mailbox. A responder's holds what is assigned to him, whatever his scope.
MAILBOX_ROLES = ("head", "grid", "secretary")


@dataclass(frozen=True)
class Gathered:
    """Everything some jobs are drawn from, in a fixed number of queries."""

    jobs: Mapping[str, Any]
    problems: Mapping[str, Sequence[Any]]
    events: Mapping[str, Sequence[Any]]
    names: Mapping[str, str]
    places: Mapping[str, PlaceRow]
    photos: Mapping[str, Sequence[PhotoView]]


def gather(connection: sa.Connection, ids: Collection[str]) -> Gathered:
    jobs = {row["id"]: row for row in connection.execute(sa.select(_jobs).where(_jobs.c.id.in_(ids))).mappings()}
    problems = _by_job(connection.execute(sa.select(_problems).where(_problems.c.job_id.in_(ids)).order_by(_problems.c.received_at, _problems.c.id)))
    events = _by_job(connection.execute(sa.select(_events).where(_events.c.job_id.in_(ids)).order_by(_events.c.n)))
    users = {row["by_id"] for rows in events.values() for row in rows} | {row["author_id"] for rows in problems.values() for row in rows}
    users |= {row["assignee_id"] for row in jobs.values() if row["assignee_id"]}
    codes = {row["place"] for rows in problems.values() for row in rows}
    records = [row["id"] for rows in (*problems.values(), *events.values()) for row in rows]
    return Gathered(jobs, problems, events, people.names(connection, users), places.paths_of(connection, codes), photos.of_records(connection, records))


def _by_job(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows.mappings():
        found.setdefault(row["job_id"], []).append(row)
    return found


def state_of(job: Any, problems: Sequence[Any]) -> rules.JobState:
    return rules.JobState(job["state"], job["version"], job["answered"], job["assignee_id"], job["rating"], frozenset(row["author_id"] for row in problems))


def view(job: Any, known: Gathered, user: str, roles: frozenset[str], recent: int | None = None) -> dict[str, Any]:
    """One job as this user may see it; `recent` bounds its history."""
    problems = known.problems.get(job["id"], ())
    events = known.events.get(job["id"], ())
    state = state_of(job, problems)
    person = _person(known.names)
    reporters = dict.fromkeys(row["author_id"] for row in problems)
    return {
        "_id": job["id"],
        "type": "job",
        "v": 1,
        **{
            key: job[key]
            for key in (
                "number",
                "compound",
                "place",
                "place_name",
                "category",
                "severity",
                "state",
                "version",
                "summary",
                "opened_at",
                "updated_at",
                "answered",
                "rating",
            )
        },
        "assignee": person(job["assignee_id"]),
        "deadlines": {},
        "reporters": [person(user_id) for user_id in reporters],
        "problems": [row["id"] for row in problems],
        "photos": [picture for row in problems for picture in shown(row["photos"], known.photos.get(row["id"], ()))],
        "events": [_event(row, known) for row in (events if recent is None else events[-recent:])],
        "next": rules.next_verbs(state, rules.parts(state, user, roles)),
    }


def _event(row: Any, known: Gathered) -> dict[str, Any]:
    said = row["arguments"]
    event = {
        "id": row["id"],
        "verb": row["verb"],
        "by": _person(known.names)(row["by_id"]),
        "at": row["at"],
        "received_at": row["received_at"],
        "version": row["version"],
        "words": said.get("words") or said.get("reason") or "",
        "photos": shown(said.get("photos", ()), known.photos.get(row["id"], ())) if row["verb"] not in ("open", "join") else [],
        "late": row["late"],
    }
    if "to" in said:
        event["to"] = _person(known.names)(said["to"]) if said["to"] in known.names else {"id": said["to"], "name": ""}
    if "score" in said:
        event["score"] = said["score"]
    return event


def _person(names: Mapping[str, str]) -> Any:
    return lambda id: {"id": id, "name": names.get(id, "")} if id else None


def whole(connection: sa.Connection, id: str, user: str, roles: frozenset[str], *, contacts: bool) -> dict[str, Any]:
    """One job with its whole history and its reports. `contacts`: with the numbers to call back, for those who must."""
    known = gather(connection, [id])
    job = view(known.jobs[id], known, user, roles)
    job["reports"] = [
        {
            "id": row["id"],
            "by": _person(known.names)(row["author_id"]),
            "place": row["place"],
            "place_name": known.places[row["place"]].full_name,
            **{
                key: row[key] for key in ("category", "severity", "note", "source", "visit", "location", "recorded_at", "received_at", "withdrawn", "contested")
            },
            "photos": shown(row["photos"], known.photos.get(row["id"], ())),
            **({"contact": row["contact"]} if contacts and row["contact"] else {}),
        }
        for row in known.problems.get(id, ())
    ]
    return job


def brief(connection: sa.Connection, id: str) -> dict[str, Any]:
    """What a notice may say of a job: nothing personal."""
    row = connection.execute(sa.select(_jobs.c.number, _jobs.c.place_name, _jobs.c.category).where(_jobs.c.id == id)).one()
    return {"job": id, "number": row.number, "place": row.place_name, "category": row.category}


def documents(connection: sa.Connection, ids: Collection[str], now: int) -> list[tuple[str, str, dict[str, Any] | None]]:
    """What the mailboxes ought to hold of these jobs: the job for everybody it concerns, None for whoever has it and should not, and the replies to
    its problems."""
    known = gather(connection, ids)
    holders: dict[str, dict[str, set[str]]] = {}
    for path, user, role in people.holders(connection, {job["path"] for job in known.jobs.values()}, MAILBOX_ROLES, now):
        holders.setdefault(path, {}).setdefault(user, set()).add(role)
    wanted: dict[tuple[str, str], dict[str, Any]] = {}
    for id, job in known.jobs.items():
        roles = holders.get(job["path"], {})
        for user in _concerned(job, known.problems.get(id, ()), roles, now):
            wanted[user, id] = _small(view(job, known, user, frozenset(roles.get(user, ())), RECENT_EVENTS))
    boxes = shelf.mailboxes_of(connection, {user for user, _ in wanted})
    placed: dict[tuple[str, str], dict[str, Any] | None] = {(boxes[user], id): body for (user, id), body in wanted.items() if user in boxes}
    gone = {key: None for key in shelf.holding(connection, known.jobs) if key not in placed}
    replies = [(row["mailbox"], f"reply:{row['id']}", _reply(row, known.jobs[row["job_id"]], known)) for rows in known.problems.values() for row in rows]
    return [(mailbox, id, body) for (mailbox, id), body in {**gone, **placed}.items()] + replies


def _concerned(job: Any, problems: Sequence[Any], roles: Mapping[str, set[str]], now: int) -> set[str]:
    reporters = {row["author_id"] for row in problems}
    if job["state"] in rules.OPEN:
        return set(roles) | reporters | ({job["assignee_id"]} if job["assignee_id"] else set())
    return reporters if now - job["updated_at"] < KEPT_MS else set()


def _small(job: dict[str, Any]) -> dict[str, Any]:
    """A mailbox is carried over bad links: small pictures of the first few photos, none in the history."""
    for place, picture in enumerate(job["photos"]):
        if place >= SMALL_PHOTOS:
            picture["data"] = None
    for event in job["events"]:
        event["photos"] = [{**picture, "data": None} for picture in event["photos"]]
    return job


def _reply(problem: Any, job: Any, known: Gathered) -> dict[str, Any]:
    answer = next(
        (
            event
            for event in reversed(known.events.get(job["id"], ()))
            if event["late"] is None and event["verb"] in rules.ANSWERS and event["arguments"].get(rules.ANSWERS[event["verb"]])
        ),
        None,
    )
    reply: dict[str, Any] = {
        "_id": f"reply:{problem['id']}",
        "type": "reply",
        "v": 1,
        "document": problem["id"],
        "received_at": problem["received_at"],
        "state": "answered" if answer else "merged",
        "job": {"id": job["id"], "number": job["number"], "state": job["state"]},
    }
    if answer:
        words = answer["arguments"][rules.ANSWERS[answer["verb"]]]
        reply |= {"words": words, "by": _person(known.names)(answer["by_id"]), "at": answer["at"]}
    return reply


def page(
    connection: sa.Connection,
    visible: sa.ColumnElement[bool],
    who: tuple[str, Any],
    *,
    state: str | None,
    q: str,
    before: tuple[int, str] | None,
    limit: int,
) -> tuple[list[dict[str, Any]], tuple[int, str] | None]:
    """Jobs that satisfy `visible`, newest first, and where the next page starts. `who` is the user and a function from a path to the roles held over it."""
    query = sa.select(_jobs.c.id).where(visible)
    if state:
        query = query.where(_jobs.c.state.in_(rules.OPEN) if state == "open" else _jobs.c.state == state)
    if q:
        query = query.where(sa.or_(*(column.contains(q, autoescape=True) for column in (_jobs.c.number, _jobs.c.summary, _jobs.c.place, _jobs.c.place_name))))
    if before:
        query = query.where(sa.tuple_(_jobs.c.opened_at, _jobs.c.id) < before)
    ids = list(connection.scalars(query.order_by(_jobs.c.opened_at.desc(), _jobs.c.id.desc()).limit(limit + 1)))
    known = gather(connection, ids[:limit])
    user, roles_over = who
    rows = [_small(view(known.jobs[id], known, user, roles_over(known.jobs[id]["path"]), RECENT_EVENTS)) for id in ids[:limit]]
    return rows, ((rows[-1]["opened_at"], rows[-1]["_id"]) if len(ids) > limit else None)


def in_scope(paths: Collection[str], assignee: str) -> sa.ColumnElement[bool]:
    """The jobs under these paths, and those assigned to this person."""
    return sa.or_(_jobs.c.assignee_id == assignee, *(_jobs.c.path.startswith(path, autoescape=True) for path in paths))
