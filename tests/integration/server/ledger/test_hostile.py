"""Whatever a client writes: nothing is lost, everything is counted and answered, and sound documents beside it are merged."""

import random
from collections.abc import Iterator
from typing import Any

from server.ledger.models import Input
from server.visits.models import Visit
from sync.domain.documents import name_of
from sync.ports import Document
from tests.town import ANN, Town

COUNT = 10_000
SEED = 20_261_120
ULID = "01KAF1Q8Z0V3M5T7W9Y1A2B3C4"
NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**53, 2**70, 1.5, 1e308, "", " ", "\0", "a\0b", "\ud800", "é" * 5000, "x" * 300, "CX01-1-1-301", "met", "water.leak",
    "家门口", "🧓🏽", "\u202ertl", "' OR 1=1 --", "../../etc/passwd", [], [[]], [None], ["\0"], {}, {"\0": "\0"}, {"a": {"b": [1, {"c": "\ud800"}]}},
    f"visit:{ULID}", f"job:{ULID}", f"photo:{ULID}", [f"photo:{ULID}"] * 200, "1763600000000.0000.r1", "9999999999999.ffff.r1",
    "2026-02-30T00:00:00Z", [-1, "x"],
)  # fmt: skip
FIELDS = (
    "type", "v", "replica", "at", "clock", "place", "outcome", "purpose", "needs", "note", "started_at", "ended_at", "location", "photos", "category",
    "severity", "source", "visit", "same_as", "contact", "record", "set", "over", "job", "verb", "words", "reason", "to", "score", "saw", "\0", "__proto__",
)  # fmt: skip


def junk(source: random.Random) -> Iterator[Document]:
    """Documents that begin as sound ones and then have fields put in, taken out and made nasty; some under nasty ids."""
    envelope = {"v": 1, "replica": "r1", "at": "1763600050000.0000.r1", "clock": {"device_at": 1, "offset_ms": 0}}
    bodies: tuple[Document, ...] = (
        {"type": "visit", "place": "CX01-1-1-301", "outcome": "met"},
        {"type": "problem", "place": "CX01-1-1-301", "category": "water.leak"},
        {"type": "edit", "record": f"visit:{ULID}", "set": {"note": "b"}, "over": {"note": [f"visit:{ULID}"]}},
        {"type": "action", "job": f"job:{ULID}", "verb": "note", "words": "x"},
    )
    for number in range(COUNT):
        document = {**envelope, **source.choice(bodies)}
        for _ in range(source.randrange(1, 5)):
            field = source.choice(FIELDS)
            if source.random() < 0.2:
                document.pop(field, None)
            else:
                document[field] = source.choice(NASTY)
        kinds = ("visit", "problem", "edit", "action", str(document.get("type")), "\0", "x" * 400, "\ud800")
        yield {"_id": f"{source.choice(kinds)}:{number:026d}", "seq": number + 1, **document} | {"replica": "r1"}


def test_ten_thousand_hostile_documents_lose_nothing_and_are_all_answered(town: Town) -> None:
    documents = list(junk(random.Random(SEED)))
    sound = {"_id": f"visit:{ULID}", "place": "CX01-1-1-301", "outcome": "met"}
    town.mailboxes.write(town.box(ANN), documents)
    town.write(ANN, sound, replica="r2")
    town.merge()
    held = town.held(ANN)
    assert held["me"]["received"] == {"r1": COUNT, "r2": 1}
    unanswered = [name_of(one) for one in documents if f"reply:{name_of(one)}" not in held]
    assert unanswered == []
    kept = {row["document_id"]: row for row in town.rows(Input)}
    assert {name_of(one) for one in documents} <= kept.keys()
    assert all(kept[name_of(one)]["body"] == {**one, "_rev": kept[name_of(one)]["body"]["_rev"]} for one in documents)
    assert sound["_id"] in {row["id"] for row in town.rows(Visit)}
    assert not [row for row in kept.values() if row["reasons"] and row["reasons"][0]["code"] == "internal_error"]
    assert {row["verdict"] for row in kept.values()} >= {"merged", "quarantined"}
