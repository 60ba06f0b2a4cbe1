"""Real PouchDBs replicate through any CouchDB, both ways, and come out alike."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.integration.couch.conftest import Database


@pytest.fixture
def outcome(database: Database, couch_url: str) -> Any:
    """What replicate.mjs saw. One run is enough for everything that is asked of it."""
    node = shutil.which("node")
    assert node
    parts = urlsplit(couch_url)
    url = parts._replace(path=f"{parts.path}/{database.name}").geturl()
    done = subprocess.run([node, Path(__file__).with_name("replicate.mjs"), url], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pouchdb_replicates_both_ways(outcome: Any) -> None:
    assert outcome["records"] == {"pushed": 61, "pulled": 61, "again": 0}, "every record goes once, and nothing goes twice"
    assert outcome["photos"] == {"pieces": 20, "intact": 20}, "bytes arrive as they were sent"
    winner = outcome["conflict"][0]
    assert outcome["conflict"] == [winner] * 3, "all agree who won and who lost"
    assert len(winner["_conflicts"]) == 1
    assert outcome["settled"] == {"left": [], "gone": True}, "deletions travel"
    assert outcome["often"] == {"received": 100, "conflicts": [], "sentBack": 0}, "what the server wrote often is no conflict on the phone"
    assert outcome["live"] == ["reply:visit:1"], "a longpoll brings what was written meanwhile"
    assert len(set(outcome["alike"])) == 1, "all hold the same documents and bytes"
