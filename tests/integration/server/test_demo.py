"""The demo compound."""

from pathlib import Path

import pytest
from flask import Flask

from server import demo
from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.people import service as people
from server.people.models import ROLES
from server.places.models import Place
from tests.fakes import FakeClock, FakeMailboxes


def counts() -> dict[str, int]:
    table = Place.__table__
    with db.engine.connect() as connection:
        return {kind: n for kind, n in connection.execute(db.select(table.c.kind, db.func.count()).group_by(table.c.kind))}


@pytest.mark.usefixtures("compound")
def test_it_is_a_small_piece_of_a_city_down_to_the_doors() -> None:
    assert counts() == {"district": 1, "street": 1, "community": 1, "compound": 2, "building": 4, "unit": 5, "door": 60}


def test_there_is_somebody_for_every_role_who_can_sign_in(compound: Flask, clock: FakeClock) -> None:
    with db.engine.connect() as connection:
        assert sorted(user.roles for user, _ in people.everyone(connection, clock.now())) == sorted((role,) for role in ROLES)
    for role in ROLES:
        answer = compound.test_client().post("/api/session", json={"login": role, "password": "doorstep"})
        assert answer.json["user"]["roles"] == [role]


@pytest.mark.usefixtures("compound")
def test_seeding_again_changes_nothing(clock: FakeClock) -> None:
    before = counts()
    with writing() as connection:
        demo.seed(connection, clock.now())
        assert len(people.everyone(connection, clock.now())) == 7
    assert counts() == before


def test_it_is_seeded_by_a_command_and_in_demo_mode_only(sqlite_url: str, tmp_path: Path) -> None:
    outputs = []
    for mode in (False, True):
        config = Config(data_dir=tmp_path, database_url=sqlite_url, couchdb_url="http://127.0.0.1:1", demo=mode)
        app = create_app(config, mailboxes=FakeMailboxes())
        outputs.append(app.test_cli_runner().invoke(args=["demo", "seed"]))
        with app.app_context():
            assert bool(counts()) is mode
            db.engine.dispose()
    assert outputs[0].exit_code == 1
    assert "DEMO=1" in outputs[0].output
    assert outputs[1].exit_code == 0
