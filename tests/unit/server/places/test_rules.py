"""How places read, and what a mailbox says of them."""

from server.places.rules import Node, building_document, full_name, path_below, place_document

LINE = [
    Node("WH", "district", "五华区", None, "WH/", None),
    Node("CX01", "compound", "翠湖里小区", "WH", "WH/CX01/", None),
    Node("CX01-1", "building", "1栋", "CX01", "WH/CX01/CX01-1/", None),
    Node("CX01-1-1", "unit", "1单元", "CX01-1", "WH/CX01/CX01-1/CX01-1-1/", None),
    Node("CX01-1-1-301", "door", "301", "CX01-1-1", "WH/CX01/CX01-1/CX01-1-1/CX01-1-1-301/", 3),
]


def test_a_door_reads_from_its_compound_down() -> None:
    assert full_name(LINE) == "翠湖里小区 1栋 1单元 301"


def test_a_place_above_the_compounds_reads_by_its_own_name() -> None:
    assert full_name(LINE[:1]) == "五华区"


def test_a_path_closes_every_code_with_a_slash() -> None:
    assert path_below("", "WH") == "WH/"
    assert path_below("WH/", "CX01") == LINE[1].path
    assert LINE[4].ancestors == ("WH", "CX01", "CX01-1", "CX01-1-1")


def test_an_ancestor_out_of_scope_names_no_units() -> None:
    assert place_document(LINE[1], in_scope=False) == {
        "_id": "place:CX01",
        "type": "place",
        "v": 1,
        "code": "CX01",
        "kind": "compound",
        "name": "翠湖里小区",
        "parent": "WH",
        "in_scope": False,
    }


def test_a_building_lists_its_own_units_with_their_doors() -> None:
    foreign = Node("CX01-2-1", "unit", "1单元", "CX01-2", "WH/CX01/CX01-2/CX01-2-1/", None)
    document = building_document(LINE[2], [LINE[3], foreign], [LINE[4]])
    assert document["units"] == [{"code": "CX01-1-1", "name": "1单元", "doors": [{"code": "CX01-1-1-301", "name": "301", "floor": 3}]}]
