"""The app's own files, the headers every answer carries, and the operator's pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server import shell
from server.config import Config
from server.context import Doorstep
from server.database import db
from server.shell import SECURITY_HEADERS

NAVIGATING = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An app as Vite builds it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    for name, text in {
        "index.html": "<!doctype html><title>家门口</title>",
        "sw.js": "self",
        "manifest.webmanifest": "{}",
        "assets/index-4f2a.js": "let a",
        "assets/index-4f2a.css": "a{}",
    }.items():
        (folder / name).write_text(text)
    (tmp_path / "secret.txt").write_text("not for everybody")
    monkeypatch.setattr(shell, "APP", folder)
    return folder


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/jobs", "/jobs/job:01KAF1Q8Z5V3M5T7W9Y1A2B3C4", "/field/place/CX.01", "/apiary", "/synchronous"])
def test_every_page_is_the_app_which_finds_its_own_way(anyone: FlaskClient, path: str) -> None:
    answer = anyone.get(path, headers=NAVIGATING, buffered=True)
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>家门口</title>")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("path", "media_type", "cached"),
    [
        ("/assets/index-4f2a.js", "text/javascript", "public, max-age=31536000, immutable"),
        ("/assets/index-4f2a.css", "text/css", "public, max-age=31536000, immutable"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
    ],
)
def test_a_file_comes_with_its_type_and_how_long_it_keeps(anyone: FlaskClient, path: str, media_type: str, cached: str) -> None:
    answer = anyone.get(path, buffered=True)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, media_type, cached)
    assert anyone.get(path, headers={"If-None-Match": answer.headers["ETag"]}, buffered=True).status_code == 304


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path",
    ["/assets/index-old.js", "/assets/", "/missing.js", "/api", "/api/nothing", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"],
)
def test_what_is_not_there_is_not_a_page(anyone: FlaskClient, path: str) -> None:
    answer = anyone.get(path, buffered=True)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.usefixtures("built")
def test_pages_are_read_and_not_written(anyone: FlaskClient) -> None:
    answer = anyone.post("/jobs")
    assert (answer.status_code, answer.json["code"], answer.headers["Allow"]) == (405, "method_not_allowed", "GET, HEAD")


def test_an_app_that_was_not_built_says_what_to_do(anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shell, "APP", tmp_path / "nowhere")
    page, told = anyone.get("/", headers=NAVIGATING), anyone.get("/", headers={"Accept": "application/json"})
    assert (page.status_code, told.status_code) == (503, 503)
    assert "make run" in page.text
    assert told.json["code"] == "unavailable"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/api/session", "/sync/mailbox", "/healthz", "/api/nothing", "/sw.js"])
def test_every_answer_carries_the_security_headers(anyone: FlaskClient, path: str) -> None:
    headers = anyone.get(path, buffered=True).headers
    assert {name: headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_behind_tls_browsers_are_told_to_keep_to_it(compound: Flask) -> None:
    known: Doorstep = compound.extensions["doorstep"]
    secure = Config(known.config.data_dir, known.config.database_url, known.config.couchdb_url, secure_cookie=True)
    compound.extensions["doorstep"] = Doorstep(secure, known.mailboxes, known.clock)
    answer = compound.test_client().post("/api/session", json={"login": "grid", "password": "doorstep"})
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_an_answer_about_people_is_kept_in_no_cache(signed_in: Callable[[str], FlaskClient]) -> None:
    assert signed_in("grid").get("/api/session").headers["Cache-Control"] == "no-store"


def test_alive_is_told_whatever_else_is_down(compound: Flask, anyone: FlaskClient) -> None:
    compound.extensions["doorstep"].mailboxes.out_of_reach = True
    assert anyone.get("/healthz").json == {"status": "ok"}


def test_ready_is_when_both_databases_answer(compound: Flask, anyone: FlaskClient) -> None:
    assert anyone.get("/readyz").json == {"status": "ok", "sql": True, "couchdb": True}
    compound.extensions["doorstep"].mailboxes.out_of_reach = True
    answer = anyone.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "sql": True, "couchdb": False})
    assert answer.headers["Retry-After"] == "5"


def test_not_ready_without_sql(anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = db.create_engine("sqlite:////nowhere/at/all.sqlite3")
    with monkeypatch.context() as patched:
        patched.setattr(type(db), "engine", property(lambda _: unreachable))
        assert anyone.get("/readyz").json == {"status": "unavailable", "sql": False, "couchdb": True}


def test_the_backlog_is_there_for_prometheus(anyone: FlaskClient) -> None:
    answer = anyone.get("/metrics")
    assert answer.mimetype == "text/plain"
    assert "doorstep_mailboxes_waiting 14.0" in answer.text


def test_every_address_of_the_api_is_described(compound: Flask, anyone: FlaskClient) -> None:
    page = anyone.get("/api/openapi.json").json
    described = {(path, method) for path, methods in page["paths"].items() for method in methods}
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in compound.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/")
    }
    assert described == served


def test_the_description_says_what_to_send_and_who_may(anyone: FlaskClient) -> None:
    page = anyone.get("/api/openapi.json").json
    sign_in, places = page["paths"]["/api/session"]["post"], page["paths"]["/api/places"]["get"]
    assert sign_in["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/SignIn"}
    assert page["components"]["schemas"]["SignIn"]["properties"]["login"] == {"type": "string", "minLength": 1, "maxLength": 64}
    assert "security" not in sign_in
    assert places["security"] == [{"session": []}, {"token": []}]
    assert places["description"] == "For: dispatcher, reviewer, admin."
    assert places["parameters"] == [{"in": "query", "name": "parent", "required": False, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}]
    assert places["responses"]["default"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
