"""Who may do what where."""

import pytest

from server.people.rules import Caller, Grant, codes_of, outermost

COMPOUND, BUILDING, OTHER = "WH/CX01/", "WH/CX01/CX01-1/", "WH/CX010/"


def caller(*grants: tuple[str, str | None, str]) -> Caller:
    return Caller("01", "wang", "王", tuple(Grant(*grant) for grant in grants))


def test_roles_and_scope_are_sorted_and_named_once() -> None:
    held = caller(("head", "CX01-2", "WH/CX01/CX01-2/"), ("grid", "CX01", COMPOUND), ("head", "CX01", COMPOUND))
    assert held.roles == ("grid", "head")
    assert held.scope == ("CX01", "CX01-2")


def test_everywhere_covers_every_path_and_is_no_place() -> None:
    admin = caller(("admin", None, ""))
    assert admin.scope == ()
    assert admin.paths() == ("",)
    assert admin.covers(BUILDING)


def test_a_grant_covers_what_lies_below_it_and_not_what_is_only_spelled_alike() -> None:
    grid = caller(("grid", "CX01", COMPOUND))
    assert grid.covers(COMPOUND)
    assert grid.covers(BUILDING)
    assert not grid.covers(OTHER)
    assert not grid.covers("WH/")


def test_a_role_counts_where_it_is_held_and_no_other_does() -> None:
    both = caller(("head", "CX01-1", BUILDING), ("reviewer", "CX01", COMPOUND))
    assert both.covers(BUILDING, "head")
    assert not both.covers(COMPOUND, "head")
    assert both.paths("head") == (BUILDING,)
    assert both.paths("secretary") == ()


def test_somebody_without_a_grant_has_nothing() -> None:
    nobody = caller()
    assert not nobody.has("head", "admin")
    assert not nobody.covers(COMPOUND)


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        ([BUILDING, COMPOUND], (COMPOUND,)),
        ([COMPOUND, OTHER], (COMPOUND, OTHER)),
        ([COMPOUND, COMPOUND], (COMPOUND,)),
        ([BUILDING, ""], ("",)),
        ([], ()),
    ],
)
def test_of_paths_only_the_outermost_stay(paths: list[str], left: tuple[str, ...]) -> None:
    assert outermost(paths) == left


def test_a_path_names_its_codes_from_the_top() -> None:
    assert codes_of(BUILDING) == ["WH", "CX01", "CX01-1"]
    assert codes_of("") == []
