"""Accounts, what they may do where, and what their mailboxes ought to hold."""

from typing import Any

import pytest
from flask import Flask

from server.catalogue import service as catalogue
from server.database import db, writing
from server.errors import Conflict, Invalid, NotFound
from server.ledger.models import Mailbox, ShelfDocument
from server.people import service as people
from server.people.service import Held
from tests.fakes import FakeClock

ID = "01KAF1Q8Z6V3M5T7W9Y1A2B3C4"
CX01 = "WH/WH-HS/WH-HS-CX/CX01/"


def create(clock: FakeClock, grants: list[tuple[str, str | None]], login: str = "new", id: str = ID) -> None:
    with writing() as connection:
        people.create_user(connection, id=id, login=login, name="新人", password="doorstep", grants=grants, now=clock.now())


def shelf(user_id: str = ID) -> dict[str, dict[str, Any]]:
    """What the user's text mailbox ought to hold."""
    table = ShelfDocument.__table__
    with db.engine.connect() as connection:
        query = db.select(table.c.document_id, table.c.body).where(table.c.mailbox == f"test-mailbox-{user_id.lower()}", table.c.body.is_not(None))
        return {id: body for id, body in connection.execute(query)}


def places_on(user_id: str = ID) -> dict[str, bool]:
    return {id.removeprefix("place:"): body["in_scope"] for id, body in shelf(user_id).items() if id.startswith("place:")}


def user_id(login: str) -> str:
    with db.engine.connect() as connection:
        return people.user_named(connection, login)


@pytest.mark.usefixtures("compound")
def test_an_account_comes_with_its_two_mailboxes(clock: FakeClock) -> None:
    create(clock, [("grid", "CX02")])
    with db.engine.connect() as connection:
        rows = connection.execute(db.select(Mailbox.__table__).where(Mailbox.user_id == ID).order_by(Mailbox.name)).all()
    assert [(row.name, row.kind) for row in rows] == [(f"test-mailbox-{ID.lower()}", "mailbox"), (f"test-photos-{ID.lower()}", "photos")]


@pytest.mark.usefixtures("compound")
def test_a_mailbox_holds_who_one_is_the_catalogue_and_the_places_in_scope(clock: FakeClock) -> None:
    create(clock, [("grid", "CX02")])
    held = shelf()
    assert held["me"] == {
        "_id": "me",
        "type": "me",
        "v": 1,
        "id": ID,
        "name": "新人",
        "roles": ["grid"],
        "scope": ["CX02"],
        "received": {},
        "horizon": 0,
    }
    assert held["catalogue"] == {"_id": "catalogue", "type": "catalogue", "v": 1, "version": 1, **catalogue.shipped()}
    assert places_on() == {"WH": False, "WH-HS": False, "WH-HS-CX": False, "CX02": True, "CX02-1": True}
    building = held["place:CX02-1"]
    assert [unit["code"] for unit in building["units"]] == ["CX02-1-1"]
    assert [door["name"] for door in building["units"][0]["doors"]][:3] == ["101", "102", "201"]


@pytest.mark.usefixtures("compound")
def test_what_is_outside_of_a_head_s_building_is_only_named(clock: FakeClock) -> None:
    create(clock, [("head", "CX01-2")])
    assert places_on() == {"WH": False, "WH-HS": False, "WH-HS-CX": False, "CX01": False, "CX01-2": True}
    assert "units" not in shelf()["place:CX01"]


@pytest.mark.usefixtures("compound")
@pytest.mark.parametrize("grant", [("dispatcher", "WH-HS"), ("reviewer", "WH"), ("admin", None)])
def test_who_works_online_carries_no_places(clock: FakeClock, grant: tuple[str, str | None]) -> None:
    create(clock, [grant])
    assert set(shelf()) == {"me", "catalogue"}


@pytest.mark.usefixtures("compound")
def test_who_moves_loses_the_places_left_and_gains_the_new(clock: FakeClock) -> None:
    create(clock, [("head", "CX01-2")])
    clock.pass_(1000)
    with writing() as connection:
        people.move(connection, ID, [("head", "CX02-1")], clock.now())
    assert places_on() == {"WH": False, "WH-HS": False, "WH-HS-CX": False, "CX02": False, "CX02-1": True}
    assert shelf()["me"]["scope"] == ["CX02-1"]


@pytest.mark.usefixtures("compound")
def test_what_was_held_when_stays_on_record(clock: FakeClock) -> None:
    start = clock.now()
    create(clock, [("head", "CX01-1"), ("grid", "CX02")])
    clock.pass_(1000)
    with writing() as connection:
        people.move(connection, ID, [("grid", "CX02"), ("head", "CX01-2")], clock.now())
    with db.engine.connect() as connection:
        assert people.assignments_of(connection, [ID, "nobody"]) == {
            ID: [
                Held("head", f"{CX01}CX01-1/", start, start + 1000),
                Held("grid", "WH/WH-HS/WH-HS-CX/CX02/", start, None),
                Held("head", f"{CX01}CX01-2/", start + 1000, None),
            ]
        }


