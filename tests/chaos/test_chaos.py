"""A short run of `make chaos`: killed and cut, and nothing is lost, doubled, hidden or told to the wrong person."""

from tests.chaos.checker import check
from tests.chaos.world import World


def test_after_a_short_run_with_every_kind_of_fault_no_law_is_broken(short_run: World) -> None:
    assert {name: wrong[:5] for name, wrong in check(short_run).items() if wrong} == {}


def test_the_short_run_had_something_to_lose(short_run: World) -> None:
    kinds = {row["type"] for row in short_run.sql["inputs"]}
    assert kinds == {"visit", "problem", "edit", "action", "photo"}
    assert any(row["contested"] for row in short_run.sql["visits"] + short_run.sql["problems"])
    assert short_run.served
