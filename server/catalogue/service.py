"""The catalogue: what a problem can be, what a visit is for, what people need. Shipped as data, replaced by publishing another."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.catalogue.models import CatalogueVersion
from server.catalogue.schemas import Catalogue
from server.ledger import shelf

Body = dict[str, Any]
_versions = CatalogueVersion.__table__


def current(connection: sa.Connection) -> Body:
    """What is in force: `version`, `groups`, `categories`, `purposes`, `needs` as docs/protocol.md section 4 shows them."""
    row = connection.execute(sa.select(_versions.c.version, _versions.c.body).order_by(_versions.c.version.desc()).limit(1)).one_or_none()
    return {"version": row.version, **row.body} if row else {"version": 1, **shipped()}


def document(connection: sa.Connection) -> Body:
    """The `catalogue` document of every mailbox."""
    return {"_id": "catalogue", "type": "catalogue", "v": 1, **current(connection)}


def default_severities(connection: sa.Connection) -> dict[str, str]:
    """`{category: severity}` of every category there ever was: a phone that was away writes what its catalogue had. The latest severity counts."""
    published = connection.scalars(sa.select(_versions.c.body).order_by(_versions.c.version))
    return {category["code"]: category["severity"] for body in (shipped(), *published) for category in body["categories"]}


def known_categories(connection: sa.Connection) -> frozenset[str]:
    """The codes of every category there ever was."""
    return frozenset(default_severities(connection))


def publish(connection: sa.Connection, body: Body, now: int) -> int:
    """Put another catalogue in force, in every mailbox. Its version. Raises `marshmallow.ValidationError`."""
    checked = Catalogue().load(body)
    latest = connection.scalar(sa.select(sa.func.max(_versions.c.version))) or 1
    connection.execute(sa.insert(_versions).values(version=latest + 1, body=checked, since=now))
    known = document(connection)
    shelf.put(connection, [(mailbox, "catalogue", known) for mailbox, _ in shelf.holding(connection, ["catalogue"])])
    return latest + 1


@cache
def shipped() -> Body:
    """What the project ships, version 1."""
    body: Body = Catalogue().load(json.loads(Path(__file__).with_name("shipped.json").read_text("utf-8")))
    return body
