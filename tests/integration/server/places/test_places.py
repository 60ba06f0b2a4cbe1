"""The tree of places on a real database."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from server.database import db, writing
from server.places import service as places
from server.places.service import PlaceRow

CX01 = "WH/WH-HS/WH-HS-CX/CX01/"


@pytest.mark.usefixtures("compound")
def test_a_batch_of_codes_is_looked_up_at_once_and_unknown_ones_are_absent() -> None:
    with db.engine.connect() as connection:
        found = places.paths_of(connection, ["CX01-1-1-301", "CX01", "WH-HS", "CX99"])
        nothing = places.paths_of(connection, [])
    assert found == {
        "CX01-1-1-301": PlaceRow("CX01-1-1-301", "door", "301", f"{CX01}CX01-1/CX01-1-1/CX01-1-1-301/", "翠湖里小区 1栋 1单元 301", "CX01"),
        "CX01": PlaceRow("CX01", "compound", "翠湖里小区", CX01, "翠湖里小区", "CX01"),
        "WH-HS": PlaceRow("WH-HS", "street", "华山街道", "WH/WH-HS/", "华山街道", "WH-HS"),
    }
    assert nothing == {}


@pytest.mark.usefixtures("compound")
def test_more_codes_than_one_statement_names_are_still_found() -> None:
    doors = [{"code": f"CX02-1-1-{n}", "kind": "door", "name": str(n), "parent": "CX02-1-1", "floor": 1} for n in range(5000, 6200)]
    with writing() as connection:
        assert len(places.plant(connection, doors)) == 1200
        assert len(places.paths_of(connection, [door["code"] for door in doors])) == 1200


@pytest.mark.usefixtures("compound")
def test_planting_again_changes_nothing() -> None:
    with writing() as connection:
        assert places.plant(connection, [{"code": "CX01", "kind": "compound", "name": "another", "parent": "WH-HS-CX"}]) == []
        assert places.paths_of(connection, ["CX01"])["CX01"].name == "翠湖里小区"


@pytest.mark.usefixtures("compound")
def test_a_mailbox_of_everywhere_holds_every_building() -> None:
    with db.engine.connect() as connection:
        documents = places.documents_for(connection, [""])
    assert {document["code"] for document in documents if document["kind"] == "building"} == {"CX01-1", "CX01-2", "CX01-3", "CX02-1"}
    assert all(document["in_scope"] for document in documents)


def test_the_tree_is_looked_through_from_where_one_s_scope_begins(signed_in: Callable[[str], FlaskClient]) -> None:
    dispatcher, admin = signed_in("dispatcher"), signed_in("admin")
    begin = {"code": "WH-HS", "kind": "street", "name": "华山街道", "full_name": "华山街道"}
    assert dispatcher.get("/api/places").json == {"places": [begin]}
    assert [place["code"] for place in admin.get("/api/places").json["places"]] == ["WH"]
    assert [place["name"] for place in dispatcher.get("/api/places?parent=CX01").json["places"]] == ["1栋", "2栋", "3栋"]


def test_outside_of_one_s_scope_there_is_nothing_to_look_through(signed_in: Callable[[str], FlaskClient]) -> None:
    answer = signed_in("reviewer").get("/api/places?parent=WH-HS")
    assert (answer.status_code, answer.json["code"]) == (403, "out_of_scope")
    assert signed_in("admin").get("/api/places?parent=CX99").json["code"] == "not_found"
    assert signed_in("grid").get("/api/places").json["code"] == "forbidden"


def test_a_parent_that_is_no_code_is_told_so(signed_in: Callable[[str], FlaskClient]) -> None:
    answer = signed_in("admin").get("/api/places", query_string={"parent": "x" * 65})
    assert answer.json["fields"] == {"parent": ["too_long"]}
