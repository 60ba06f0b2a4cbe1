"""The application with a push service of our own, its VAPID key, and two people."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from server.app import create_app
from server.config import Config
from server.database import db, writing
from server.notices import keys, service, worker
from server.notices.models import Delivery, Notice, PushSubscription
from server.people import service as people
from server.people.sessions import open_session
from tests.fakes import FakeClock, FakeMailboxes
from tests.push_service import Answer, PushService, Subscription

ANN, BEN = "01KAF1Q8Z6V3M5T7W9Y1A2B3C4", "01KAF1Q8Z7V3M5T7W9Y1A2B3C4"
JOB = {"job": "job:01KAF1Q8Z5V3M5T7W9Y1A2B3C4", "number": "CX01-2026-0001", "place": "翠湖里小区 1栋", "category": "water.leak"}
KEY = keys.generate()


class Office:
    """Announces, listens and runs the worker by hand."""

    def __init__(self, app: Flask, clock: FakeClock, push_service: PushService) -> None:
        self.app, self.clock, self.push = app, clock, push_service

    def device(self, user_id: str, *answers: Answer) -> Subscription:
        one = self.push.subscribe(*answers)
        keys_of = one.info["keys"]
        with writing() as connection:
            service.subscribe(connection, user_id, one.endpoint, keys_of["p256dh"], keys_of["auth"], self.clock.now())
        return one

    def announce(self, *user_ids: str, event: str = "problem:1", kind: str = "job_opened", body: dict[str, Any] = JOB) -> None:
        with writing() as connection:
            service.announce(connection, event, kind, user_ids, body, self.clock.now())

    def work(self, key: Any = KEY) -> bool:
        return worker.run_once(self.app, key)

    def outcomes(self) -> list[tuple[str, int | None]]:
        with db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(Delivery.outcome, Delivery.status).order_by(Delivery.id))]

    def unfinished(self) -> int:
        with db.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(Notice).where(Notice.done_at.is_(None))) or 0

    def devices(self) -> list[tuple[str, str]]:
        with db.engine.connect() as connection:
            query = sa.select(PushSubscription.user_id, PushSubscription.endpoint).order_by(PushSubscription.created_at)
            return [tuple(row) for row in connection.execute(query)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def config(database_url: str, tmp_path: Path, push_service: PushService) -> Config:
    return Config(
        data_dir=tmp_path,
        database_url=database_url,
        couchdb_url="http://127.0.0.1:1",
        vapid_private_key=keys.private_text(KEY),
        push_hosts=(push_service.host, "fcm.googleapis.com"),
    )


@pytest.fixture
def app(config: Config, clock: FakeClock) -> Iterator[Flask]:
    application = create_app(config, mailboxes=FakeMailboxes(), clock=clock)
    with application.app_context():
        with writing() as connection:
            for id, login in ((ANN, "ann"), (BEN, "ben")):
                people.create_user(connection, id=id, login=login, name=login, password="doorstep", grants=[], now=clock.now())
        yield application
        db.engine.dispose()


@pytest.fixture
def office(app: Flask, clock: FakeClock, push_service: PushService) -> Office:
    return Office(app, clock, push_service)


@pytest.fixture
def tokens(app: Flask, clock: FakeClock) -> dict[str, str]:
    """A session of each, by user id."""
    with writing() as connection:
        return {user: open_session(connection, user, 30, clock.now()) for user in (ANN, BEN)}


def configured(app: Flask, **changes: Any) -> None:
    """The same application under other settings."""
    before = app.extensions["doorstep"]
    app.extensions["doorstep"] = replace(before, config=replace(before.config, **changes))
