"""What is neither about people nor about problems: the app's own files, the headers every answer carries, and the operator's pages."""

import mimetypes
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import MethodNotAllowed

from server.context import doorstep
from server.database import db
from server.endpoints import described
from server.errors import NotFound, Unavailable
from server.ledger import service as ledger
from server.openapi import openapi
from sync.errors import MailboxesUnavailable

blueprint = Blueprint("shell", __name__)

APP = Path(__file__).resolve().parents[1] / "pwa" / "dist"

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' blob: data:",
            "style-src 'self'",
            "script-src 'self'",
            "worker-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_TWO_YEARS = "max-age=63072000"

NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>Doorstep</title>
<h1>应用尚未构建 · The app has not been built</h1>
<p>在项目目录运行 <code>make run</code>，它会构建并启动一切。<br>Run <code>make run</code> in the project's folder: it builds and starts everything.</p>
"""


@blueprint.after_app_request
def secure(response: Response) -> Response:
    """Put the security headers on every answer that has not set stricter ones itself, and keep answers of the API out of every cache."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if doorstep.config.secure_cookie:
        response.headers.setdefault("Strict-Transport-Security", _TWO_YEARS)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.get("/healthz")
def alive() -> dict[str, str]:
    """This process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> Response:
    """SQL and CouchDB answer; else 503 and which of them does not."""
    checks = {"sql": _sql_answers(), "couchdb": _couchdb_answers()}
    response = jsonify(status="ok" if all(checks.values()) else "unavailable", **checks)
    if not all(checks.values()):
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


def _sql_answers() -> bool:
    try:
        with db.engine.connect() as connection:
            connection.execute(db.select(1))
    except SQLAlchemyError:
        return False
    return True


def _couchdb_answers() -> bool:
    try:
        doorstep.mailboxes.reachable()
    except MailboxesUnavailable:
        return False
    return True


@blueprint.get("/metrics")
def metrics() -> Response:
    """The backlog in Prometheus' format. Counts only, nothing about anybody."""
    registry = CollectorRegistry()
    with db.engine.connect() as connection:
        for name, value in ledger.figures(connection).items():
            Gauge(f"doorstep_{name}", name.replace("_", " "), registry=registry).set(value)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@blueprint.get("/api/openapi.json")
@described("This description")
def description() -> dict[str, Any]:
    """Every address under /api, as OpenAPI."""
    return openapi(current_app)


@blueprint.route("/", defaults={"path": ""}, methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
@blueprint.route("/<path:path>", methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
def app_file(path: str) -> Response:
    """A file of the app, or its page: the app finds its own way from there. What begins like an address of the API is none of its pages."""
    if path.partition("/")[0] in ("api", "sync"):
        raise NotFound()
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(["GET", "HEAD"])
    if not (APP / "index.html").is_file():
        return _not_built()
    name = "index.html" if _is_page(path) else path
    response = send_from_directory(APP, name, mimetype=_media_type(name), conditional=True, etag=True)
    # Names under assets/ carry a hash of their content; everything else keeps its name when it changes.
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache"
    return response


def _is_page(path: str) -> bool:
    """Whether the app itself answers at this path.

    A missing script must not come back as HTML, so a name with an ending is a page only to a browser that navigates.
    """
    if not path or path.startswith("assets/") or (APP / path).is_file():
        return not path
    return "." not in path.rpartition("/")[2] or "text/html" in request.headers.get("Accept", "")


def _media_type(name: str) -> str | None:
    return "application/manifest+json" if name.endswith(".webmanifest") else mimetypes.guess_type(name)[0]


def _not_built() -> Response:
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "application/json":
        raise Unavailable("unavailable", "the app has not been built: run `make run`", retry_after=30)
    response = Response(NOT_BUILT, 503, content_type="text/html; charset=utf-8")
    response.headers["Retry-After"] = "30"
    return response
