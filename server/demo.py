"""A small compound to try Doorstep in: its places and seven people, all with the password `doorstep`. Never outside of demo mode."""

from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup
from ulid import ULID

from server.context import doorstep
from server.database import writing
from server.errors import NotFound
from server.people import service as people
from server.places import service as places

group = AppGroup("demo", help="The demo compound.")

PASSWORD = "doorstep"  # noqa: S105 (printed at every start; these accounts exist in demo mode only)

ABOVE = (
    {"code": "WH", "kind": "district", "name": "五华区", "parent": None},
    {"code": "WH-HS", "kind": "street", "name": "华山街道", "parent": "WH"},
    {"code": "WH-HS-CX", "kind": "community", "name": "翠湖社区", "parent": "WH-HS"},
    {"code": "CX01", "kind": "compound", "name": "翠湖里小区", "parent": "WH-HS-CX"},
    {"code": "CX02", "kind": "compound", "name": "青年路小区", "parent": "WH-HS-CX"},
)
# compound, number of the building, units in it
BUILDINGS = (("CX01", 1, 2), ("CX01", 2, 1), ("CX01", 3, 1), ("CX02", 1, 1))
FLOORS, ROOMS = 6, 2

# login, name, role, place
ACCOUNTS = (
    ("head", "王楼长", "head", "CX01-1"),
    ("grid", "李网格", "grid", "CX01"),
    ("secretary", "张书记", "secretary", "CX01"),
    ("responder", "翠湖物业", "responder", "CX01"),
    ("dispatcher", "赵调度", "dispatcher", "WH-HS"),
    ("reviewer", "陈审核", "reviewer", "WH-HS-CX"),
    ("admin", "管理员", "admin", None),
)


def building(compound: str, number: int, units: int) -> list[dict[str, Any]]:
    """A building with its units and doors, coded as `CX01-1-1-301`: compound, building, unit, floor and room."""
    code = f"{compound}-{number}"
    planted: list[dict[str, Any]] = [{"code": code, "kind": "building", "name": f"{number}栋", "parent": compound}]
    for unit in range(1, units + 1):
        planted.append({"code": f"{code}-{unit}", "kind": "unit", "name": f"{unit}单元", "parent": code})
        planted += [
            {"code": f"{code}-{unit}-{floor}{room:02}", "kind": "door", "name": f"{floor}{room:02}", "parent": f"{code}-{unit}", "floor": floor}
            for floor in range(1, FLOORS + 1)
            for room in range(1, ROOMS + 1)
        ]
    return planted


def seed(connection: sa.Connection, now: int) -> None:
    """Plant the demo places and open the demo accounts; what is there already stays as it is."""
    places.plant(connection, [*ABOVE, *(place for one in BUILDINGS for place in building(*one))])
    for login, name, role, place in ACCOUNTS:
        try:
            people.user_named(connection, login)
        except NotFound:
            people.create_user(connection, id=str(ULID()), login=login, name=name, password=PASSWORD, grants=[(role, place)], now=now)


@group.command("seed")
def seed_command() -> None:
    """Plant the demo compound and its accounts. Doing it twice is once."""
    if not doorstep.config.demo:
        raise click.ClickException("this is no demo: set DEMO=1 to have demo accounts, whose password everybody knows")
    with writing() as connection:
        seed(connection, doorstep.now())
