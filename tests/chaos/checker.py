"""The judge of a chaos run: pure, from a `World` when all is quiet to what is wrong with it, law by law. Empty lists are what is hoped for."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.chaos.oracle import Outcome, outcome_of, spelled
from tests.chaos.world import Document, Row, World

Law = Callable[[World], Iterator[str]]
OPEN = ("opened", "accepted", "assigned", "in_progress", "done", "verified")
# Whose mailbox holds every open job of their places.
FOLLOWERS = ("head", "grid", "secretary")
RECORDS = {"visit": "visits", "problem": "problems"}
COMPARED: dict[str, dict[str, Any]] = {
    "visits": {"place": None, "outcome": None, "purpose": None, "note": "", "needs": [], "photos": [], "withdrawn": False},
    "problems": {"place": None, "category": None, "note": "", "photos": [], "source": None, "visit": None, "withdrawn": False},
}


def check(world: World) -> dict[str, list[str]]:
    """Per law, one line for each thing that is wrong."""
    return {name: list(law(world)) for name, law in LAWS.items()}


def lost(world: World) -> Iterator[str]:
    """Every write a phone acknowledged is in the ledger as it was written, answered, and every value of it accounted for."""
    outcomes = _outcomes(world)
    for phone, document in [*world.written("mailbox"), *world.written("photos")]:
        id = document["_id"]
        entry = next((row for row in world.inputs_of(id) if _same(row["body"], document)), None)
        if entry is None:
            yield f"{id} of {phone.replica} is not in the ledger"
            continue
        if entry["author_id"] != phone.user:
            yield f"{id} is in the ledger as somebody else's"
        if not _explained(world, entry, outcomes):
            yield f"{id} was put aside without cause: {entry['verdict']} {entry['reasons']}"
        yield from _answered(world, entry)
    yield from _wrong_values(world, outcomes)
    yield from _uncounted(world)


def doubled(world: World) -> Iterator[str]:
    """One row for each record, one job for each problem, one event for each action, numbers unique and without gaps."""
    for id, count in Counter(row["document_id"] for row in world.sql["inputs"] if not _changed_later(row)).items():
        if count > 1:
            yield f"{id} is {count} times in the ledger"
    for type, table in RECORDS.items():
        accepted = {row["document_id"] for row in world.sql["inputs"] if row["type"] == type and row["verdict"] == "merged"}
        kept = Counter(row["id"] for row in world.sql[table])
        yield from (f"{id} has {count} rows in {table}" for id, count in kept.items() if count > 1 or id not in accepted)
    founded = Counter(f"job:{row['id'].partition(':')[2]}" for row in world.sql["problems"])
    for row in world.sql["jobs"]:
        if founded[row["id"]] != 1:
            yield f"{row['id']} was opened by no problem of its own"
    for row in world.sql["problems"]:
        first = [event for event in world.sql["job_events"] if event["id"] == row["id"] and event["verb"] in ("open", "join")]
        if len(first) != 1 or first[0]["job_id"] != row["job_id"]:
            yield f"{row['id']} was entered into {len(first)} histories"
    yield from _events(world)
    yield from _numbers(world)


def contested_unlisted(world: World) -> Iterator[str]:
    """What lost to a write that had not seen it waits, listed, for a person; and nothing else does."""
    for id, outcome in _outcomes(world).items():
        row = world.by_id(_table(id)).get(id)
        listed = {(one["field"], one["write"], spelled(one["value"])) for one in row["contested"]} if row else set()
        yield from (f"{id}: {field} of {write} is contested and not listed" for field, write, _ in sorted(outcome.contested - listed))
        yield from (f"{id}: {field} of {write} is listed and not contested" for field, write, _ in sorted(listed - outcome.contested))


def photo_bytes(world: World) -> Iterator[str]:
    """The bytes given out are the bytes that were taken, and the phone was told their hash."""
    rows = world.by_id("photos")
    for phone, manifest in world.written("photos"):
        id = manifest["_id"]
        original = world.originals[id]
        row = rows.get(id)
        if row is None or row["state"] != "stored" or row["sha256"] != original:
            yield f"{id} is not stored: {row and row['state']}"
        if world.stored[id] != original:
            yield f"{id} is kept as other bytes"
        # What was put aside is shown to nobody, and its photos with it.
        aside = any(entry["verdict"] == "quarantined" for entry in world.inputs_of(manifest["record"]))
        if world.served[id] != (None if aside else original):
            yield f"{id} is given out with other bytes"
        if world.couch[phone.user]["mailbox"].get(f"reply:{id}", {}).get("sha256") != original:
            yield f"{id} was not confirmed by its hash"


def conflicts(world: World) -> Iterator[str]:
    """No document has a second living revision anywhere."""
    for user, databases in world.couch.items():
        for db, documents in databases.items():
            yield from (f"{id} in the {db} of {user}" for id, document in documents.items() if document.get("_conflicts"))
    for name, phone in world.phones.items():
        yield from (f"{id} on {name}" for id, document in {**phone.mailbox, **phone.photos}.items() if document.get("_conflicts"))


def out_of_scope(world: World) -> Iterator[str]:
    """Everybody holds their own documents, what answers them, the places and jobs of their scope, and nothing else."""
    held = [(user, documents) for user, databases in world.couch.items() for documents in databases.values()]
    held += [(phone.user, documents) for phone in world.phones.values() for documents in (phone.mailbox, phone.photos)]
    for user, documents in held:
        for id, document in documents.items():
            if not _may_hold(world, user, id, document):
                yield f"{id} is held by {user}"


def replicas(world: World) -> Iterator[str]:
    """A user's phones hold what the mailbox holds, the mailbox what SQL says it ought to, and that is today's."""
    for name, phone in world.phones.items():
        yield from _differences(f"{name} and its mailbox", phone.mailbox, world.couch[phone.user]["mailbox"], "_rev")
    for row in world.sql["shelf"]:
        kind, user = _owner(world, row["mailbox"])
        there = world.couch[user][kind].get(row["document_id"])
        if row["version"] != row["sent"] or (there and _said(there)) != row["body"]:
            yield f"{row['document_id']} in {row['mailbox']} is not what it ought to be"
    jobs = world.by_id("jobs")
    for user, databases in world.couch.items():
        shown = {id: document for id, document in databases["mailbox"].items() if id.startswith("job:")}
        yield from (f"{id} is out of date at {user}" for id, document in shown.items() if not _up_to_date(document, jobs.get(id)))
        yield from (f"{id} is missing at {user}" for id, job in jobs.items() if job["state"] in OPEN and id not in shown and _follows(world, user, job["path"]))


LAWS: dict[str, Law] = {
    "lost": lost,
    "doubled": doubled,
    "contested_unlisted": contested_unlisted,
    "photo_bytes": photo_bytes,
    "conflicts": conflicts,
    "out_of_scope": out_of_scope,
    "replicas": replicas,
}


def _table(id: str) -> str:
    return RECORDS[id.partition(":")[0]]


def _said(document: Document) -> Document:
    return {key: value for key, value in document.items() if key not in ("_rev", "_conflicts", "_attachments")}


def _same(kept: Document, written: Document) -> bool:
    return spelled(_said(kept)) == spelled(_said(written))


def _outcomes(world: World) -> dict[str, Outcome]:
    """What every record ought to say, by everything of its author's that the ledger did not refuse for good."""
    about: dict[str, list[tuple[Document, int]]] = {}
    for row in world.sql["inputs"]:
        if row["type"] in ("visit", "problem", "edit") and row["verdict"] != "quarantined":
            about.setdefault(row["subject"], []).append((row["body"], row["received_at"]))
    return {id: outcome_of(writes) for id, writes in about.items() if any(document["_id"] == id for document, _ in writes)}


