"""The catalogue in force."""

import copy
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from server.catalogue import service as catalogue
from server.database import db, writing
from server.ledger import shelf
from server.people import service as people
from tests.fakes import FakeClock


def smaller() -> catalogue.Body:
    """The shipped catalogue without leaks, and with stopped lifts thought worse of."""
    body = copy.deepcopy(catalogue.shipped())
    body["categories"] = [category for category in body["categories"] if category["code"] != "water.leak"]
    next(category for category in body["categories"] if category["code"] == "lift.stopped")["severity"] = "urgent"
    return body


@pytest.mark.usefixtures("compound")
def test_what_ships_is_in_force_until_another_is_published(clock: FakeClock) -> None:
    with writing() as connection:
        assert catalogue.current(connection) == {"version": 1, **catalogue.shipped()}
        assert catalogue.publish(connection, smaller(), clock.now()) == 2
        assert catalogue.current(connection) == {"version": 2, **smaller()}


@pytest.mark.usefixtures("compound")
def test_a_category_once_known_stays_known(clock: FakeClock) -> None:
    with writing() as connection:
        catalogue.publish(connection, smaller(), clock.now())
        assert "water.leak" in catalogue.known_categories(connection)
        assert catalogue.default_severities(connection)["lift.stopped"] == "urgent"


@pytest.mark.usefixtures("compound")
def test_publishing_reaches_every_mailbox(clock: FakeClock) -> None:
    with writing() as connection:
        catalogue.publish(connection, smaller(), clock.now())
        for user, _ in people.everyone(connection, clock.now()):
            held = shelf.read(connection, f"test-mailbox-{user.id.lower()}", "catalogue")
            assert held is not None
            assert held["version"] == 2


def test_who_works_online_reads_the_same_catalogue(signed_in: Callable[[str], FlaskClient]) -> None:
    with db.engine.connect() as connection:
        assert signed_in("dispatcher").get("/api/catalogue").json == catalogue.current(connection)
