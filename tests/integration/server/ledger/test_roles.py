"""Every route by every role: who is let in, who is refused, and for whom a thing in another's scope does not exist."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.database import writing
from server.people import service as people
from tests.town import ANN, BEN, START, Town

VISIT = "visit:01KAF1Q8Z0V3M5T7W9Y1A2B3C4"
PROBLEM = "problem:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"
JOB = "job:01KAF1Q8Z1V3M5T7W9Y1A2B3C4"
LOGINS = (
    "nobody",
    "ann",
    "ben",
    "sec",
    "res",
    "dis",
    "rev",
    "adm",
    "out",
)  # grid, head, secretary, responder, dispatcher, reviewer, admin, secretary elsewhere
MORE = [("dis", "dispatcher", "WH"), ("adm", "admin", None), ("out", "secretary", "CX02")]

Call = Callable[[FlaskClient], Any]
GET: Callable[[str], Call] = lambda path: lambda client: client.get(path)  # noqa: E731

# Per route: the call, and its status for each login in the order of LOGINS.
TABLE: dict[str, tuple[Call, tuple[int, ...]]] = {
    "GET /api/session": (GET("/api/session"), (401, 200, 200, 200, 200, 200, 200, 200, 200)),
    "DELETE /api/session": (lambda client: client.delete("/api/session"), (401, *[204] * 8)),
    "POST /api/session": (lambda client: client.post("/api/session", json={"login": "ann", "password": "wrong"}), (401,) * 9),
    "POST /api/devices": (lambda client: client.post("/api/devices", json={"code": "WRONGONE"}), (401,) * 9),
    "GET /api/catalogue": (GET("/api/catalogue"), (401, *[200] * 8)),
    "GET /api/places": (GET("/api/places"), (401, 403, 403, 403, 403, 200, 200, 200, 403)),
    "GET /api/jobs": (GET("/api/jobs"), (401, 403, 403, 200, 200, 200, 403, 200, 200)),
    "GET /api/jobs/<job_id>": (GET(f"/api/jobs/{JOB}"), (401, 200, 200, 200, 404, 200, 404, 200, 404)),
    "POST /api/jobs/<job_id>/actions": (
        lambda client: client.post(f"/api/jobs/{JOB}/actions", json={"id": f"action:{next(_ids):026d}", "verb": "note", "words": "x"}),
        (401, 200, 200, 200, 404, 200, 404, 200, 404),
    ),
    "GET /api/responders": (GET(f"/api/responders?job={JOB}"), (401, 403, 403, 200, 403, 403, 403, 403, 404)),
    "GET /api/visits": (GET("/api/visits"), (401, 403, 403, 403, 403, 403, 200, 200, 403)),
    "GET /api/visits/<visit_id>": (GET(f"/api/visits/{VISIT}"), (401, 403, 403, 403, 403, 403, 200, 200, 403)),
    "POST /api/visits/<visit_id>/review": (
        lambda client: client.post(f"/api/visits/{VISIT}/review", json={"id": f"review:{next(_ids):026d}", "verdict": "approved"}),
        (401, 403, 403, 403, 403, 403, 200, 200, 403),
    ),
    "GET /api/photos/<photo_id>": (GET("/api/photos/photo:01KAF1Q8Z2V3M5T7W9Y1A2B3C4"), (401, *[404] * 8)),
    "GET /api/push-subscriptions": (GET("/api/push-subscriptions"), (401, *[200] * 8)),
    "POST /api/push-subscriptions": (lambda client: client.post("/api/push-subscriptions", json={}), (401, *[422] * 8)),
    "DELETE /api/push-subscriptions": (lambda client: client.delete("/api/push-subscriptions", json={}), (401, *[422] * 8)),
    "GET /api/openapi.json": (GET("/api/openapi.json"), (200,) * 9),
    "GET /healthz": (GET("/healthz"), (200,) * 9),
    "GET /readyz": (GET("/readyz"), (200,) * 9),
    "GET /metrics": (GET("/metrics"), (200,) * 9),
    "GET /sync/": (GET("/sync/"), (401, *[200] * 8)),
    # CouchDB is not there in this test: who gets as far as asking it is told to wait.
    "GET /sync/mailbox": (GET("/sync/mailbox"), (401, *[503] * 8)),
    "GET /sync/_all_dbs": (GET("/sync/_all_dbs"), (401, *[404] * 8)),
    "GET /sync/mailbox/_design/x": (GET("/sync/mailbox/_design/x"), (401, *[403] * 8)),
    "GET /sync/mailbox/_security": (GET("/sync/mailbox/_security"), (401, *[404] * 8)),
}
_ids = iter(range(10**6))


@pytest.fixture
def peopled(town: Town) -> Town:
    with town.app.app_context(), writing() as connection:
        for number, (login, role, place) in enumerate(MORE):
            people.create_user(connection, id=f"{number:026d}", login=login, name=login, password="doorstep", grants=[(role, place)], now=START)
    town.write(ANN, {"_id": VISIT, "place": "CX01-1", "outcome": "met"})
    town.write(ANN, {"_id": PROBLEM, "place": "CX01-1", "category": "water.leak", "contact": {"name": "王", "phone": "139"}})
    town.merge()
    return town


def test_every_route_answers_every_role_as_the_table_says(peopled: Town) -> None:
    given = {}
    for name, (call, _) in TABLE.items():
        for login in LOGINS:
            client = peopled.app.test_client() if login == "nobody" else peopled.client(login)
            given[name, login] = call(client).status_code
    expected = {(name, login): status for name, (_, statuses) in TABLE.items() for login, status in zip(LOGINS, statuses, strict=True)}
    assert {key: status for key, status in given.items() if expected[key] != status} == {}


def test_no_route_is_missing_from_the_table(peopled: Town) -> None:
    shown = {name.partition(" ")[2].split("?")[0] for name in TABLE}
    routes = {rule.rule for rule in peopled.app.url_map.iter_rules() if rule.rule.startswith("/api")}
    assert routes <= shown


def test_a_number_to_call_back_is_shown_to_those_who_call_and_copied_into_nobodys_mailbox(peopled: Town) -> None:
    seen = {login: "139" in peopled.client(login).get(f"/api/jobs/{JOB}").text for login in ("ann", "ben", "sec", "dis", "adm")}
    assert seen == {"ann": False, "ben": False, "sec": True, "dis": True, "adm": False}
    assert not any("139" in str(body) for body in peopled.held(BEN).values())
    assert {id for id, body in peopled.held(ANN).items() if "139" in str(body)} == {PROBLEM}
