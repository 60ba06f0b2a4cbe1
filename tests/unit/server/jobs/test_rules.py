"""Every step from every state by everybody: what is legal is written here once more, by hand, and nothing else is."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.jobs import rules
from server.jobs.rules import JobState, next_verbs, parts, take

ARGUMENTS = {"words": "x", "reason": "x", "to": "ben", "score": 5, "photos": []}
PARTS = ("secretary", "assignee", "reporter", "grid", "head", "dispatcher", "admin", "responder")
LEGAL = {
    ("opened", "accept", "secretary"): "accepted",
    ("opened", "decline", "secretary"): "declined",
    ("accepted", "assign", "secretary"): "assigned",
    ("assigned", "assign", "secretary"): "assigned",
    ("in_progress", "assign", "secretary"): "assigned",
    ("assigned", "sign", "assignee"): "in_progress",
    ("accepted", "resolve", "secretary"): "done",
    ("in_progress", "resolve", "secretary"): "done",
    ("in_progress", "resolve", "assignee"): "done",
    **{("done", "verify", part): "verified" for part in ("reporter", "grid", "head")},
    **{("done", "reopen", part): "accepted" for part in ("reporter", "grid", "head", "secretary")},
    **{(state, "reopen", "secretary"): "accepted" for state in ("verified", "closed", "declined")},
    **{(state, "close", "secretary"): "closed" for state in ("accepted", "done", "verified")},
    **{(state, "answer", part): state for state, part in product(rules.STATES, ("secretary", "assignee", "dispatcher"))},
    **{(state, "note", part): state for state, part in product(rules.STATES, PARTS)},
    **{(state, "rate", "reporter"): state for state in ("closed", "declined")},
}


@pytest.mark.parametrize(("state", "verb", "part"), list(product(rules.STATES, rules.VERBS, PARTS)))
def test_a_step_is_legal_exactly_where_the_table_says(state: str, verb: str, part: str) -> None:
    before = JobState(state, 4)
    after = take(before, verb, ARGUMENTS, frozenset({part}))
    expected = LEGAL.get((state, verb, part))
    if expected is None:
        assert after in ("not_in_state", "not_in_role")
        assert verb not in next_verbs(before, frozenset({part}))
    else:
        assert isinstance(after, JobState)
        assert (after.state, after.version) == (expected, 5)
        assert verb in next_verbs(before, frozenset({part}))


def test_whoever_may_never_take_a_step_is_told_so_rather_than_to_wait() -> None:
    assert take(JobState("closed", 1), "accept", {}, frozenset({"secretary"})) == "not_in_state"
    assert take(JobState("opened", 1), "accept", {}, frozenset({"grid"})) == "not_in_role"
    assert take(JobState("opened", 1), "fly", {}, frozenset({"secretary"})) == "unknown_verb"


@pytest.mark.parametrize("verb", ["decline", "assign", "resolve", "reopen", "answer", "note", "rate"])
def test_a_step_without_what_it_needs_changes_nothing(verb: str) -> None:
    state = next(state for (state, of, _) in LEGAL if of == verb)
    assert take(JobState(state, 1, assignee="ann"), verb, {}, frozenset(PARTS)) == "argument_missing"


def test_a_job_is_not_closed_before_its_reporters_have_an_answer() -> None:
    secretary = frozenset({"secretary"})
    assert take(JobState("accepted", 1), "close", {}, secretary) == "argument_missing"
    closed = take(JobState("accepted", 1), "close", {"words": "修好了"}, secretary)
    assert isinstance(closed, JobState)
    assert closed.answered
    assert isinstance(take(JobState("accepted", 1, answered=True), "close", {}, secretary), JobState)


def test_a_reopened_job_owes_a_new_answer() -> None:
    reopened = take(JobState("closed", 1, answered=True, rating=2), "reopen", {"reason": "又漏了"}, frozenset({"secretary"}))
    assert isinstance(reopened, JobState)
    assert (reopened.answered, reopened.rating) == (False, None)


def test_a_responder_has_only_the_jobs_assigned_to_him() -> None:
    job = JobState("in_progress", 1, assignee="ben", reporters=frozenset({"ann"}))
    assert parts(job, "cid", frozenset({"responder"})) == frozenset()
    assert parts(job, "ben", frozenset({"responder"})) == {"assignee", "responder"}
    assert parts(job, "ann", frozenset({"grid"})) == {"grid", "reporter"}


@given(st.lists(st.tuples(st.sampled_from(rules.VERBS), st.sampled_from(PARTS)), max_size=30))
def test_no_job_is_ever_stuck(steps: list[tuple[str, str]]) -> None:
    """Whatever was done to a job, somebody can still bring it to its end or has, and every change counts its version up by one."""
    job = JobState("opened", 1)
    for verb, part in steps:
        after = take(job, verb, ARGUMENTS, frozenset({part}))
        if isinstance(after, JobState):
            assert after.version == job.version + 1
            assert after.state in rules.STATES
            job = after
    everybody = frozenset(PARTS)
    while job.state not in rules.ENDED:
        moved = next(
            after
            for verb in ("accept", "sign", "resolve", "close")
            if isinstance(after := take(job, verb, ARGUMENTS, everybody), JobState) and after.state != job.state
        )
        job = moved
