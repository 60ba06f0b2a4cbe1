"""Every arrival gets a verdict: what stands, what waits, what is quarantined, and that nothing is judged twice."""

from typing import Any

import pytest

from sync.domain.documents import Reason
from sync.domain.judge import PATIENCE_MS, Arrival, Decision, Entry, Facts, Held, decide, poisoned
from sync.domain.receipts import Watermark

NOW = 1_763_600_100_000
BOX = "mailbox-a"
VISIT = "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"
PROBLEM = "problem:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"
EDIT = "edit:01KAF1Q8Z3V3M5T7W9Y1A2B3C4"
ACTION = "action:01KAF1Q8Z4V3M5T7W9Y1A2B3C4"
JOB = "job:01KAF1Q8Z5V3M5T7W9Y1A2B3C4"
FACTS = Facts(
    places={"CX01-1": "WH/CX01/CX01-1/", "CX02-1": "WH/CX02/CX02-1/"},
    jobs={JOB: "WH/CX01/CX01-1/"},
    categories=frozenset({"water.leak"}),
    held={"ann": [Held("grid", "WH/CX01/", 0)], "ben": [Held("grid", "WH/CX01/", 0)]},
)


def envelope(id: str, seq: int = 1, ms: int = NOW - 60_000, replica: str = "r1") -> dict[str, Any]:
    clock = {"device_at": ms, "offset_ms": 0}
    return {"_id": id, "_rev": "1-a", "type": id.partition(":")[0], "v": 1, "replica": replica, "seq": seq, "at": f"{ms:013d}.0000.{replica}", "clock": clock}


def visit(**changes: Any) -> dict[str, Any]:
    return envelope(VISIT) | {"place": "CX01-1", "outcome": "met", "note": "a"} | changes


def problem(**changes: Any) -> dict[str, Any]:
    return envelope(PROBLEM) | {"place": "CX01-1", "category": "water.leak"} | changes


def edit(**changes: Any) -> dict[str, Any]:
    return envelope(EDIT, 2, NOW - 30_000) | {"record": VISIT, "set": {"note": "b"}, "over": {"note": [VISIT]}} | changes


def action(seq: int = 1, **changes: Any) -> dict[str, Any]:
    return envelope(ACTION, seq) | {"job": JOB, "verb": "note", "words": "x"} | changes


def arrived(document: dict[str, Any], author: str = "ann", mailbox: str | None = BOX, way: Any = "mailbox", received: int = NOW) -> Arrival:
    return Arrival(way, author, mailbox, document, received)


def judged(*arrivals: Arrival, facts: Facts = FACTS, now: int = NOW) -> Decision:
    return decide(arrivals, facts, now)


def only(decision: Decision) -> Entry:
    (entry,) = decision.entries
    return entry


def later(decision: Decision, facts: Facts = FACTS) -> Facts:
    """The facts once a decision has been committed."""
    seen = {entry.form.id: [(entry.digest, entry.arrival.author)] for entry in decision.entries}
    records: dict[str, list[Entry]] = {}
    for entry in decision.entries:
        if entry.form.type in ("visit", "problem", "edit"):
            records.setdefault(str(entry.form.subject), []).append(entry)
    waiting = [entry for entry in decision.entries if entry.form.type == "action" and entry.verdict == "waiting"]
    return Facts(seen, records, waiting, facts.places, facts.jobs, facts.categories, facts.held, facts.last_sync, decision.watermarks, facts.saw)


def test_a_visit_in_scope_is_merged_and_folded() -> None:
    decision = judged(arrived(visit()))
    assert only(decision).verdict == "merged"
    (record,) = decision.records
    assert (record.id, record.author, record.received, record.recorded) == (VISIT, "ann", NOW, NOW - 60_000)
    assert record.folded.fields == {"note": "a", "outcome": "met", "place": "CX01-1"}


def test_the_same_body_again_is_not_an_input_again() -> None:
    first = judged(arrived(visit()))
    again = judged(arrived(visit(_rev="2-b")), facts=later(first))
    assert again.entries == ()
    assert again.repeated == ((BOX, VISIT),)


def test_two_copies_in_one_batch_are_one_input() -> None:
    assert len(judged(arrived(visit()), arrived(visit(), mailbox="mailbox-a2")).entries) == 1


