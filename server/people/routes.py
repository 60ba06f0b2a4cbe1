"""Signing in, enrolling a device, and signing out."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from server.context import doorstep
from server.database import writing
from server.endpoints import described, read_body, shown
from server.people import service, sessions
from server.people.schemas import Enrolment, SignedIn, SignIn, WhoIAm
from server.people.service import Caller
from server.people.signed_in import COOKIE, caller

public = Blueprint("entrance", __name__)
blueprint = Blueprint("people", __name__)


@public.post("/api/session")
@described("Sign in", body=SignIn, answer=SignedIn)
def sign_in() -> Response:
    given = read_body(SignIn)
    return _welcome(*service.sign_in(given["login"], given["password"], _address(), doorstep.now()))


@public.post("/api/devices")
@described("Enrol a device by its one-time code", body=Enrolment, answer=SignedIn)
def enrol() -> Response:
    return _welcome(*service.enrol(read_body(Enrolment)["code"], _address(), doorstep.now()))


@blueprint.get("/api/session")
@described("Who am I", answer=WhoIAm)
def who_am_i() -> dict[str, Any]:
    return shown(WhoIAm, {"user": caller})


@blueprint.delete("/api/session")
@described("Sign out", status=204)
def sign_out() -> Response:
    with writing() as connection:
        sessions.end_session(connection, g.token, doorstep.now())
    response = Response(status=204)
    response.delete_cookie(COOKIE, path="/", secure=doorstep.config.secure_cookie, httponly=True, samesite="Lax")
    return response


def _welcome(user: Caller, token: str) -> Response:
    response = jsonify(shown(SignedIn, {"user": user, "token": token}))
    response.set_cookie(
        COOKIE,
        token,
        max_age=doorstep.config.session_days * 24 * 60 * 60,
        path="/",
        secure=doorstep.config.secure_cookie,
        httponly=True,
        samesite="Lax",
    )
    return response


def _address() -> str:
    return request.remote_addr or "unknown"
