"""The laws of the merge, on the table both languages read and on any set of writes."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.fold import Contested, Folded, fold, write_of

CASES = json.loads((Path(__file__).parents[2] / "merge_cases" / "records.json").read_text())
RECORD = "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"


def folded(expect: dict[str, Any]) -> Folded:
    return Folded(dict(sorted(expect["fields"].items())), tuple(Contested(**one) for one in expect["contested"]), tuple(expect["void"]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_holds_in_any_order(case: dict[str, Any]) -> None:
    writes = [write_of(one["document"], one["received"]) for one in case["writes"]]
    for order in permutations(writes):
        assert fold(order) == folded(case["expect"])


def document(number: int, ms: int, replica: str, said: dict[str, Any], over: dict[str, list[str]]) -> dict[str, Any]:
    envelope = {"v": 1, "replica": replica, "seq": number + 1, "at": f"{1763600000000 + ms:013d}.0000.{replica}"}
    if number == 0:
        return {"_id": RECORD, "type": "visit", **envelope, **{key.rstrip("+-"): value for key, value in said.items() if not key.endswith("-")}}
    return {"_id": f"edit:{number:026d}", "type": "edit", **envelope, "record": RECORD, "set": said, "over": over}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[dict[str, Any], int | None]]:
    """A record and some edits by up to three replicas, each naming any of those before or after it, with clocks that may lie."""
    count = draw(st.integers(1, 7))
    ids = [RECORD] + [f"edit:{number:026d}" for number in range(1, count)]
    said = st.fixed_dictionaries(
        {},
        optional={
            "note": st.sampled_from(["a", "b", "c"]),
            "outcome": st.sampled_from(["met", "absent"]),
            "photos+": st.lists(st.sampled_from(["p", "q", "r"]), unique=True),
            "photos-": st.lists(st.sampled_from(["p", "q", "r"]), unique=True),
        },
    )
    history = []
    for number in range(count):
        over = draw(st.dictionaries(st.sampled_from(["note", "outcome", "photos"]), st.lists(st.sampled_from(ids), unique=True, max_size=3)))
        one = document(number, draw(st.integers(-5, 50)), draw(st.sampled_from(["r1", "r2", "r3"])), draw(said), over)
        history.append((one, draw(st.none() | st.integers(1763600000000, 1763600000060))))
    return history


@given(histories(), st.randoms(use_true_random=False), st.data())
def test_any_order_and_repetition_give_the_same_record(history: list[tuple[dict[str, Any], int | None]], random: Any, data: st.DataObject) -> None:
    writes = [write_of(*one) for one in history]
    expected = fold(writes)
    again = writes + data.draw(st.lists(st.sampled_from(writes), max_size=4))
    random.shuffle(again)
    assert fold(again) == expected


@given(histories())
def test_no_written_value_disappears(history: list[tuple[dict[str, Any], int | None]]) -> None:
    """Every value a write set is what the record says, or was replaced by a sound write that named it, or is contested, or its write is void."""
    writes = [write_of(*one) for one in history]
    result = fold(writes)
    sound = [write for write in writes if write.id not in result.void]
    for write in sound:
        for register, value in write.sets.items():
            current = result.fields.get(register.field)
            holds = (register.element in current) == value if register.element is not None else current == value
            seen = any(register in other.sets and write.id in other.over.get(register.field, ()) for other in sound)
            name = register.field if register.element is None else register.field + ("+" if value else "-")
            listed = Contested(name, write.id, value if register.element is None else register.element) in result.contested
            assert holds or seen or listed


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=8), st.permutations(range(9)))
def test_a_run_without_concurrency_contests_nothing(notes: list[str], order: list[int]) -> None:
    documents = [document(0, 0, "r1", {"note": "first"}, {})]
    for number, note in enumerate(notes, 1):
        documents.append(document(number, number, "r1", {"note": note}, {"note": [documents[-1]["_id"]]}))
    shuffled = [documents[place] for place in order if place < len(documents)]
    result = fold(write_of(one, 1763600000100) for one in shuffled)
    assert result == Folded({"note": notes[-1]})