@pytest.mark.usefixtures("compound")
def test_who_may_do_nothing_any_more_holds_no_place_and_no_role(clock: FakeClock) -> None:
    create(clock, [("head", "CX01-1")])
    clock.pass_(1000)
    with writing() as connection:
        people.deactivate(connection, ID, clock.now())
    assert places_on() == {}
    with db.engine.connect() as connection:
        assert people.caller_of_user(connection, ID, clock.now()).grants == ()
        assert ID not in {user for _, user, _ in people.holders(connection, [f"{CX01}CX01-1/"], ["head"], clock.now())}
        assert people.assignments_of(connection, [ID])[ID][0].until == clock.now()


@pytest.mark.usefixtures("compound")
def test_a_closed_account_gets_no_new_roles_and_no_code(clock: FakeClock) -> None:
    create(clock, [("head", "CX01-1")])
    with writing() as connection:
        people.deactivate(connection, ID, clock.now())
    with pytest.raises(Conflict), writing() as connection:
        people.move(connection, ID, [("head", "CX01-1")], clock.now())
    with pytest.raises(Conflict), writing() as connection:
        people.issue_code(connection, ID, clock.now())


@pytest.mark.usefixtures("compound")
@pytest.mark.parametrize(
    ("grant", "told"),
    [
        (("mayor", "WH"), "unknown_role: mayor"),
        (("head", "CX99"), "unknown_place: CX99"),
        (("head", "CX01-1-1"), "too_small: CX01-1-1"),
        (("head", "CX01-1-1-301"), "too_small: CX01-1-1-301"),
    ],
)
def test_a_grant_that_cannot_be_is_refused_and_leaves_nothing_behind(clock: FakeClock, grant: tuple[str, str], told: str) -> None:
    with pytest.raises(Invalid) as caught:
        create(clock, [grant])
    assert caught.value.fields == {"grants": [told]}
    with db.engine.connect() as connection, pytest.raises(NotFound):
        people.user_named(connection, "new")


@pytest.mark.usefixtures("compound")
def test_a_login_is_one_person_s(clock: FakeClock) -> None:
    with pytest.raises(Conflict) as caught:
        create(clock, [], login="GRID")
    assert caught.value.code == "login_taken"


@pytest.mark.usefixtures("compound")
def test_holders_are_all_who_hold_a_role_at_a_place_or_above_it(clock: FakeClock) -> None:
    here, there = f"{CX01}CX01-1/CX01-1-1/CX01-1-1-301/", "WH/WH-HS/WH-HS-CX/CX02/CX02-1/"
    with db.engine.connect() as connection:
        held = people.holders(connection, [here, there], ["head", "grid", "dispatcher", "admin"], clock.now())
        names = people.names(connection, [user for _, user, _ in held])
        none = people.holders(connection, [], ["head"], clock.now())
    assert {(path, names[user], role) for path, user, role in held} == {
        (here, "王楼长", "head"),
        (here, "李网格", "grid"),
        (here, "赵调度", "dispatcher"),
        (here, "管理员", "admin"),
        (there, "赵调度", "dispatcher"),
        (there, "管理员", "admin"),
    }
    assert none == []


def test_an_operator_opens_moves_and_closes_accounts(compound: Flask) -> None:
    run = compound.test_cli_runner().invoke
    added = run(args=["people", "add", "wang", "王小二", "head@CX01-2", "--password", "doorstep"])
    assert added.exit_code == 0, added.output
    assert run(args=["people", "move", "wang", "grid@CX02", "reviewer"]).exit_code == 0
    assert "wang\t王小二\tgrid@CX02 reviewer\t\n" in run(args=["people", "list"]).output
    code = run(args=["people", "code", "wang"]).output.strip()
    assert compound.test_client().post("/api/devices", json={"code": code}).status_code == 200
    assert run(args=["people", "revoke", "wang"]).output == "1 ended\n"
    assert run(args=["people", "deactivate", "wang"]).exit_code == 0
    assert "wang\t王小二\t\tclosed\n" in run(args=["people", "list"]).output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["move", "nobody", "head@CX01-1"], "nobody is called nobody"),
        (["move", "grid", "mayor@CX01"], "mayor is no role"),
        (["move", "grid", "grid@CX99"], "unknown_place: CX99"),
        (["add", "grid", "二", "--password", "x"], "already somebody called grid"),
    ],
)
def test_an_operator_s_mistake_is_told_in_a_line(compound: Flask, arguments: list[str], told: str) -> None:
    result = compound.test_cli_runner().invoke(args=["people", *arguments])
    assert result.exit_code != 0
    assert told in result.output
    assert "Traceback" not in result.output