def test_another_body_under_ones_own_id_is_a_changed_document() -> None:
    entry = only(judged(arrived(visit(note="other")), facts=later(judged(arrived(visit())))))
    assert (entry.verdict, entry.reasons) == ("quarantined", (Reason("changed_document", "_id"),))


def test_the_first_author_owns_an_id() -> None:
    entry = only(judged(arrived(visit(note="mine"), author="ben", mailbox="mailbox-b"), facts=later(judged(arrived(visit())))))
    assert (entry.verdict, entry.reasons) == ("quarantined", (Reason("id_taken", "_id"),))


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (visit(place="CX09"), Reason("unknown_place", "place")),
        (visit(place="CX02-1"), Reason("out_of_scope", "place")),
        (problem(category="water.fire"), Reason("unknown_category", "category")),
        (visit(outcome="maybe"), Reason("malformed", "outcome")),
        (visit(note="a\0b"), Reason("malformed", "note")),
        (visit(note="\ud800"), Reason("malformed", "note")),
        (visit(place=None), Reason("malformed", "place")),
        (visit(location={"lat": 91, "lon": 0}), Reason("malformed", "location")),
        (visit(started_at="yesterday"), Reason("malformed", "started_at")),
        (visit(at="soon"), Reason("malformed", "at")),
        (visit(replica="r2"), Reason("malformed", "at")),
        (visit(seq=0), Reason("malformed", "replica")),
        (visit(v=2), Reason("malformed", "v")),
        (visit(_id="visit:short"), Reason("bad_id", "_id")),
        (visit(type="job"), Reason("unknown_type", "type")),
        (visit(type="review"), Reason("unknown_type", "type")),
        (visit(type=["visit"]), Reason("unknown_type", "type")),
        (visit(extra=2**70), Reason("malformed")),
        (edit(set={"photos": []}), Reason("malformed", "set.photos")),
        (edit(set={"outcome": None}), Reason("malformed", "set.outcome")),
        (edit(set={"colour": "red"}), Reason("malformed", "set.colour")),
        (edit(set={}), Reason("malformed", "set")),
        (edit(set={"place": "CX02-1"}), Reason("out_of_scope", "place")),
        (action(job="job:01KAF1Q8Z6V3M5T7W9Y1A2B3C4"), Reason("no_such_job", "job")),
        (action(score=6), Reason("malformed", "score")),
    ],
    ids=str,
)
def test_what_cannot_stand_is_quarantined_with_its_reason_and_still_received(document: dict[str, Any], reason: Reason) -> None:
    decision = judged(arrived(document))
    entry = only(decision)
    assert entry.verdict == "quarantined"
    assert reason in entry.reasons
    assert decision.records == ()
    assert decision.steps == ()
    if document["seq"]:
        assert decision.watermarks[BOX, document["replica"]].received + len(decision.watermarks[BOX, document["replica"]].ahead) == 1


def test_a_field_of_another_type_is_kept_with_the_document_and_asked_nothing() -> None:
    assert only(judged(arrived(visit(category=[{}], job=[])))).verdict == "merged"


def test_an_id_no_database_holds_goes_by_its_hash() -> None:
    for id in ("visit:\0", "visit:\ud800", "v" * 300):
        entry = only(judged(arrived(visit(_id=id))))
        assert entry.form.id.startswith("unreadable:")
        assert len(entry.form.id) < 100
        assert entry.verdict == "quarantined"


def test_a_role_held_when_the_phone_last_synced_is_enough() -> None:
    moved = [Held("grid", "WH/CX01/", 0, NOW - 50_000), Held("grid", "WH/CX02/", NOW - 50_000)]
    before = Facts(places=FACTS.places, held={"ann": moved}, last_sync={(BOX, "r1"): NOW - 60_000})
    assert only(judged(arrived(visit()), facts=before)).verdict == "merged"
    after = Facts(places=FACTS.places, held={"ann": moved}, last_sync={(BOX, "r1"): NOW - 40_000})
    assert only(judged(arrived(visit()), facts=after)).reasons == (Reason("out_of_scope", "place"),)


def test_an_edit_changes_the_record_it_is_about() -> None:
    first = judged(arrived(visit()))
    decision = judged(arrived(edit()), facts=later(first))
    assert only(decision).verdict == "merged"
    assert decision.records[0].folded.fields["note"] == "b"


