"""Jobs: opened by problems, moved by steps, and told to everybody they concern. The rules are in `server.jobs.rules`; what is shown, in `server.jobs.views`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa

from server.catalogue import service as catalogue
from server.jobs import rules, views
from server.jobs.models import Job, JobCounter, JobEvent, Problem
from server.ledger import shelf
from server.ledger.upsert import insert_into, keep_rows, parts
from server.notices import service as notices
from server.people import service as people
from server.people.service import Caller
from server.places import service as places
from server.places.service import PlaceRow
from sync.domain.documents import Reason
from sync.domain.judge import Entry, Record, Step

_jobs = Job.__table__
_problems = Problem.__table__
_events = JobEvent.__table__
_counters = JobCounter.__table__
_FOLDED = ("place", "category", "severity", "note", "photos", "source", "visit", "contact", "location", "version", "withdrawn", "contested")
# Job numbers go by the year people live in.
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Taken:
    """What became of some steps: each entry with its final verdict, and the jobs whose history grew."""

    entries: tuple[Entry, ...] = ()
    jobs: frozenset[str] = frozenset()


def lock(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """The paths of those jobs that exist, locked in one order until the transaction ends (law 4: the lock decides)."""
    if not ids:
        return {}
    query = sa.select(_jobs.c.id, _jobs.c.path).where(_jobs.c.id.in_(ids)).order_by(_jobs.c.id).with_for_update()
    return {id: path for id, path in connection.execute(query)}


def versions(connection: sa.Connection, wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """When each (job, version) came to be, in milliseconds."""
    if not wanted:
        return {}
    query = (
        sa.select(_events.c.job_id, _events.c.version, sa.func.min(_events.c.received_at))
        .where(sa.tuple_(_events.c.job_id, _events.c.version).in_(list(wanted)), _events.c.late.is_(None))
        .group_by(_events.c.job_id, _events.c.version)
    )
    return {(job, version): at for job, version, at in connection.execute(query)}


def take_steps(connection: sa.Connection, steps: Sequence[Step], now: int) -> Taken:
    """Take each step on its job, in the order given. One that is no longer legal is kept in the history as late."""
    if not steps:
        return Taken()
    states = states_of(connection, {str(step.entry.form.subject) for step in steps})
    entries, events = [], []
    for step in steps:
        entry, said = step.entry, step.entry.form.said
        id = str(entry.form.subject)
        before = states[id]
        after = rules.take(before, said["verb"], said, rules.parts(before, entry.arrival.author, step.roles))
        if said["verb"] == "assign" and isinstance(after, rules.JobState) and after.assignee not in _responders(connection, id, now):
            after = "not_a_responder"
        if isinstance(after, str):
            entries.append(entry.judged("late", Reason(after, "verb")))
        else:
            states[id] = after
            entries.append(entry)
            _announce(connection, id, entry, before, after, now)
        events.append(_event(id, entry, step.at, states[id].version, None if isinstance(after, rules.JobState) else after))
    connection.execute(sa.insert(_events), events)
    for id in sorted({event["job_id"] for event in events if event["late"] is None}):
        state = states[id]
        values = {"state": state.state, "version": state.version, "answered": state.answered, "assignee_id": state.assignee, "rating": state.rating}
        connection.execute(sa.update(_jobs).where(_jobs.c.id == id).values(**values, updated_at=now))
    return Taken(tuple(entries), frozenset(states))


def states_of(connection: sa.Connection, ids: Collection[str]) -> dict[str, rules.JobState]:
    """The jobs as the rules know them."""
    reporters: dict[str, set[str]] = {}
    for job, author in connection.execute(sa.select(_problems.c.job_id, _problems.c.author_id).where(_problems.c.job_id.in_(ids))):
        reporters.setdefault(job, set()).add(author)
    columns = (_jobs.c.id, _jobs.c.state, _jobs.c.version, _jobs.c.answered, _jobs.c.assignee_id, _jobs.c.rating)
    return {
        id: rules.JobState(state, version, answered, assignee, rating, frozenset(reporters.get(id, ())))
        for id, state, version, answered, assignee, rating in connection.execute(sa.select(*columns).where(_jobs.c.id.in_(ids)))
    }


def _event(job: str, entry: Entry, at: int, version: int, late: str | None) -> dict[str, Any]:
    said = entry.form.said
    return {
        "job_id": job,
        "id": entry.form.id,
        "verb": said["verb"][:16],
        "by_id": entry.arrival.author,
        "at": at,
        "received_at": entry.arrival.received,
        "version": version,
        "arguments": {name: said[name] for name in ("words", "reason", "to", "score", "photos") if said.get(name) is not None},
        "late": late,
    }


def _announce(connection: sa.Connection, id: str, entry: Entry, before: rules.JobState, after: rules.JobState, now: int) -> None:
    """Who must hear of a step beyond seeing it in their list: the one it is assigned to, the reporters when they are answered."""
    verb = entry.form.said["verb"]
    body = views.brief(connection, id)
    if verb == "assign" and after.assignee:
        notices.announce(connection, entry.form.id, "job_assigned", [after.assignee], body, now)
    if verb in rules.ANSWERS and after.answered:
        notices.announce(connection, entry.form.id, "job_answered", sorted(before.reporters - {entry.arrival.author}), body, now)


def _responders(connection: sa.Connection, job: str, now: int) -> set[str]:
    path = connection.scalar(sa.select(_jobs.c.path).where(_jobs.c.id == job))
    return {user for _, user, _ in people.holders(connection, [str(path)], ["responder"], now)}


def responders(connection: sa.Connection, path: str, now: int) -> list[dict[str, Any]]:
    """Whom a job at this path can be assigned to, with how many open jobs they have."""
    ids = sorted({user for _, user, _ in people.holders(connection, [path], ["responder"], now)})
    query = sa.select(_jobs.c.assignee_id, sa.func.count()).where(_jobs.c.assignee_id.in_(ids), _jobs.c.state.in_(rules.OPEN)).group_by(_jobs.c.assignee_id)
    load = {id: count for id, count in connection.execute(query)}
    return [{"id": id, "name": name, "open_jobs": load.get(id, 0)} for id, name in sorted(people.names(connection, ids).items())]


def keep(connection: sa.Connection, records: Sequence[Record], entries: Sequence[Entry], now: int) -> set[str]:
    """Write the rows of these problems. A new one opens a job or joins one; a changed one is written into its job's history. The jobs concerned."""
    if not records:
        return set()
    there = _jobs_of_problems(connection, [record.id for record in records])
    where = places.paths_of(connection, {record.folded.fields["place"] for record in records})
    severities = catalogue.default_severities(connection)
    fresh = [record for record in records if record.id not in there]
    joined = _joined(connection, fresh, where)
    jobs = {**there, **{record.id: joined.get(record.id) or job_opened_by(record.id) for record in fresh}}
    founding = [record for record in fresh if record.id not in joined]
    numbers = _open(connection, founding, where, severities)
    rows = [_problem(record, jobs[record.id], severities) for record in records]
    keep_rows(connection, _problems, rows, ["id"], _FOLDED)
    _write_joins(connection, [record for record in fresh if record.id in joined], jobs, where, now)
    _write_revisions(connection, [record for record in records if record.id in there], jobs, entries, where, severities, now)
    _announce_opened(connection, founding, numbers, where, now)
    return {jobs[record.id] for record in records}