def _explained(world: World, entry: Row, outcomes: dict[str, Outcome]) -> bool:
    """Whether the verdict is one that the run itself accounts for."""
    codes = [reason["code"] for reason in entry["reasons"]]
    record = entry["subject"]
    if entry["verdict"] == "merged":
        return record not in outcomes or entry["document_id"] not in outcomes[record].void
    if entry["verdict"] == "late":
        return bool(entry["type"] == "action")
    if entry["verdict"] == "void":
        return record in outcomes and entry["document_id"] in outcomes[record].void
    if codes == ["no_such_job"]:  # a step on a job its own phone made up
        return all(document["_id"] != f"problem:{record.partition(':')[2]}" for _, document in world.written("mailbox"))
    if entry["verdict"] == "quarantined":
        moved = any(row["until"] is not None for row in world.sql["assignments"] if row["user_id"] == entry["author_id"])
        return codes == ["out_of_scope"] and moved and not _follows(world, entry["author_id"], _path_named(world, entry["body"]))
    return codes == ["record_missing"] and any(row["verdict"] == "quarantined" for row in world.inputs_of(record))


def _changed_later(entry: Row) -> bool:
    """Another body under an id of one's own: kept beside the first, and of no effect."""
    return bool(entry["verdict"] == "quarantined" and [reason["code"] for reason in entry["reasons"]] == ["changed_document"])


def _path_named(world: World, document: Document) -> str:
    code = document.get("set", document).get("place")
    return next((row["path"] for row in world.sql["places"] if row["code"] == code), "")


def _answered(world: World, entry: Row) -> Iterator[str]:
    reply = world.couch[entry["author_id"]]["mailbox"].get(f"reply:{entry['document_id']}")
    if reply is None:
        yield f"{entry['document_id']} has no reply"
        return
    state = {"void": "quarantined"}.get(entry["verdict"], entry["verdict"])
    if reply["state"] != state and not (state == "merged" and reply["state"] in ("answered", "approved", "returned")):
        yield f"{entry['document_id']} is {state} and its reply says {reply['state']}"


def _wrong_values(world: World, outcomes: dict[str, Outcome]) -> Iterator[str]:
    for id, outcome in outcomes.items():
        row = world.by_id(_table(id)).get(id)
        if row is None:
            yield f"{id} has no row"
            continue
        for name, empty in COMPARED[_table(id)].items():
            expected = outcome.fields.get(name)
            if spelled(row[name]) != spelled(empty if expected is None else expected):
                yield f"{id} says {name} {row[name]!r} and not {expected!r}"


