"""The OpenAPI page, put together from what stands next to each route."""

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields
from werkzeug.routing import Rule

from server.endpoints import Described, Schema
from server.people.signed_in import COOKIE, signed_in

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Error(Schema):
    """The one shape every error has."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    fields_ = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True, data_key="fields")


def openapi(app: Flask) -> dict[str, Any]:
    """The description of every route that has one, as OpenAPI 3.0.3."""
    spec = APISpec(title="Doorstep", version="1", openapi_version="3.0.3", plugins=[MarshmallowPlugin()])
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Error", schema=Error)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if hasattr(view, "described"):
            _add(spec, rule, view.described, getattr(view, "roles", ()), closed=_closed(app, rule))
    return spec.to_dict()


def _closed(app: Flask, rule: Rule) -> bool:
    return signed_in in app.before_request_funcs.get(rule.endpoint.partition(".")[0], ())


def _add(spec: APISpec, rule: Rule, described: Described, roles: tuple[str, ...], *, closed: bool) -> None:
    operation: dict[str, Any] = {
        "summary": described.summary,
        "operationId": rule.endpoint,
        "responses": {str(described.status): _answer(described), "default": {"description": "An error.", "content": _json("Error")}},
    }
    if roles:
        operation["description"] = f"For: {', '.join(roles)}."
    if closed:
        operation["security"] = [{"session": []}, {"token": []}]
    parameters: list[dict[str, Any]] = [{"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in _PARAMETER.findall(rule.rule)]
    if described.query:
        parameters.append({"in": "query", "schema": described.query})
    if parameters:
        operation["parameters"] = parameters
    if described.body:
        operation["requestBody"] = {"required": True, "content": _json(described.body)}
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    spec.path(path=_PARAMETER.sub(r"{\1}", rule.rule), operations={method.lower(): dict(operation) for method in methods})


def _answer(described: Described) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": described.summary}
    if described.answer:
        answer["content"] = _json(described.answer)
    elif described.status != 204:
        answer["content"] = {described.media: {"schema": {"type": "string", "format": "binary"}}}
    return answer


def _json(schema: type[Schema] | str) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
