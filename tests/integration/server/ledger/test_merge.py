"""From a mailbox to rows and back, on both databases: what a phone wrote, what the branch sees, what the phone is told."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from server.database import writing
from server.jobs.models import Job, JobEvent, Problem
from server.ledger.models import Input, Mailbox, ShelfDocument
from server.ledger.worker import sweep
from server.notices.models import Notice
from server.people import service as people
from server.visits import service as visits
from server.visits.models import Visit
from sync.domain.judge import PATIENCE_MS
from sync.ports import Document
from tests.town import ANN, BEN, RES, REV, SEC, START, Town

VISIT = "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"
PROBLEM = "problem:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"
JOB = "job:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"


def visit(**changes: Any) -> Document:
    return {"_id": VISIT, "place": "CX01-1-1-301", "outcome": "met", "note": "老人独居", "needs": ["repair"]} | changes


def problem(**changes: Any) -> Document:
    return {"_id": PROBLEM, "place": "CX01-1-1-301", "category": "water.leak", "note": "三楼  水管\n漏水", "severity": "high"} | changes


def act(client: FlaskClient, verb: str, number: int, **arguments: Any) -> Any:
    return client.post(f"/api/jobs/{JOB}/actions", json={"id": f"action:{number:026d}", "verb": verb, **arguments})


def test_a_mailbox_is_made_and_filled_when_its_user_is(town: Town) -> None:
    held = town.held(ANN)
    assert held["me"]["name"] == "李网格"
    assert held["me"]["received"] == {}
    assert {"place:WH", "place:CX01", "place:CX01-1", "catalogue"} <= held.keys()
    assert "place:CX02" not in held


def test_a_visit_becomes_a_row_and_its_phone_is_told(town: Town) -> None:
    town.write(ANN, visit())
    town.merge()
    (row,) = town.rows(Visit)
    assert (row["id"], row["author_id"], row["outcome"], row["needs"], row["review"]) == (VISIT, ANN, "met", ["repair"], "pending")
    held = town.held(ANN)
    assert held[f"reply:{VISIT}"]["state"] == "merged"
    assert held["me"]["received"] == {"r1": 1}


def test_a_problem_opens_a_job_on_the_branchs_list(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    (row,) = town.rows(Job)
    assert (row["id"], row["number"], row["state"], row["version"], row["summary"]) == (JOB, "CX01-2025-0001", "opened", 1, "三楼 水管 漏水")
    reply = town.held(ANN)[f"reply:{PROBLEM}"]
    assert reply["job"] == {"id": JOB, "number": "CX01-2025-0001", "state": "opened"}
    for user in (ANN, BEN, SEC):
        assert town.held(user)[JOB]["place_name"] == "翠湖里小区 1栋 1单元 301"
    assert JOB not in town.held(RES)
    assert JOB not in town.held(REV)
    assert town.held(SEC)[JOB]["next"] == ["accept", "decline", "answer", "note"]
    assert town.held(ANN)[JOB]["next"] == ["note"]
    assert [(row["user_id"], row["kind"]) for row in town.rows(Notice)] == [(SEC, "job_opened")]


def test_numbers_run_on_within_a_compound_and_a_year(town: Town) -> None:
    for number in range(3):
        town.write(ANN, problem(_id=f"problem:{number:026d}"))
    town.merge()
    town.write(ANN, problem(_id=f"problem:{9:026d}"))
    town.merge()
    assert sorted(row["number"] for row in town.rows(Job)) == [f"CX01-2025-000{n}" for n in (1, 2, 3, 4)]


def test_what_the_branch_does_reaches_the_reporters_phone(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    secretary = town.client("sec")
    assert act(secretary, "accept", 1, saw=1).json["state"] == "accepted"
    answered = act(secretary, "answer", 2, saw=2, words="物业今天下午来修")
    assert answered.status_code == 200
    town.merge()
    reply = town.held(ANN)[f"reply:{PROBLEM}"]
    assert (reply["state"], reply["words"], reply["by"]["name"], reply["job"]["state"]) == ("answered", "物业今天下午来修", "张书记", "accepted")
    assert [event["verb"] for event in town.held(ANN)[JOB]["events"]] == ["open", "accept", "answer"]
    assert [row["kind"] for row in town.rows(Notice) if row["user_id"] == ANN] == ["job_answered"]


def test_an_action_posted_twice_is_once_and_answered_alike(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    secretary = town.client("sec")
    first, again = act(secretary, "accept", 1), act(secretary, "accept", 1)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json["version"] == first.json["version"] == 2
    other_body = act(secretary, "decline", 1, reason="x")
    assert (other_body.status_code, other_body.json["code"]) == (409, "id_taken")


def test_a_step_that_comes_too_late_is_kept_and_its_author_is_told(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    secretary = town.client("sec")
    act(secretary, "accept", 1)
    late = act(secretary, "decline", 2, reason="不归我们管")
    assert (late.status_code, late.json["code"], late.json["fields"]) == (409, "late", {"verb": ["not_in_state"]})
    town.write(BEN, {"_id": f"action:{3:026d}", "job": JOB, "verb": "verify", "saw": 1}, replica="b1")
    town.merge()
    reply = town.held(BEN)[f"reply:action:{3:026d}"]
    assert (reply["state"], reply["reasons"]) == ("late", [{"code": "not_in_state", "field": "verb"}])
    events = secretary.get(f"/api/jobs/{JOB}").json["events"]
    assert [(event["verb"], event["late"]) for event in events] == [("open", None), ("accept", None), ("decline", "not_in_state"), ("verify", "not_in_state")]
    assert town.rows(Job)[0]["version"] == 2


def test_a_job_goes_all_the_way_round_the_loop(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    secretary, responder = town.client("sec"), town.client("res")
    act(secretary, "accept", 1)
    assert responder.get(f"/api/jobs/{JOB}").status_code == 404
    assert secretary.get(f"/api/responders?job={JOB}").json == {"responders": [{"id": RES, "name": "翠湖物业", "open_jobs": 0}]}
    refused = act(secretary, "assign", 2, to=BEN)
    assert (refused.status_code, refused.json["fields"]) == (409, {"verb": ["not_a_responder"]})
    assert act(secretary, "assign", 3, to=RES).json["assignee"]["name"] == "翠湖物业"
    town.merge()
    assert town.held(RES)[JOB]["next"] == ["sign", "answer", "note"]
    assert act(responder, "sign", 4).json["state"] == "in_progress"
    assert act(responder, "resolve", 5, words="换了水管").json["state"] == "done"
    town.write(ANN, {"_id": f"action:{6:026d}", "job": JOB, "verb": "verify", "saw": 5, "words": "不漏了"})
    town.merge()
    assert act(secretary, "close", 7).json["state"] == "closed"
    town.write(ANN, {"_id": f"action:{8:026d}", "job": JOB, "verb": "rate", "score": 5})
    town.merge()
    assert town.held(ANN)[JOB]["rating"] == 5
    assert JOB not in town.held(BEN)
    assert JOB not in town.held(RES)
    assert [row["verb"] for row in town.rows(JobEvent) if row["late"] is None] == ["open", "accept", "assign", "sign", "resolve", "verify", "close", "rate"]


def test_an_edited_problem_changes_the_job_nobody_has_acted_on(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    town.write(
        ANN, {"_id": f"edit:{1:026d}", "record": PROBLEM, "set": {"note": "四楼漏水"}, "over": {"note": [PROBLEM]}, "at": f"{START + 60_000:013d}.0000.r1"}
    )
    town.merge()
    assert town.rows(Problem)[0]["note"] == "四楼漏水"
    assert town.held(SEC)[JOB]["summary"] == "四楼漏水"
    assert [event["verb"] for event in town.held(SEC)[JOB]["events"]] == ["open", "revise"]


def test_a_second_report_of_the_same_thing_joins_the_job_and_is_answered_too(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    second = "problem:01KAF1Q8Z9V3M5T7W9Y1A2B3C4"
    town.write(BEN, problem(_id=second, same_as=JOB), replica="b1")
    town.merge()
    assert len(town.rows(Job)) == 1
    act(town.client("sec"), "answer", 1, words="知道了")
    town.merge()
    assert town.held(BEN)[f"reply:{second}"]["words"] == "知道了"
    assert [row["user_id"] for row in town.rows(Notice) if row["kind"] == "job_answered"] == [ANN, BEN]


def test_who_joins_a_compound_finds_its_open_jobs_and_who_leaves_it_keeps_only_his_own_reports(town: Town) -> None:
    mine = "problem:01KAF1Q8Z9V3M5T7W9Y1A2B3C4"
    town.write(ANN, problem())
    town.write(BEN, problem(_id=mine), replica="b1")
    town.merge()
    newcomer = f"{1:026d}"
    with town.app.app_context(), writing() as connection:
        people.create_user(connection, id=newcomer, login="new", name="小赵", password="doorstep", grants=[("grid", "CX01")], now=town.clock.now())
        people.move(connection, BEN, [("head", "CX02-1")], town.clock.now())
    town.merge()
    assert {id for id in town.held(newcomer) if id.startswith("job:")} == {JOB, "job:" + mine.partition(":")[2]}
    assert {id for id in town.held(BEN) if id.startswith(("job:", "place:"))} == {"job:" + mine.partition(":")[2], "place:WH", "place:CX02", "place:CX02-1"}
    assert town.held(BEN)["me"]["scope"] == ["CX02-1"]


def test_what_was_written_before_a_move_and_arrives_after_it_is_merged(town: Town) -> None:
    town.write(BEN, visit(_id=f"visit:{1:026d}"), replica="b1")
    town.merge()
    town.clock.pass_(3_600_000)
    with town.app.app_context(), writing() as connection:
        people.move(connection, BEN, [("head", "CX02-1")], town.clock.now())
    town.clock.pass_(3_600_000)
    town.write(BEN, visit(), replica="b1")
    town.merge()
    assert town.held(BEN)[f"reply:{VISIT}"]["state"] == "merged"
    town.clock.pass_(60_000)
    town.write(BEN, visit(_id=f"visit:{2:026d}"), replica="b1")
    town.merge()
    assert town.held(BEN)[f"reply:visit:{2:026d}"]["reasons"] == [{"code": "out_of_scope", "field": "place"}]


def test_a_reviewer_sends_a_visit_back_and_a_changed_one_waits_again(town: Town) -> None:
    town.write(ANN, visit())
    town.merge()
    reviewer = town.client("rev")
    assert [row["id"] for row in reviewer.get("/api/visits?review=pending").json["visits"]] == [VISIT]
    verdict = {"id": f"review:{1:026d}", "verdict": "returned", "words": "请补充门牌照片", "saw": 1}
    assert reviewer.post(f"/api/visits/{VISIT}/review", json=verdict).json["review"] == "returned"
    town.merge()
    reply = town.held(ANN)[f"reply:{VISIT}"]
    assert (reply["state"], reply["words"], reply["by"]["name"]) == ("returned", "请补充门牌照片", "陈审核")
    town.write(ANN, {"_id": f"edit:{1:026d}", "record": VISIT, "set": {"note": "补了"}, "over": {"note": [VISIT]}, "at": f"{START + 60_000:013d}.0000.r1"})
    town.merge()
    assert town.held(ANN)[f"reply:{VISIT}"]["state"] == "merged"
    assert town.rows(Visit)[0]["review"] == "pending"
    stale = reviewer.post(f"/api/visits/{VISIT}/review", json={"id": f"review:{2:026d}", "verdict": "approved", "saw": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "late")


def test_nothing_outside_the_scope_can_be_read_or_done(town: Town) -> None:
    town.write(ANN, problem(), visit())
    town.merge()
    with town.app.app_context(), writing() as connection:
        other = [("oth", "secretary", "CX02"), ("orv", "reviewer", "CX02")]
        for number, (login, role, place) in enumerate(other):
            people.create_user(connection, id=f"{number:026d}", login=login, name=login, password="doorstep", grants=[(role, place)], now=START)
    secretary, reviewer = town.client("oth"), town.client("orv")
    assert secretary.get("/api/jobs").json["jobs"] == []
    assert secretary.get(f"/api/jobs/{JOB}").status_code == 404
    assert act(secretary, "accept", 1).status_code == 404
    assert reviewer.get("/api/visits").json["visits"] == []
    assert reviewer.get(f"/api/visits/{VISIT}").status_code == 404
    assert town.client("ann").get("/api/visits").status_code == 403
    assert town.app.test_client().get("/api/jobs").status_code == 401


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (visit(place="CX02-1"), "out_of_scope"),
        (visit(place="NOWHERE"), "unknown_place"),
        (visit(outcome="perhaps"), "malformed"),
        (problem(category="space.alien"), "unknown_category"),
        ({"_id": "dream:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"}, "unknown_type"),
        ({"_id": "anything at all", "type": "visit"}, "bad_id"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_stand_is_kept_counted_and_answered(town: Town, document: Document, code: str) -> None:
    town.write(ANN, document, visit(_id=f"visit:{7:026d}"))
    town.merge()
    reply = town.held(ANN)[f"reply:{document['_id']}"]
    assert reply["state"] == "quarantined"
    assert code in [reason["code"] for reason in reply["reasons"]]
    assert town.held(ANN)["me"]["received"] == {"r1": 2}
    assert [row["id"] for row in town.rows(Visit)] == [f"visit:{7:026d}"]


def test_everything_is_read_again_from_the_start_and_nothing_changes(town: Town) -> None:
    town.write(ANN, visit(), problem())
    town.merge()
    before = {model: town.rows(model) for model in (Visit, Problem, Job, JobEvent, Input, Notice)}
    with town.app.app_context(), writing() as connection:
        connection.execute(sa.update(Mailbox).values(checkpoint="0", written=Mailbox.written + 1))
    town.merge()
    assert {model: town.rows(model) for model in before} == before


def test_a_ledger_restored_from_a_backup_reads_its_mailboxes_again(town: Town) -> None:
    """The ledger forgets what came after the backup; the database remembers that it was read further."""
    with town.app.app_context(), writing() as connection:
        backup = dict(connection.execute(sa.select(Mailbox.name, Mailbox.checkpoint)).all())
    town.write(ANN, visit())
    town.merge()
    with town.app.app_context(), writing() as connection:
        for table in (Visit, Input):
            connection.execute(sa.delete(table))
        connection.execute(sa.delete(ShelfDocument).where(ShelfDocument.document_id.startswith("reply:")))
        for name, checkpoint in backup.items():
            connection.execute(sa.update(Mailbox).where(Mailbox.name == name).values(checkpoint=checkpoint, written=Mailbox.written + 1))
    town.merge()
    assert [row["id"] for row in town.rows(Visit)] == [VISIT]
    assert town.held(ANN)[f"reply:{VISIT}"]["state"] == "merged"


def test_a_mailbox_restored_from_a_backup_is_filled_again_and_loses_nothing(town: Town) -> None:
    town.write(ANN, visit())
    town.merge()
    wanted = {id: {key: value for key, value in body.items() if key != "_rev"} for id, body in town.held(ANN).items() if id != VISIT}
    town.mailboxes.databases[town.box(ANN)] = {}
    town.mailboxes.checkpoints.pop(town.box(ANN))
    town.write(ANN)
    town.merge()
    assert {id: {key: value for key, value in body.items() if key != "_rev"} for id, body in town.held(ANN).items()} == wanted
    assert len(town.rows(Visit)) == 1


def test_a_step_whose_predecessor_never_comes_is_taken_after_an_hour(town: Town) -> None:
    town.write(ANN, problem())
    town.merge()
    town.write(BEN, {"_id": f"action:{1:026d}", "job": JOB, "verb": "note", "words": "x", "seq": 2}, replica="b1")
    town.merge()
    assert town.held(BEN)[f"reply:action:{1:026d}"]["state"] == "waiting"
    sweep(town.app)
    town.merge()
    assert [row["verb"] for row in town.rows(JobEvent)] == ["open"]
    town.clock.pass_(PATIENCE_MS + 1)
    sweep(town.app)
    town.merge()
    assert [row["verb"] for row in town.rows(JobEvent)] == ["open", "note"]
    assert town.held(BEN)[f"reply:action:{1:026d}"]["state"] == "merged"


def test_a_server_document_a_client_changed_or_removed_is_put_right(town: Town) -> None:
    held = town.held(ANN)
    town.mailboxes.write(town.box(ANN), [{**held["me"], "roles": ["admin"]}, {"_id": "catalogue", "_rev": held["catalogue"]["_rev"], "_deleted": True}])
    town.mailboxes.write(town.box(ANN), [{"_id": "place:CX02", "type": "place", "name": "forged"}])
    town.write(ANN, visit())
    town.merge()
    assert town.held(ANN)["me"]["roles"] == ["grid"]
    assert town.held(ANN)["catalogue"]["categories"]
    assert "place:CX02" not in town.held(ANN)
    delivered = {row["document_id"]: row["version"] for row in town.rows(ShelfDocument)}
    town.write(ANN, visit(_id=f"visit:{1:026d}"))
    town.merge()
    assert {id: version for id, version in ((row["document_id"], row["version"]) for row in town.rows(ShelfDocument)) if id == "catalogue"} == {
        "catalogue": delivered["catalogue"]
    }


def test_a_document_that_breaks_the_transaction_does_not_block_those_behind_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = visits.keep

    def breaks_on_poison(connection: sa.Connection, records: Any, now: int) -> None:
        if any(record.folded.fields.get("note") == "poison" for record in records):
            raise RuntimeError("poison")
        sound(connection, records, now)

    monkeypatch.setattr(visits, "keep", breaks_on_poison)
    town.write(ANN, visit(), visit(_id=f"visit:{1:026d}", note="poison"), visit(_id=f"visit:{2:026d}"))
    town.write(BEN, visit(_id=f"visit:{3:026d}"), replica="b1")
    town.merge()
    assert {row["id"] for row in town.rows(Visit)} == {VISIT, f"visit:{2:026d}", f"visit:{3:026d}"}
    assert town.held(ANN)[f"reply:visit:{1:026d}"]["reasons"] == [{"code": "internal_error", "field": ""}]
    assert town.held(ANN)["me"]["received"] == {"r1": 3}


def test_a_mailbox_that_cannot_be_read_does_not_hold_up_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = town.mailboxes.changes

    def breaks_on_one(name: str, since: str, limit: int) -> Any:
        if name == town.box(ANN):
            raise RecursionError("nested too deeply")
        return sound(name, since, limit)

    monkeypatch.setattr(town.mailboxes, "changes", breaks_on_one)
    town.write(ANN, visit())
    town.write(BEN, visit(_id=f"visit:{3:026d}"), replica="b1")
    town.merge()
    assert {row["id"] for row in town.rows(Visit)} == {f"visit:{3:026d}"}
    monkeypatch.undo()
    town.clock.pass_(61_000)
    town.merge()
    assert len(town.rows(Visit)) == 2


def test_a_worker_that_lost_its_lease_commits_nothing(town: Town) -> None:
    """The second worker takes the database over while the first is between reading and committing."""
    town.write(ANN, visit())
    slow, quick = town.worker("slow"), town.worker("quick")
    real = town.mailboxes.changes

    def taken_over(name: str, since: str, limit: int) -> Any:
        town.mailboxes.changes = real  # type: ignore[method-assign]
        read = real(name, since, limit)
        town.clock.pass_(61_000)
        while quick.step():
            pass
        return read

    town.mailboxes.changes = taken_over  # type: ignore[method-assign]
    slow.step()
    town.merge()
    assert len(town.rows(Visit)) == 1
    assert len([row for row in town.rows(Input) if row["document_id"] == VISIT]) == 1


def test_while_couchdb_is_out_of_reach_nothing_is_lost_and_afterwards_all_arrives(town: Town) -> None:
    town.write(ANN, problem())
    town.mailboxes.out_of_reach = True
    town.merge()
    assert town.rows(Problem) == []
    town.mailboxes.out_of_reach = False
    town.clock.pass_(2_000)
    town.merge()
    town.mailboxes.out_of_reach = True
    assert act(town.client("sec"), "answer", 1, words="好").status_code == 200
    town.merge()
    assert town.rows(ShelfDocument)
    town.mailboxes.out_of_reach = False
    town.clock.pass_(10_000)
    town.merge()
    assert town.held(ANN)[f"reply:{PROBLEM}"]["words"] == "好"


def test_a_worker_killed_between_commit_and_delivery_leaves_the_delivery_due(town: Town) -> None:
    town.write(ANN, visit())
    real = town.mailboxes.write
    town.mailboxes.write = None  # type: ignore[method-assign, assignment]
    with pytest.raises(TypeError):
        town.engine.step()
    town.mailboxes.write = real  # type: ignore[method-assign]
    town.clock.pass_(31_000)
    town.merge()
    assert town.held(ANN)[f"reply:{VISIT}"]["state"] == "merged"