def _joined(connection: sa.Connection, fresh: Sequence[Record], where: Mapping[str, PlaceRow]) -> dict[str, str]:
    """Which new problems say they are the same as a job that is open in the same compound (law 5)."""
    claims = {
        record.id: (record.folded.fields["same_as"], where[record.folded.fields["place"]].compound) for record in fresh if record.folded.fields.get("same_as")
    }
    if not claims:
        return {}
    query = sa.select(_jobs.c.id, _jobs.c.compound).where(_jobs.c.id.in_({job for job, _ in claims.values()}), _jobs.c.state.in_(rules.OPEN)).with_for_update()
    joinable = {(id, compound) for id, compound in connection.execute(query)}
    return {problem: claim[0] for problem, claim in claims.items() if claim in joinable}


def _open(connection: sa.Connection, founding: Sequence[Record], where: Mapping[str, PlaceRow], severities: Mapping[str, str]) -> list[str]:
    """Open a job for each of these problems: their numbers."""
    if not founding:
        return []
    numbers = _numbers(connection, [(where[record.folded.fields["place"]].compound, _year(record.received)) for record in founding])
    jobs, events = [], []
    for record, number in zip(founding, numbers, strict=True):
        fields = record.folded.fields
        place = where[fields["place"]]
        id = job_opened_by(record.id)
        jobs.append(
            {"id": id, "number": number, "compound": place.compound, "state": "opened", "version": 1, "opened_at": record.received}
            | {"updated_at": record.received, **_said(record, where, severities)}
        )
        events.append(_opening(id, record, "open", 1))
    connection.execute(sa.insert(_jobs), jobs)
    connection.execute(sa.insert(_events), events)
    return numbers


