"""The verdict on everything that arrives: a pure function from arrivals, and what is known about what they name, to what is to be done.

Nothing is refused: what cannot stand is quarantined with its reasons, what is early waits, and both are answered (laws 3, 4, 8, 9).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sync.domain.canonical import digest
from sync.domain.clock import believable
from sync.domain.documents import COMMANDS, FROM_MAILBOX, FROM_PHOTOS, Form, Reason, numbered, read
from sync.domain.fold import Folded, fold, write_of
from sync.domain.receipts import Watermark, advance

Document = dict[str, Any]
Way = Literal["mailbox", "photos", "command"]
Verdict = Literal["merged", "waiting", "late", "quarantined", "void"]

# A step waits for its replica's earlier numbers this long; then it is taken without them.
PATIENCE_MS = 60 * 60 * 1000
WRITERS = {"visit": frozenset({"head", "grid", "secretary"}), "problem": frozenset({"head", "grid", "secretary", "responder"})}
_TYPES = {"mailbox": FROM_MAILBOX, "photos": FROM_PHOTOS, "command": COMMANDS}


@dataclass(frozen=True)
class Arrival:
    """One document as it came in: by which way, from whose database (None for a command), when, in milliseconds."""

    way: Way
    author: str
    mailbox: str | None
    document: Document
    received: int


@dataclass(frozen=True)
class Entry:
    """An arrival with its verdict: what the ledger of inputs keeps."""

    arrival: Arrival
    form: Form
    digest: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()

    def judged(self, verdict: Verdict, *reasons: Reason) -> "Entry":
        return replace(self, verdict=verdict, reasons=reasons)


@dataclass(frozen=True)
class Held:
    """A role held at a place (`path` "" is everywhere) from `since` until `until`, in milliseconds."""

    role: str
    path: str
    since: int
    until: int | None = None


@dataclass(frozen=True)
class Facts:
    """What the ledger knows of everything the arrivals name.

    `seen`: per document id, every (digest, author) under it, the first first. `inputs`: per record, its entries so far; per replica with steps
    that wait, those. `places` and `jobs`: paths. `held`: per author, the whole history. `last_sync`, `watermarks`: per (mailbox, replica).
    `saw`: when a (job, version) came to be.
    """

    seen: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    records: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    waiting_steps: Sequence[Entry] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()
    held: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    last_sync: Mapping[tuple[str, str], int] = field(default_factory=dict)
    watermarks: Mapping[tuple[str, str], Watermark] = field(default_factory=dict)
    saw: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A visit or problem as its writes now have it."""

    id: str
    type: str
    author: str
    mailbox: str
    received: int
    recorded: int
    writes: int
    folded: Folded


@dataclass(frozen=True)
class Step:
    """An action ready to be taken on its job, with the roles its author could have held there and the time it can be believed to have been taken."""

    entry: Entry
    roles: frozenset[str]
    at: int


@dataclass(frozen=True)
class Decision:
    """What the ledger is to commit. `entries`: new inputs. `revised`: earlier inputs whose verdict changed. `repeated`: (mailbox, document id) of
    what was here before."""

    entries: tuple[Entry, ...]
    revised: tuple[Entry, ...]
    repeated: tuple[tuple[str, str], ...]
    records: tuple[Record, ...]
    steps: tuple[Step, ...]
    watermarks: Mapping[tuple[str, str], Watermark]


def decide(arrivals: Iterable[Arrival], facts: Facts, now: int) -> Decision:
    """Judge what arrived. One replica's documents are taken in the order of their numbers; between replicas the order given stands."""
    ordered = sorted(arrivals, key=lambda one: (one.mailbox or "", *(numbered(one.document) or ("", 0))))
    entries, repeated = _first_look(ordered, facts)
    watermarks = _received(ordered, facts)
    records, entries, revised = _records(entries, facts)
    steps, entries, ready = _steps(entries, facts, watermarks, now)
    return Decision(tuple(entries), (*revised, *ready), tuple(repeated), tuple(records), tuple(steps), watermarks)


def poisoned(arrival: Arrival, facts: Facts) -> Decision:
    """What to do with a document that breaks the merge: keep it, count it as received, say so, touch nothing else."""
    entry = Entry(arrival, read(arrival.document, _TYPES[arrival.way]), digest(arrival.document), "quarantined", (Reason("internal_error"),))
    return Decision((entry,), (), (), (), (), _received([arrival], facts))


def _first_look(arrivals: Iterable[Arrival], facts: Facts) -> tuple[list[Entry], list[tuple[str, str]]]:
    """Each arrival by itself: is it here already, is it well formed, does it name what exists, may its author speak of it."""
    seen = {id: list(known) for id, known in facts.seen.items()}
    entries, repeated = [], []
    for arrival in arrivals:
        form = read(arrival.document, _TYPES[arrival.way], command=arrival.way == "command")
        mark = digest(arrival.document)
        known = seen.setdefault(form.id, [])
        if any(mark == other for other, _ in known):
            if arrival.mailbox:
                repeated.append((arrival.mailbox, form.id))
            continue
        entry = Entry(arrival, form, mark, "merged")
        if known:
            code = "changed_document" if known[0][1] == arrival.author else "id_taken"
            entry = entry.judged("quarantined", Reason(code, "_id"))
        elif reasons := form.reasons or _missing(entry, facts):
            entry = entry.judged("quarantined", *reasons)
        known.append((mark, arrival.author))
        entries.append(entry)
    return entries, repeated


