"""The catalogue the project ships."""

import copy

import pytest
from marshmallow import ValidationError

from server.catalogue.schemas import Catalogue
from server.catalogue.service import shipped


def codes(kind: str) -> set[str]:
    return {entry["code"] for entry in shipped()[kind]}


def test_it_is_large_enough_for_a_compound_and_small_enough_for_a_thumb() -> None:
    assert 8 <= len(codes("groups")) <= 12
    assert 30 <= len(codes("categories")) <= 45


def test_it_holds_the_codes_that_other_parts_rely_on() -> None:
    assert {"water.leak", "lift.stopped", "fire.lane", "waste.overflow", "other.other"} <= codes("categories")
    assert "routine" in codes("purposes")
    assert {"repair", "care"} <= codes("needs")


def test_every_group_has_a_category() -> None:
    assert {category["group"] for category in shipped()["categories"]} == codes("groups")


def test_every_code_is_unique_in_its_list() -> None:
    assert all(len(codes(kind)) == len(entries) for kind, entries in shipped().items())


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda body: body["categories"].append(body["categories"][0]), {"categories": ["not_unique"]}),
        (lambda body: body["categories"][0].update(group="nowhere"), {"categories": ["unknown_group"]}),
        (lambda body: body["categories"][0].update(severity="grave"), {"categories": {0: {"severity": ["invalid"]}}}),
        (lambda body: body["needs"][0].update(code="No Code"), {"needs": {0: {"code": ["invalid"]}}}),
        (lambda body: body["needs"][0].update(zh=""), {"needs": {0: {"zh": ["too_short"]}}}),
        (lambda body: body["needs"][0].update(en="\ud800"), {"needs": {0: {"en": ["invalid"]}}}),
        (lambda body: body.pop("purposes"), {"purposes": ["required"]}),
    ],
)
def test_a_catalogue_that_does_not_fit_together_is_told_so_in_codes(spoil, told) -> None:
    body = copy.deepcopy(shipped())
    spoil(body)
    with pytest.raises(ValidationError) as caught:
        Catalogue().load(body)
    assert caught.value.messages == told
