"""The whistle-and-report loop as a table: which step, from where, by whom, to where. docs/protocol.md section 6 shows the same table to people."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

OPEN = ("opened", "accepted", "assigned", "in_progress", "done", "verified")
ENDED = ("closed", "declined")
STATES = (*OPEN, *ENDED)

# The parts one person can have in one job, beside the roles held over its place.
REPORTER = "reporter"
ASSIGNEE = "assignee"
HOLDERS = frozenset({"head", "grid", "secretary", "responder", "dispatcher", "admin"})
CHECKERS = frozenset({REPORTER, "grid", "head"})


@dataclass(frozen=True)
class JobState:
    """A job as its events have made it."""

    state: str
    version: int
    answered: bool = False
    assignee: str | None = None
    rating: int | None = None
    reporters: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Move:
    """From these states, to this one (None: it stays), by whoever has one of these parts."""

    sources: tuple[str, ...]
    target: str | None
    parts: frozenset[str]


MOVES: dict[str, tuple[Move, ...]] = {
    "accept": (Move(("opened",), "accepted", frozenset({"secretary"})),),
    "decline": (Move(("opened",), "declined", frozenset({"secretary"})),),
    "assign": (Move(("accepted", "assigned", "in_progress"), "assigned", frozenset({"secretary"})),),
    "sign": (Move(("assigned",), "in_progress", frozenset({ASSIGNEE})),),
    "resolve": (
        Move(("accepted", "in_progress"), "done", frozenset({"secretary"})),
        Move(("in_progress",), "done", frozenset({ASSIGNEE})),
    ),
    "verify": (Move(("done",), "verified", CHECKERS),),
    "reopen": (
        Move(("done",), "accepted", CHECKERS | {"secretary"}),
        Move(("verified", "closed", "declined"), "accepted", frozenset({"secretary"})),
    ),
    "close": (Move(("accepted", "done", "verified"), "closed", frozenset({"secretary"})),),
    "answer": (Move(STATES, None, frozenset({"secretary", ASSIGNEE, "dispatcher"})),),
    "note": (Move(STATES, None, HOLDERS | {REPORTER, ASSIGNEE}),),
    "rate": (Move(ENDED, None, frozenset({REPORTER})),),
}
VERBS = tuple(MOVES)
# What a verb cannot do without; of several names in one entry, one is enough.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "decline": (("reason",),),
    "assign": (("to",),),
    "resolve": (("words",),),
    "reopen": (("reason",),),
    "answer": (("words",),),
    "note": (("words", "photos"),),
    "rate": (("score",),),
}
ANSWERS = {"decline": "reason", "resolve": "words", "close": "words", "answer": "words"}


def missing(verb: str, arguments: Mapping[str, Any], *, answered: bool) -> list[str]:
    """The arguments this step cannot do without and has not got. A job is closed with words unless its reporters have been answered."""
    needed = (("words",),) if verb == "close" and not answered else NEEDED.get(verb, ())
    return [names[0] for names in needed if not any(arguments.get(name) for name in names)]


def parts(job: JobState, user: str, roles: frozenset[str]) -> frozenset[str]:
    """Everything this person is in this job: the roles held over its place, its reporter, its assignee. A responder has only the jobs assigned to him,
    a reviewer none."""
    held = (roles & HOLDERS) - {"responder"}
    if user in job.reporters:
        held |= {REPORTER}
    if user == job.assignee:
        held |= {ASSIGNEE, "responder"}
    return held


def next_verbs(job: JobState, having: frozenset[str]) -> list[str]:
    """What someone with these parts may do now, in the table's order."""
    return [verb for verb, moves in MOVES.items() if any(job.state in move.sources and move.parts & having for move in moves)]


def take(job: JobState, verb: str, arguments: Mapping[str, Any], having: frozenset[str]) -> JobState | str:
    """The job after this step, or why the step comes too late to change anything."""
    moves = MOVES.get(verb)
    if moves is None:
        return "unknown_verb"
    if not any(move.parts & having for move in moves):
        return "not_in_role"
    move = next((move for move in moves if job.state in move.sources and move.parts & having), None)
    if move is None:
        return "not_in_state"
    if missing(verb, arguments, answered=job.answered):
        return "argument_missing"
    after = replace(job, version=job.version + 1, state=move.target or job.state)
    if verb == "assign":
        after = replace(after, assignee=arguments["to"])
    if verb == "reopen":
        after = replace(after, answered=False, rating=None)
    if verb == "rate":
        after = replace(after, rating=arguments["score"])
    if verb in ANSWERS and arguments.get(ANSWERS[verb]):
        after = replace(after, answered=True)
    return after