def job_opened_by(problem: str) -> str:
    """A job bears its first problem's ULID: merging again, or rebuilding, cannot open a second one."""
    return f"job:{problem.partition(':')[2]}"


def _said(record: Record, where: Mapping[str, PlaceRow], severities: Mapping[str, str]) -> dict[str, Any]:
    """What a job takes from the problem that opened it."""
    fields = record.folded.fields
    severity = fields.get("severity") or severities[fields["category"]]
    return {
        "place": fields["place"],
        "path": where[fields["place"]].path,
        "place_name": where[fields["place"]].full_name,
        "category": fields["category"],
        "severity": severity,
        "summary": " ".join((fields.get("note") or "").split())[:140],
    }


def _opening(job: str, record: Record, verb: str, version: int) -> dict[str, Any]:
    return {
        "job_id": job,
        "id": record.id,
        "verb": verb,
        "by_id": record.author,
        "at": record.recorded,
        "received_at": record.received,
        "version": version,
        "arguments": {},
        "late": None,
    }


def _year(at: int) -> int:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(_CHINA).year


def _numbers(connection: sa.Connection, wanted: Sequence[tuple[str, int]]) -> list[str]:
    """A running number for each (compound, year), unique however many open at once: the counter's row is locked by its own update."""
    counts: dict[tuple[str, int], int] = {}
    for key in wanted:
        counts[key] = counts.get(key, 0) + 1
    following = {}
    for key in sorted(counts):
        insert = insert_into(connection, _counters).values(compound=key[0], year=key[1], last=counts[key])
        last = connection.scalar(
            insert.on_conflict_do_update(index_elements=["compound", "year"], set_={"last": _counters.c.last + counts[key]}).returning(_counters.c.last)
        )
        following[key] = int(last or 0) - counts[key]
    numbers = []
    for key in wanted:
        following[key] += 1
        numbers.append(f"{key[0]}-{key[1]}-{following[key]:04d}")
    return numbers


def _problem(record: Record, job: str, severities: Mapping[str, str]) -> dict[str, Any]:
    fields = record.folded.fields
    return {
        "id": record.id,
        "author_id": record.author,
        "mailbox": record.mailbox,
        "job_id": job,
        "place": fields["place"],
        "category": fields["category"],
        "severity": fields.get("severity") or severities[fields["category"]],
        "note": fields.get("note") or "",
        "photos": fields.get("photos") or [],
        "source": fields.get("source"),
        "visit": fields.get("visit"),
        "contact": fields.get("contact"),
        "location": fields.get("location"),
        "recorded_at": record.recorded,
        "received_at": record.received,
        "version": record.writes,
        "withdrawn": fields.get("withdrawn", False),
        "contested": [{"field": lost.field, "write": lost.write, "value": lost.value} for lost in record.folded.contested],
    }


def _write_joins(connection: sa.Connection, joining: Sequence[Record], jobs: Mapping[str, str], where: Mapping[str, PlaceRow], now: int) -> None:
    for record in joining:
        version = _grown(connection, jobs[record.id], now, {})
        connection.execute(sa.insert(_events), [_opening(jobs[record.id], record, "join", version)])