def _missing(entry: Entry, facts: Facts) -> tuple[Reason, ...]:
    """What a well-formed document names in vain."""
    said = entry.form.said.get("set", {}) if entry.form.type == "edit" else entry.form.said
    kind = str(entry.form.subject).partition(":")[0]
    if entry.form.type == "action" and entry.form.subject not in facts.jobs:
        return (Reason("no_such_job", "job"),)
    if kind not in WRITERS or entry.form.type not in ("visit", "problem", "edit"):
        return ()
    reasons = []
    if "place" in said:
        path = facts.places.get(said["place"])
        if path is None:
            reasons.append(Reason("unknown_place", "place"))
        elif not WRITERS[kind] & roles_over(path, entry, facts):
            reasons.append(Reason("out_of_scope", "place"))
    if kind == "problem" and "category" in said and said["category"] not in facts.categories:
        reasons.append(Reason("unknown_category", "category"))
    return tuple(reasons)


def roles_over(path: str, entry: Entry, facts: Facts) -> frozenset[str]:
    """The roles the author held over a path at any moment between the replica's last sync and the arrival (law 9)."""
    arrival = entry.arrival
    since = facts.last_sync.get((arrival.mailbox or "", entry.form.replica or ""), 0) if arrival.mailbox else arrival.received
    return frozenset(
        held.role
        for held in facts.held.get(arrival.author, ())
        if path.startswith(held.path) and held.since <= arrival.received and (held.until is None or held.until >= since)
    )


def _received(arrivals: Iterable[Arrival], facts: Facts) -> dict[tuple[str, str], Watermark]:
    arrived: dict[tuple[str, str], list[int]] = {}
    for arrival in arrivals:
        number = numbered(arrival.document)
        if arrival.mailbox and number:
            arrived.setdefault((arrival.mailbox, number[0]), []).append(number[1])
    return {key: advance(facts.watermarks.get(key, Watermark()), seqs) for key, seqs in arrived.items()}


def _records(entries: list[Entry], facts: Facts) -> tuple[list[Record], list[Entry], list[Entry]]:
    """Fold every record the sound entries touch, and give each of its writes the verdict the fold has for it."""
    touched: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.verdict == "merged" and entry.form.type in ("visit", "problem", "edit"):
            touched.setdefault(str(entry.form.subject), list(facts.records.get(str(entry.form.subject), ()))).append(entry)
    records: list[Record] = []
    judged: dict[tuple[str, str], Entry] = {}
    for id, writes in touched.items():
        first = next((entry for entry in writes if entry.form.id == id), None)
        if first is None:
            outcome = [entry.judged("waiting", Reason("record_missing", "record")) for entry in writes]
        else:
            outcome = [
                entry if entry.arrival.author == first.arrival.author else entry.judged("quarantined", Reason("not_yours", "record")) for entry in writes
            ]
            said = [entry for entry in outcome if entry.verdict != "quarantined"]
            folded = fold(write_of(entry.arrival.document, entry.arrival.received) for entry in said)
            outcome = [
                entry
                if entry.verdict == "quarantined"
                else entry.judged("void", Reason("time_order", "over"))
                if entry.form.id in folded.void
                else entry.judged("merged")
                for entry in outcome
            ]
            assert first.form.at is not None
            recorded = min(first.form.at.ms, first.arrival.received)
            records.append(Record(id, first.form.type, first.arrival.author, first.arrival.mailbox or "", first.arrival.received, recorded, len(said), folded))
        judged.update({(entry.form.id, entry.digest): entry for entry in outcome})
    new = {(entry.form.id, entry.digest) for entry in entries}
    before = {(entry.form.id, entry.digest): entry for known in facts.records.values() for entry in known}
    revised = [entry for key, entry in judged.items() if key not in new and entry.verdict != before[key].verdict]
    return records, [judged.get((entry.form.id, entry.digest), entry) for entry in entries], revised


def _steps(entries: list[Entry], facts: Facts, watermarks: Mapping[tuple[str, str], Watermark], now: int) -> tuple[list[Step], list[Entry], list[Entry]]:
    """The steps that can be taken now, each replica's in the order of its numbers; the others wait (law 4)."""
    steps: list[Step] = []
    ready: list[Entry] = []
    for entry in sorted(facts.waiting_steps, key=_place_in_replica):
        if _follows(entry, facts, watermarks) or now - entry.arrival.received > PATIENCE_MS:
            ready.append(entry.judged("merged"))
            steps.append(_step(ready[-1], facts))
    judged = []
    for entry in entries:
        if entry.verdict == "merged" and entry.form.type == "action":
            if entry.arrival.mailbox and not _follows(entry, facts, watermarks):
                entry = entry.judged("waiting", Reason("predecessor_missing", "seq"))
            else:
                steps.append(_step(entry, facts))
        judged.append(entry)
    return steps, judged, ready


def _place_in_replica(entry: Entry) -> tuple[str, str, int]:
    return entry.arrival.mailbox or "", entry.form.replica or "", entry.form.seq or 0


def _follows(entry: Entry, facts: Facts, watermarks: Mapping[tuple[str, str], Watermark]) -> bool:
    """Whether everything its replica numbered before it is here."""
    key = (entry.arrival.mailbox or "", entry.form.replica or "")
    mark = watermarks.get(key) or facts.watermarks.get(key, Watermark())
    return (entry.form.seq or 0) <= mark.received


def _step(entry: Entry, facts: Facts) -> Step:
    arrival = entry.arrival
    claimed = entry.form.at.ms if entry.form.at else arrival.received
    last_sync = facts.last_sync.get((arrival.mailbox or "", entry.form.replica or ""), 0)
    job = str(entry.form.subject)
    saw = facts.saw.get((job, entry.form.said.get("saw") or 0), 0)
    return Step(entry, roles_over(facts.jobs[job], entry, facts), believable(claimed, last_sync=last_sync, saw=saw, arrived=arrival.received))
