"""Who takes part: the demo compound's places, a dozen people with two phones each, and clocks that are days wrong."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

import requests
from ulid import ULID

from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.people import service as people
from tests.chaos.phones import Installation

DAY_MS = 24 * 60 * 60 * 1000
PASSWORD = "doorstep"
DEVICES = 2
# login, role, place; the first is moved half-way. Cut off after as many people as a run asks for.
PEOPLE = (
    ("head-a", "head", "CX01-1"),
    ("secretary-a", "secretary", "CX01"),
    ("grid-a", "grid", "CX01"),
    ("grid-b", "grid", "CX02"),
    ("responder-a", "responder", "CX01"),
    ("secretary-b", "secretary", "CX02"),
    ("head-b", "head", "CX01-2"),
    ("head-c", "head", "CX02-1"),
    ("grid-c", "grid", "CX01"),
    ("head-d", "head", "CX01-3"),
    ("responder-b", "responder", "CX02"),
    ("secretary-c", "secretary", "CX01"),
)
MOVED, MOVED_TO = "head-a", "head@CX01-2"
DOORS = {
    place: [f"{building}-1-{floor}0{room}" for building in buildings for floor in range(1, 7) for room in (1, 2)]
    for place, buildings in {
        "CX01": ("CX01-1", "CX01-2", "CX01-3"),
        "CX01-1": ("CX01-1",),
        "CX01-2": ("CX01-2",),
        "CX01-3": ("CX01-3",),
        "CX02": ("CX02-1",),
        "CX02-1": ("CX02-1",),
    }.items()
}


@dataclass(frozen=True)
class Person:
    id: str
    login: str
    role: str
    place: str


def enter(environ: Mapping[str, str], count: int, now: int) -> list[Person]:
    """Open the accounts, in the database of the run with this environment."""
    app = create_app(Config.from_environment(dict(environ)))
    cast = [Person(str(ULID()), *one) for one in PEOPLE[:count]]
    with app.app_context():
        with writing() as connection:
            for one in cast:
                grants = [(one.role, one.place)]
                people.create_user(connection, id=one.id, login=one.login, name=one.login, password=PASSWORD, grants=grants, now=now)
        db.engine.dispose()
    return cast


def sign_in(base_url: str, login: str) -> str:
    """A new session's token."""
    answer = requests.post(f"{base_url}/api/session", json={"login": login, "password": PASSWORD}, timeout=20)
    answer.raise_for_status()
    token: str = answer.json()["token"]
    return token


def equip(base_url: str, cast: list[Person], rng: random.Random) -> list[Installation]:
    """Two phones for everybody. Of three clocks one is right, one is wrong and knows by how much, one is wrong and does not."""
    phones = []
    for one in cast:
        for device in range(1, DEVICES + 1):
            wrong = rng.choice((0, 1, 1)) * rng.randint(-3 * DAY_MS, 3 * DAY_MS)
            name = f"{one.login}-{device}"
            phones.append(Installation(name, one.id, one.login, one.role, name, sign_in(base_url, one.login), wrong, rng.random() < 0.5))
    return phones