def _write_revisions(
    connection: sa.Connection,
    changed: Sequence[Record],
    jobs: Mapping[str, str],
    entries: Sequence[Entry],
    where: Mapping[str, PlaceRow],
    severities: Mapping[str, str],
    now: int,
) -> None:
    """A reporter's later save: into the history, and, while nobody has acted on the job it opened, into what the job says."""
    by_id = {record.id: record for record in changed}
    for entry in entries:
        record = by_id.get(str(entry.form.subject))
        if record is None or entry.form.type != "edit" or entry.verdict != "merged":
            continue
        job = jobs[record.id]
        founder = job == job_opened_by(record.id)
        untouched = connection.scalar(sa.select(_jobs.c.state).where(_jobs.c.id == job)) == "opened"
        version = _grown(connection, job, now, _said(record, where, severities) if founder and untouched else {})
        verb = "withdraw" if entry.form.said["set"].get("withdrawn") else "revise"
        event = {**_opening(job, record, verb, version), "id": entry.form.id, "received_at": entry.arrival.received}
        event["at"] = min(entry.form.at.ms if entry.form.at else now, entry.arrival.received)
        connection.execute(sa.insert(_events), [event])


def _grown(connection: sa.Connection, job: str, now: int, values: Mapping[str, Any]) -> int:
    """The job's next version."""
    update = sa.update(_jobs).where(_jobs.c.id == job).values(version=_jobs.c.version + 1, updated_at=now, **values)
    return int(connection.execute(update.returning(_jobs.c.version)).scalar_one())


def _announce_opened(connection: sa.Connection, founding: Sequence[Record], numbers: Sequence[str], where: Mapping[str, PlaceRow], now: int) -> None:
    paths = {where[record.folded.fields["place"]].path for record in founding}
    secretaries: dict[str, set[str]] = {}
    for path, user, _ in people.holders(connection, paths, ["secretary"], now):
        secretaries.setdefault(path, set()).add(user)
    for record, number in zip(founding, numbers, strict=True):
        place = where[record.folded.fields["place"]]
        heard = secretaries.get(place.path, set()) - {record.author}
        if heard:
            body = {"job": job_opened_by(record.id), "number": number, "place": place.full_name, "category": record.folded.fields["category"]}
            notices.announce(connection, record.id, "job_opened", sorted(heard), body, now)


def publish(connection: sa.Connection, ids: Collection[str], now: int) -> None:
    """Shelve these jobs for everybody they concern, take them from everybody they no longer do, and answer their reporters' problems."""
    if ids:
        shelf.put(connection, views.documents(connection, ids, now))


def refill(connection: sa.Connection, mailbox: str, user_id: str, now: int) -> None:
    """Work out anew which jobs a mailbox ought to hold: those open in its user's scope, those reported by or assigned to him, and no others."""
    paths = [held.path for held in people.assignments_of(connection, [user_id]).get(user_id, ()) if held.until is None and held.role in views.MAILBOX_ROLES]
    under = (_jobs.c.path.startswith(path, autoescape=True) for path in paths)
    ids = set(connection.scalars(sa.select(_jobs.c.id).where(_jobs.c.state.in_(rules.OPEN), sa.or_(_jobs.c.assignee_id == user_id, *under))))
    ids |= set(connection.scalars(sa.select(_problems.c.job_id).where(_problems.c.author_id == user_id)))
    ids |= set(shelf.ids_of_type(connection, mailbox, "job"))
    for part in parts(sorted(ids)):
        publish(connection, part, now)


def path(connection: sa.Connection, id: str) -> str | None:
    """Where a job is, or None when there is no such job."""
    found: str | None = connection.scalar(sa.select(_jobs.c.path).where(_jobs.c.id == id))
    return found


def part_in(connection: sa.Connection, caller: Caller, id: str) -> tuple[str, frozenset[str]] | None:
    """The job's path and everything the caller is in it, or None when it is not his to see: nothing in his scope, not his report, not his to do."""
    found = path(connection, id)
    if found is None:
        return None
    roles = frozenset(grant.role for grant in caller.grants if found.startswith(grant.path))
    return (found, roles) if rules.parts(states_of(connection, [id])[id], caller.id, roles) else None


def jobs_of(connection: sa.Connection, records: Collection[str]) -> dict[str, str]:
    """The job of each of these problems, and of each action its own: what a confirmed photo must be shown on."""
    steps = connection.execute(sa.select(_events.c.id, _events.c.job_id).where(_events.c.id.in_(records)))
    return _jobs_of_problems(connection, records) | {id: job for id, job in steps}


def _jobs_of_problems(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    return {id: job for id, job in connection.execute(sa.select(_problems.c.id, _problems.c.job_id).where(_problems.c.id.in_(ids)))}
