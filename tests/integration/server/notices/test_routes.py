"""Entering and forgetting a device."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from server.notices import keys
from tests.integration.server.notices.conftest import ANN, BEN, KEY, Office, configured

PATH = "/api/push-subscriptions"


def ask(app: Flask, token: str, method: str, body: Any = None) -> TestResponse:
    return app.test_client().open(PATH, method=method, json=body, headers={"Authorization": f"Bearer {token}"})


def test_the_key_to_subscribe_with_is_told(app: Flask, tokens: dict[str, str]):
    answer = ask(app, tokens[ANN], "GET")
    assert (answer.status_code, answer.json) == (200, {"public_key": keys.public_text(KEY)})


def test_there_is_no_key_when_push_is_off(app: Flask, tokens: dict[str, str]):
    configured(app, vapid_private_key="")
    assert ask(app, tokens[ANN], "GET").json == {"public_key": None}


def test_a_device_is_entered_once_and_forgotten(app: Flask, office: Office, tokens: dict[str, str]):
    info = office.push.subscribe().info
    assert [ask(app, tokens[ANN], "POST", info).status_code for _ in range(2)] == [201, 201]
    assert office.devices() == [(ANN, info["endpoint"])]
    assert [ask(app, tokens[ANN], "DELETE", info).status_code for _ in range(2)] == [204, 204]
    assert office.devices() == []


def test_what_was_entered_by_the_route_can_be_sent_to(app: Flask, office: Office, tokens: dict[str, str]):
    device = office.push.subscribe()
    ask(app, tokens[ANN], "POST", device.info)
    office.announce(ANN)
    office.work()
    assert [message["kind"] for message in office.push.sent_to(device)] == ["job_opened"]


def test_a_browser_belongs_to_whoever_is_signed_in_there_now(app: Flask, office: Office, tokens: dict[str, str]):
    info = office.push.subscribe().info
    ask(app, tokens[ANN], "POST", info)
    ask(app, tokens[BEN], "POST", info)
    assert office.devices() == [(BEN, info["endpoint"])]


def test_somebody_elses_device_cannot_be_forgotten(app: Flask, office: Office, tokens: dict[str, str]):
    info = office.push.subscribe().info
    ask(app, tokens[ANN], "POST", info)
    assert ask(app, tokens[BEN], "DELETE", info).status_code == 204
    assert office.devices() == [(ANN, info["endpoint"])]


def test_the_newest_ten_devices_of_a_person_are_kept(app: Flask, office: Office, tokens: dict[str, str]):
    endpoints = []
    for _ in range(12):
        info = office.push.subscribe().info
        endpoints.append(info["endpoint"])
        ask(app, tokens[ANN], "POST", info)
        office.clock.pass_(1000)
    assert [endpoint for _, endpoint in office.devices()] == endpoints[2:]


@pytest.mark.parametrize("endpoint", ["https://evil.example/x", "http://169.254.169.254/latest/meta-data", "https://fcm.googleapis.com.evil.example/x", "x"])
def test_a_host_that_is_not_listed_is_refused(app: Flask, office: Office, tokens: dict[str, str], endpoint: str):
    answer = ask(app, tokens[ANN], "POST", {**office.push.subscribe().info, "endpoint": endpoint})
    assert answer.status_code == 422
    assert answer.json is not None
    assert (answer.json["code"], answer.json["fields"]) == ("invalid", {"endpoint": ["host_not_allowed"]})
    assert office.devices() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"endpoint": None}, "endpoint"),
        ({"endpoint": "https://fcm.googleapis.com/" + "x" * 3000}, "endpoint"),
        ({"endpoint": "\0"}, "endpoint"),
        ({"keys": None}, "keys"),
        ({"keys": {}}, "keys.p256dh"),
        ({"keys": {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}}, "keys.p256dh"),
        ({"keys": {"p256dh": "B" + "A" * 86, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}}, "keys.p256dh"),
        ({"keys": {"p256dh": "密" * 30, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}}, "keys.p256dh"),
    ],
)
def test_keys_that_are_no_keys_are_told_so(app: Flask, office: Office, tokens: dict[str, str], changes: dict[str, Any], field: str):
    answer = ask(app, tokens[ANN], "POST", {**office.push.subscribe().info, **changes})
    assert answer.status_code == 422
    assert answer.json is not None
    assert field in answer.json["fields"]


def test_padded_keys_are_taken_too(app: Flask, office: Office, tokens: dict[str, str]):
    device = office.push.subscribe()
    info = device.info
    info["keys"] = {name: key + "=" * (-len(key) % 4) for name, key in info["keys"].items()}
    assert ask(app, tokens[ANN], "POST", info).status_code == 201
    office.announce(ANN)
    office.work()
    assert len(office.push.sent_to(device)) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nobody_has_a_device_without_signing_in(app: Flask, method: str):
    assert app.test_client().open(PATH, method=method, json={}).status_code == 401