def _uncounted(world: World) -> Iterator[str]:
    """The receipts: law 7."""
    marks = {(row["mailbox"], row["id"]): row for row in world.sql["replicas"]}
    boxes = {(row["user_id"], row["kind"]): row["name"] for row in world.sql["mailboxes"]}
    for name, phone in world.phones.items():
        for db, documents in phone.written.items():
            seqs = sorted(document["seq"] for document in documents)
            if seqs != list(range(1, len(seqs) + 1)):
                yield f"{name} numbered its {db} with gaps"
            mark = marks.get((boxes[phone.user, db], phone.replica), {"received": 0, "ahead": []})
            if (mark["received"], mark["ahead"]) != (len(seqs), []):
                yield f"of {name}'s {len(seqs)} in {db} only {mark['received']} count as received"
        told = world.couch[phone.user]["mailbox"].get("me", {}).get("received", {}).get(phone.replica, 0)
        if told != len(phone.written["mailbox"]):
            yield f"{name} is told {told} of its {len(phone.written['mailbox'])} were received"


def _events(world: World) -> Iterator[str]:
    entered = Counter(row["id"] for row in world.sql["job_events"])
    known = {row["document_id"] for row in world.sql["inputs"]}
    for row in world.sql["inputs"]:
        if row["type"] == "action" and row["verdict"] in ("merged", "late") and entered[row["document_id"]] != 1:
            yield f"{row['document_id']} is {entered[row['document_id']]} times in a history"
    yield from (f"{id} is {count} times in a history" for id, count in entered.items() if count > 1)
    yield from (f"{id} is in a history and not in the ledger" for id in entered if id not in known)
    for job in world.sql["jobs"]:
        versions = [row["version"] for row in sorted(world.sql["job_events"], key=lambda row: row["n"]) if row["job_id"] == job["id"] and not row["late"]]
        if versions != list(range(1, job["version"] + 1)):
            yield f"{job['id']} is at version {job['version']} by steps {versions}"


def _numbers(world: World) -> Iterator[str]:
    given: dict[str, list[int]] = {}
    for row in world.sql["jobs"]:
        series, _, number = row["number"].rpartition("-")
        given.setdefault(series, []).append(int(number))
    for series, numbers in given.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {series} are {sorted(numbers)}"


def _paths(world: World, user: str, *roles: str) -> list[str]:
    """Where the user holds one of these roles now (any role when none is given); "" is everywhere."""
    path = {row["code"]: row["path"] for row in world.sql["places"]}
    held = [row for row in world.sql["assignments"] if row["user_id"] == user and row["until"] is None and (not roles or row["role"] in roles)]
    return [path[row["place"]] if row["place"] else "" for row in held]


def _follows(world: World, user: str, path: str) -> bool:
    return any(path.startswith(prefix) for prefix in _paths(world, user, *FOLLOWERS))


def _may_hold(world: World, user: str, id: str, document: Document) -> bool:
    kind, _, rest = id.partition(":")
    if kind == "me":
        return bool(document["id"] == user)
    if kind == "catalogue":
        return True
    if kind == "place":
        place = next((row["path"] for row in world.sql["places"] if row["code"] == rest), None)
        inside = place and any(place.startswith(path) for path in _paths(world, user))
        above = place and any(path.startswith(place) for path in _paths(world, user))
        return bool(inside) if document["in_scope"] else bool(above)
    if kind == "job":
        job = world.by_id("jobs").get(id)
        if job is None:
            return False
        reported = any(row["job_id"] == id and row["author_id"] == user for row in world.sql["problems"])
        return "contact" not in spelled(document) and (reported or job["assignee_id"] == user or _follows(world, user, job["path"]))
    if kind == "reply":
        return any(row["author_id"] == user for row in world.inputs_of(document["document"]))
    return any(phone.user == user and phone.replica == document["replica"] for phone in world.phones.values())


def _up_to_date(document: Document, job: Row | None) -> bool:
    return job is not None and all(document.get(key) == job[key] for key in ("number", "version", "state"))


def _owner(world: World, mailbox: str) -> tuple[str, str]:
    return next((row["kind"], row["user_id"]) for row in world.sql["mailboxes"] if row["name"] == mailbox)


def _differences(what: str, one: dict[str, Document], other: dict[str, Document], key: str) -> Iterator[str]:
    for id in sorted(one.keys() | other.keys()):
        here, there = one.get(id, {}).get(key), other.get(id, {}).get(key)
        if here != there:
            yield f"{what} differ in {id}: {here} and {there}"


def figures(world: World) -> dict[str, Any]:
    """What the run was made of, for the figures' small print."""
    verdicts = Counter(row["verdict"] for row in world.sql["inputs"])
    return {
        "phones": len(world.phones),
        "writes": len(world.written("mailbox")),
        "photos": len(world.written("photos")),
        "contested": sum(len(row["contested"]) for table in RECORDS.values() for row in world.sql[table]),
        **{f"inputs_{verdict}": count for verdict, count in sorted(verdicts.items())},
    }
