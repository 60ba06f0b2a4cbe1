"""What the people's routes take and give."""

from marshmallow import fields

from server.endpoints import Schema, Text


class SignIn(Schema):
    login = Text(required=True, shortest=1, longest=64)
    password = Text(required=True, shortest=1, longest=1024)


class Enrolment(Schema):
    code = Text(required=True, shortest=1, longest=32)


class User(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    scope = fields.List(fields.String(), required=True)


class WhoIAm(Schema):
    user = fields.Nested(User, required=True)


class SignedIn(WhoIAm):
    token = fields.String(required=True)
