"""`flask people …`: accounts, moves, enrolment codes and revocation."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from ulid import ULID

from server.context import doorstep
from server.database import db, writing
from server.errors import DoorstepError
from server.people import service
from server.people.models import ROLES

group = AppGroup("people", help="Accounts, and what they may do where.")

_GRANTS = click.argument("grants", nargs=-1, metavar="ROLE[@PLACE]...")


@group.command("add")
@click.argument("login")
@click.argument("name")
@click.password_option(help="Asked for when not given.")
@_GRANTS
def add(login: str, name: str, password: str, grants: tuple[str, ...]) -> None:
    """Open an account, for example: add wang 王楼长 head@CX01-1. A role without a place is held everywhere."""
    with _told(), writing() as connection:
        user_id = str(ULID())
        service.create_user(connection, id=user_id, login=login, name=name, password=password, grants=_parsed(grants), now=doorstep.now())
    click.echo(user_id)


@group.command("list")
def list_all() -> None:
    """Show every account: login, name, grants, and whether it is closed."""
    with db.engine.connect() as connection:
        for user, closed in service.everyone(connection, doorstep.now()):
            grants = " ".join(f"{grant.role}@{grant.place}" if grant.place else grant.role for grant in user.grants)
            click.echo("\t".join((user.login, user.name, grants, "closed" if closed is not None else "")))


@group.command("move")
@click.argument("login")
@_GRANTS
def move(login: str, grants: tuple[str, ...]) -> None:
    """Give an account these roles in place of those it holds."""
    with _told(), writing() as connection:
        service.move(connection, service.user_named(connection, login), _parsed(grants), doorstep.now())


@group.command("deactivate")
@click.argument("login")
def deactivate(login: str) -> None:
    """Close an account. Its phones are told to erase what they hold."""
    with _told(), writing() as connection:
        service.deactivate(connection, service.user_named(connection, login), doorstep.now())


@group.command("code")
@click.argument("login")
def code(login: str) -> None:
    """Issue a one-time code, good for a day, that signs one device in."""
    with _told(), writing() as connection:
        click.echo(service.issue_code(connection, service.user_named(connection, login), doorstep.now()))


@group.command("revoke")
@click.argument("login")
@click.option("--wipe", is_flag=True, help="Tell the devices to erase what they hold, too.")
def revoke(login: str, wipe: bool) -> None:
    """Sign an account out on every device."""
    with _told(), writing() as connection:
        ended = service.revoke_sessions(connection, service.user_named(connection, login), doorstep.now(), wipe=wipe)
    click.echo(f"{ended} ended")


def _parsed(grants: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """`role@place` or `role` as (role, place code or None)."""
    parsed: list[tuple[str, str | None]] = []
    for grant in grants:
        role, _, place = grant.partition("@")
        if role not in ROLES:
            raise click.BadParameter(f"{role} is no role; roles are {', '.join(ROLES)}")
        parsed.append((role, place or None))
    return parsed


@contextmanager
def _told() -> Iterator[None]:
    """Tell an operator what is wrong in one line instead of a traceback."""
    try:
        yield
    except DoorstepError as error:
        raise click.ClickException(error.message) from error
