"""`/api/push-subscriptions`: the key to subscribe with, this device entered, this device forgotten."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from server.context import doorstep
from server.database import writing
from server.endpoints import described, read_body
from server.errors import Invalid
from server.notices import keys, service
from server.notices.rules import may_send_to
from server.notices.schemas import Empty, Endpoint, PublicKey, Subscription
from server.people.signed_in import caller

blueprint = Blueprint("notices", __name__)


@blueprint.get("/api/push-subscriptions")
@described("The key a browser subscribes to notices with", answer=PublicKey)
def show_key() -> ResponseReturnValue:
    """The public key, null when push is not set up."""
    key = keys.load(doorstep.config)
    return jsonify(public_key=keys.public_text(key) if key else None)


@blueprint.post("/api/push-subscriptions")
@described("Send notices to this device", body=Subscription, answer=Empty, status=201)
def enter() -> ResponseReturnValue:
    """Enter this device. 422 `host_not_allowed` when its push service is not one the operator lets the server speak to."""
    said = read_body(Subscription)
    if not may_send_to(said["endpoint"], doorstep.config.push_hosts):
        raise Invalid(fields={"endpoint": ["host_not_allowed"]})
    with writing() as connection:
        service.subscribe(connection, caller.id, said["endpoint"], said["keys"]["p256dh"], said["keys"]["auth"], doorstep.now())
    return jsonify({}), 201


@blueprint.delete("/api/push-subscriptions")
@described("Send no more notices to this device", body=Endpoint, status=204)
def forget() -> ResponseReturnValue:
    """Forget this device. Forgetting one that is not there, or not the caller's, is no error."""
    said = read_body(Endpoint)
    with writing() as connection:
        service.unsubscribe(connection, caller.id, said["endpoint"])
    return "", 204
