"""Signing in, staying in, and being put out."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.database import db, writing
from server.people import service as people
from server.people import throttle
from server.people.models import FailedLogin, Session
from tests.fakes import FakeClock

DAY_MS = 24 * 60 * 60 * 1000


def sign_in(client: FlaskClient, login: str = "grid", password: str = "doorstep") -> TestResponse:
    return client.post("/api/session", json={"login": login, "password": password})


def user_id(login: str) -> str:
    with db.engine.connect() as connection:
        return people.user_named(connection, login)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_right_password_answers_who_one_is_and_a_token(anyone: FlaskClient) -> None:
    answer = sign_in(anyone)
    assert answer.status_code == 200
    assert answer.json["user"] == {"id": user_id("grid"), "name": "李网格", "roles": ["grid"], "scope": ["CX01"]}
    assert anyone.get("/api/session", headers=bearer(answer.json["token"])).json == {"user": answer.json["user"]}


def test_a_browser_is_signed_in_by_a_cookie_that_no_script_can_read(compound: Flask) -> None:
    browser = compound.test_client()
    cookie = sign_in(browser).headers["Set-Cookie"]
    assert cookie.startswith("doorstep_session=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"} <= set(cookie.split("; "))
    assert browser.get("/api/session").status_code == 200


def test_phones_write_the_first_letter_large_and_nobody_means_it(anyone: FlaskClient) -> None:
    assert sign_in(anyone, " Grid ").status_code == 200


@pytest.mark.parametrize(("login", "password"), [("grid", "wrong"), ("nobody", "doorstep"), ("grid", "Doorstep")])
def test_a_wrong_password_and_an_unknown_login_are_told_alike(anyone: FlaskClient, login: str, password: str) -> None:
    answer = sign_in(anyone, login, password)
    assert (answer.status_code, answer.json["code"], answer.json["fields"]) == (401, "wrong_password", {})


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"login": ["required"], "password": ["required"]}),
        ({"login": None, "password": 1}, {"login": ["null"], "password": ["invalid"]}),
        ({"login": "", "password": "x" * 1025}, {"login": ["too_short"], "password": ["too_long"]}),
        ({"login": "a\0", "password": "\ud800"}, {"login": ["invalid"], "password": ["invalid"]}),
        ([], {"_schema": ["invalid"]}),
    ],
)
def test_a_form_that_is_not_filled_in_says_which_field(anyone: FlaskClient, body: object, fields: dict[str, list[str]]) -> None:
    answer = anyone.post("/api/session", data=json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json["code"], answer.json["fields"]) == (422, "invalid", fields)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_json"),
        (b"\xff", "application/json", 400, "malformed_json"),
        (b"[" * 100_000, "application/json", 400, "malformed_json"),
        (b"login=grid&password=doorstep", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"login":"grid","password":"doorstep"}', "text/plain", 415, "unsupported_media_type"),
        (b" " * 300_000, "application/json", 413, "too_large"),
    ],
)
def test_what_is_no_json_signs_nobody_in(anyone: FlaskClient, body: bytes, content_type: str, status: int, code: str) -> None:
    answer = anyone.post("/api/session", data=body, content_type=content_type)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_session_ends_when_its_days_are_over(anyone: FlaskClient, clock: FakeClock) -> None:
    token = sign_in(anyone).json["token"]
    clock.pass_(30 * DAY_MS)
    assert anyone.get("/api/session", headers=bearer(token)).json["code"] == "session_expired"


def test_signing_out_ends_this_session_and_no_other(anyone: FlaskClient) -> None:
    here, there = sign_in(anyone).json["token"], sign_in(anyone).json["token"]
    assert anyone.delete("/api/session", headers=bearer(here)).status_code == 204
    assert anyone.get("/api/session", headers=bearer(here)).json["code"] == "session_revoked"
    assert anyone.get("/api/session", headers=bearer(there)).status_code == 200


def test_revoking_signs_out_every_device(anyone: FlaskClient, clock: FakeClock) -> None:
    token = sign_in(anyone).json["token"]
    with writing() as connection:
        assert people.revoke_sessions(connection, user_id("grid"), clock.now()) == 1
    assert anyone.get("/api/session", headers=bearer(token)).json["code"] == "session_revoked"


def test_a_revoked_device_can_be_told_to_wipe(anyone: FlaskClient, clock: FakeClock) -> None:
    token = sign_in(anyone).json["token"]
    with writing() as connection:
        people.revoke_sessions(connection, user_id("grid"), clock.now(), wipe=True)
    assert anyone.get("/api/session", headers=bearer(token)).json["code"] == "device_wiped"


def test_a_closed_account_is_told_to_wipe_by_its_old_session_and_by_its_password(anyone: FlaskClient, clock: FakeClock) -> None:
    token = sign_in(anyone).json["token"]
    with writing() as connection:
        people.deactivate(connection, user_id("grid"), clock.now())
    assert anyone.get("/api/session", headers=bearer(token)).json["code"] == "device_wiped"
    assert sign_in(anyone).json["code"] == "device_wiped"
    assert sign_in(anyone, password="wrong").json["code"] == "wrong_password"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic Z3JpZDpkb29yc3RlcA=="}])
def test_without_a_session_one_is_not_signed_in(anyone: FlaskClient, headers: dict[str, str]) -> None:
    answer = anyone.get("/api/session", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


def test_no_token_is_kept_in_the_clear(anyone: FlaskClient) -> None:
    token = sign_in(anyone).json["token"]
    with db.engine.connect() as connection:
        rows = connection.execute(db.select(Session.__table__)).all()
    assert len(rows) == 1
    assert token not in repr(rows)


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 204),
        (None, 204),
        ("http://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://localhost:8080", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_another_site_s_page_cannot_use_the_cookie(compound: Flask, origin: str | None, status: int) -> None:
    browser = compound.test_client()
    sign_in(browser)
    answer = browser.delete("/api/session", headers={"Origin": origin} if origin else {})
    assert answer.status_code == status
    if status == 403:
        assert answer.json["code"] == "cross_site"
        assert browser.get("/api/session").status_code == 200


def test_a_token_is_nothing_a_browser_sends_by_itself(anyone: FlaskClient) -> None:
    token = sign_in(anyone).json["token"]
    assert anyone.delete("/api/session", headers={**bearer(token), "Origin": "http://evil.example"}).status_code == 204


def test_after_ten_wrong_passwords_a_login_waits_and_says_how_long(anyone: FlaskClient, clock: FakeClock) -> None:
    for _ in range(throttle.PER_LOGIN):
        assert sign_in(anyone, password="wrong").status_code == 401
        clock.pass_(1000)
    answer = sign_in(anyone)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_requests")
    wait = int(answer.headers["Retry-After"])
    assert wait == throttle.WINDOW_MS // 1000 - throttle.PER_LOGIN
    assert sign_in(anyone, "head").status_code == 200
    clock.pass_(wait * 1000)
    assert sign_in(anyone).status_code == 200


def test_signing_in_clears_what_was_held_against_a_login(anyone: FlaskClient) -> None:
    for _ in range(3):
        for _ in range(throttle.PER_LOGIN - 1):
            sign_in(anyone, password="wrong")
        assert sign_in(anyone).status_code == 200


def test_an_address_that_guesses_at_many_logins_waits_too(anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "PER_ADDRESS", 5)
    for n in range(5):
        assert sign_in(anyone, f"guess{n}").status_code == 401
    assert sign_in(anyone).status_code == 429
    assert anyone.post("/api/devices", json={"code": "AAAA-AAAA"}).status_code == 429


def test_the_table_of_failures_holds_no_more_than_its_window(anyone: FlaskClient, clock: FakeClock) -> None:
    for n in range(20):
        sign_in(anyone, f"guess{n}")
    clock.pass_(throttle.WINDOW_MS)
    sign_in(anyone, "one more")
    with db.engine.connect() as connection:
        assert connection.scalar(db.select(db.func.count()).select_from(FailedLogin.__table__)) == 2


def test_a_code_enrols_one_device_once_however_it_is_typed(anyone: FlaskClient, clock: FakeClock) -> None:
    with writing() as connection:
        code = people.issue_code(connection, user_id("head"), clock.now())
    typed = code.lower().replace("-", " ")
    answer = anyone.post("/api/devices", json={"code": typed})
    assert answer.status_code == 200
    assert answer.json["user"]["name"] == "王楼长"
    assert anyone.get("/api/session", headers=bearer(answer.json["token"])).status_code == 200
    assert anyone.post("/api/devices", json={"code": code}).json["code"] == "code_invalid"


def test_a_code_is_good_for_a_day(anyone: FlaskClient, clock: FakeClock) -> None:
    with writing() as connection:
        code = people.issue_code(connection, user_id("head"), clock.now())
    clock.pass_(DAY_MS)
    assert anyone.post("/api/devices", json={"code": code}).json["code"] == "code_invalid"


def test_a_new_code_takes_the_place_of_the_one_before(anyone: FlaskClient, clock: FakeClock) -> None:
    with writing() as connection:
        first, second = (people.issue_code(connection, user_id("head"), clock.now()) for _ in range(2))
    assert anyone.post("/api/devices", json={"code": first}).status_code == 401
    assert anyone.post("/api/devices", json={"code": second}).status_code == 200


def test_revoking_takes_the_code_back_too(anyone: FlaskClient, clock: FakeClock) -> None:
    with writing() as connection:
        code = people.issue_code(connection, user_id("head"), clock.now())
        people.revoke_sessions(connection, user_id("head"), clock.now())
    assert anyone.post("/api/devices", json={"code": code}).json["code"] == "code_invalid"