def test_an_edit_that_comes_before_its_record_waits_and_is_merged_with_it() -> None:
    first = judged(arrived(edit()))
    assert (only(first).verdict, only(first).reasons) == ("waiting", (Reason("record_missing", "record"),))
    assert first.records == ()
    decision = judged(arrived(visit()), facts=later(first))
    assert [(entry.form.id, entry.verdict) for entry in decision.revised] == [(EDIT, "merged")]
    assert decision.records[0].folded.fields["note"] == "b"


def test_an_edit_of_somebody_elses_record_is_quarantined() -> None:
    decision = judged(arrived(edit(replica="r2", at=f"{NOW - 30_000:013d}.0000.r2"), author="ben", mailbox="mailbox-b"), facts=later(judged(arrived(visit()))))
    assert only(decision).reasons == (Reason("not_yours", "record"),)
    assert decision.records[0].folded.fields["note"] == "a"


def test_an_edit_dated_before_what_it_names_is_void_whichever_comes_first() -> None:
    early = edit(at=f"{NOW - 90_000:013d}.0000.r1")
    assert only(judged(arrived(early), facts=later(judged(arrived(visit()))))).reasons == (Reason("time_order", "over"),)
    other_way = judged(arrived(visit()), facts=later(judged(arrived(early))))
    assert [(entry.verdict, entry.reasons) for entry in other_way.revised] == [("void", (Reason("time_order", "over"),))]


def test_a_step_waits_for_its_replicas_earlier_numbers_and_is_taken_when_they_are_here() -> None:
    first = judged(arrived(action(seq=2)))
    assert (only(first).verdict, only(first).reasons, first.steps) == ("waiting", (Reason("predecessor_missing", "seq"),), ())
    decision = judged(arrived(visit()), facts=later(first))
    assert [entry.verdict for entry in decision.revised] == ["merged"]
    assert [step.entry.form.id for step in decision.steps] == [ACTION]


def test_a_step_does_not_wait_for_ever() -> None:
    first = judged(arrived(action(seq=2)))
    assert judged(facts=later(first), now=NOW + PATIENCE_MS).steps == ()
    assert [step.entry.form.id for step in judged(facts=later(first), now=NOW + PATIENCE_MS + 1).steps] == [ACTION]


def test_one_replicas_steps_are_taken_in_its_order_however_the_feed_gives_them() -> None:
    second = action(seq=2, _id="action:01KAF1Q8Z7V3M5T7W9Y1A2B3C4")
    steps = judged(arrived(second), arrived(action(seq=1))).steps
    assert [step.entry.form.seq for step in steps] == [1, 2]


def test_a_steps_time_is_believed_only_within_what_is_possible() -> None:
    facts = Facts(jobs=FACTS.jobs, held=FACTS.held, last_sync={(BOX, "r1"): NOW - 20_000}, saw={(JOB, 3): NOW - 10_000})
    assert judged(arrived(action()), facts=facts).steps[0].at == NOW - 20_000
    assert judged(arrived(action(saw=3)), facts=facts).steps[0].at == NOW - 10_000
    assert judged(arrived(action(at=f"{NOW + 90_000:013d}.0000.r1")), facts=facts).steps[0].at == NOW


def test_a_command_needs_no_envelope_and_no_predecessor() -> None:
    command = {"_id": ACTION, "type": "action", "job": JOB, "verb": "note", "words": "x"}
    decision = judged(arrived(command, mailbox=None, way="command"))
    assert [step.roles for step in decision.steps] == [frozenset({"grid"})]
    assert decision.watermarks == {}


def test_receipts_count_across_gaps() -> None:
    facts = Facts(places=FACTS.places, held=FACTS.held, watermarks={(BOX, "r1"): Watermark(3, ((5, 6),))})
    assert judged(arrived(visit(seq=4)), facts=facts).watermarks == {(BOX, "r1"): Watermark(6, ())}
    assert judged(arrived(visit(seq=9)), facts=facts).watermarks == {(BOX, "r1"): Watermark(3, ((5, 6), (9, 9)))}


def test_a_document_that_breaks_the_merge_is_kept_and_counted() -> None:
    decision = poisoned(arrived(visit()), FACTS)
    assert (only(decision).verdict, only(decision).reasons) == ("quarantined", (Reason("internal_error"),))
    assert decision.watermarks == {(BOX, "r1"): Watermark(1, ())}
