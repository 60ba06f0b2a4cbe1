"""docs/protocol.md is true: what it says a phone writes is taken, and what it says the server writes back is what comes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sync.domain.documents import FROM_MAILBOX, FROM_PHOTOS, Reason, read
from tests.town import ANN, Town

PAGE = (Path(__file__).parents[4] / "docs" / "protocol.md").read_text()
EXAMPLES: dict[str, dict[str, Any]] = {one["type"]: one for one in map(json.loads, re.findall(r"```json\n(.*?)```", PAGE, re.S))}
WRITTEN = ("visit", "problem", "edit", "action")


def test_the_page_has_an_example_of_every_type() -> None:
    assert EXAMPLES.keys() >= {*FROM_MAILBOX, *FROM_PHOTOS, "piece", "me", "place", "reply", "job"}


@pytest.mark.parametrize("kind", [*WRITTEN, "photo"])
def test_every_example_a_phone_writes_has_the_form_the_judge_asks_for(kind: str) -> None:
    assert read(EXAMPLES[kind], FROM_MAILBOX | FROM_PHOTOS).reasons == ()


def test_the_examples_go_through_a_server_and_the_answers_have_the_fields_the_page_shows(town: Town) -> None:
    examples = {kind: dict(one) for kind, one in EXAMPLES.items()}
    examples["action"]["job"] = "job:" + examples["problem"]["_id"].partition(":")[2]
    town.clock.pass_(600_000)
    town.mailboxes.write(town.box(ANN), [examples["visit"], examples["problem"]])
    town.write(ANN)
    town.merge()
    town.mailboxes.write(town.box(ANN), [examples["edit"], examples["action"]])
    town.write(ANN)
    town.merge()
    held = town.held(ANN)
    assert held["me"]["received"] == {"r7k2m9q4": 4}
    assert {kind: held[f"reply:{examples[kind]['_id']}"]["state"] for kind in WRITTEN} == dict.fromkeys(WRITTEN, "merged")
    for kind, id in (("me", "me"), ("place", "place:CX01-1"), ("reply", f"reply:{examples['problem']['_id']}"), ("job", examples["action"]["job"])):
        assert shape(held[id]) == shape(examples[kind]), kind


def shape(value: Any) -> Any:
    """The names of fields, all the way down; of a list, of its first element; what was left empty matches itself."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if key != "_rev" and not key.startswith("r7k2")}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def test_every_reason_that_can_be_given_stands_on_the_page() -> None:
    root = Path(__file__).parents[4]
    sources = [*(root / "sync").rglob("*.py"), *(root / "server").rglob("*.py")]
    given = {code for source in sources for code in re.findall(r'Reason\("([a-z_]+)"', source.read_text())}
    given |= set(re.findall(r'return "([a-z_]+)"', (root / "server" / "jobs" / "rules.py").read_text()))
    assert len(given) > 15
    assert {code for code in given if f"`{code}`" not in PAGE} == set()


def test_an_edit_that_comes_before_its_record_is_answered_as_waiting(town: Town) -> None:
    town.clock.pass_(600_000)
    town.mailboxes.write(town.box(ANN), [EXAMPLES["edit"]])
    town.write(ANN)
    town.merge()
    reply = town.held(ANN)[f"reply:{EXAMPLES['edit']['_id']}"]
    assert (reply["state"], reply["reasons"]) == ("waiting", [Reason("record_missing", "record").told()])
