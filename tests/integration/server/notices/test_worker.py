"""From an announcement to a decrypted message on a device, whatever the push service does."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from server.database import writing
from server.notices import push, service, worker
from server.notices.rules import TTL_MS
from tests.integration.server.notices.conftest import ANN, BEN, JOB, KEY, Office, configured
from tests.push_service import Answer

A_MINUTE, AN_HOUR = 60_000, 3_600_000


def test_a_notice_arrives_encrypted_signed_and_on_every_device_once(office: Office):
    devices = [office.device(ANN), office.device(ANN), office.device(BEN)]
    office.announce(ANN, BEN)
    assert office.work()
    assert not office.work()
    expected = {"kind": "job_opened", "params": JOB, "url": f"/jobs/{JOB['job']}", "tag": "problem:1"}
    assert [office.push.sent_to(device) for device in devices] == [[expected]] * 3
    assert office.push.refusals == []
    assert office.outcomes() == [("sent", 201)] * 3
    assert office.unfinished() == 0


def test_a_message_says_how_long_how_urgent_and_what_it_replaces(office: Office):
    office.device(ANN)
    office.announce(ANN)
    office.clock.pass_(AN_HOUR)
    office.work()
    (message,) = office.push.messages
    assert message.headers["ttl"] == str(23 * 3600)
    assert message.headers["urgency"] == "high"
    assert message.headers["topic"] == "01KAF1Q8Z5V3M5T7W9Y1A2B3C4"
    assert message.claims["sub"] == "mailto:operator@example.org"


def test_announcing_again_is_once(office: Office):
    device = office.device(ANN)
    for _ in range(3):
        office.announce(ANN, ANN)
        office.work()
    assert len(office.push.sent_to(device)) == 1


def test_a_kind_nobody_knows_is_a_mistake(office: Office):
    with pytest.raises(ValueError, match="party"):
        office.announce(ANN, kind="party")


def test_a_transaction_that_fails_announces_nothing(office: Office):
    device = office.device(ANN)

    def announce_and_fail() -> None:
        with writing() as connection:
            service.announce(connection, "problem:1", "job_opened", [ANN], JOB, office.clock.now())
            raise KeyError

    with pytest.raises(KeyError):
        announce_and_fail()
    assert not office.work()
    assert office.push.sent_to(device) == []


def test_somebody_without_a_device_holds_up_nothing(office: Office):
    office.announce(ANN)
    assert office.work()
    assert office.unfinished() == 0


def test_without_a_key_notices_are_only_in_the_app(office: Office):
    office.device(ANN)
    office.announce(ANN)
    assert office.work(key=None)
    assert office.unfinished() == 0
    assert office.push.messages == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(office: Office, status: int):
    office.device(ANN, Answer(status))
    office.announce(ANN)
    office.work()
    assert office.devices() == []
    assert office.outcomes() == [("gone", status)]
    assert office.unfinished() == 0


def test_a_busy_push_service_is_left_alone_as_long_as_it_asks(office: Office):
    device = office.device(ANN, Answer(429, retry_after="600"), Answer())
    office.announce(ANN)
    office.work()
    assert office.outcomes() == [("retry", 429)]
    office.clock.pass_(9 * A_MINUTE)
    assert not office.work()
    office.clock.pass_(A_MINUTE)
    assert office.work()
    assert len(office.push.sent_to(device)) == 1
    assert office.outcomes() == [("sent", 201)]


def test_a_retry_goes_only_to_the_device_that_failed(office: Office):
    sound, busy = office.device(ANN), office.device(ANN, Answer(503), Answer())
    office.announce(ANN)
    office.work()
    office.clock.pass_(A_MINUTE)
    office.work()
    assert (sound.requests, busy.requests) == (1, 2)
    assert len(office.push.sent_to(sound)) == len(office.push.sent_to(busy)) == 1


def test_waits_grow_and_after_a_day_a_notice_is_given_up(office: Office):
    device = office.device(ANN, Answer(500))
    office.announce(ANN)
    rounds = 0
    for _ in range(TTL_MS // A_MINUTE + 60):
        rounds += office.work()
        office.clock.pass_(A_MINUTE)
    assert office.unfinished() == 0
    assert 24 < device.requests < 40
    assert office.outcomes() == [("retry", 500)]


def test_a_refused_message_is_not_sent_again(office: Office, caplog: pytest.LogCaptureFixture):
    device = office.device(ANN, Answer(403))
    office.announce(ANN)
    office.work()
    office.clock.pass_(AN_HOUR)
    assert not office.work()
    assert device.requests == 1
    assert office.outcomes() == [("refused", 403)]
    assert device.endpoint not in caplog.text


def test_a_redirect_is_not_followed(office: Office):
    elsewhere = office.push.subscribe()
    device = office.device(ANN, Answer(307, location=elsewhere.endpoint))
    office.announce(ANN)
    office.work()
    assert (device.requests, elsewhere.requests) == (1, 0)
    assert office.outcomes() == [("refused", 307)]


def test_a_push_service_that_hangs_is_tried_later_and_holds_up_nobody(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(push, "TIMEOUT", (0.5, 0.5))
    office.device(ANN, Answer(hang=30))
    other = office.device(BEN)
    office.announce(ANN, BEN)
    office.work()
    assert len(office.push.sent_to(other)) == 1
    assert sorted(office.outcomes()) == [("retry", None), ("sent", 201)]
    assert office.unfinished() == 1


def test_a_push_service_nobody_answers_for_is_tried_later(office: Office):
    office.device(ANN)
    office.announce(ANN)
    office.push.close()
    office.work()
    assert office.outcomes() == [("retry", None)]
    assert office.unfinished() == 1


def test_a_host_no_longer_allowed_is_not_spoken_to(office: Office):
    device = office.device(ANN)
    configured(office.app, push_hosts=("fcm.googleapis.com",))
    office.announce(ANN)
    office.work()
    assert device.requests == 0
    assert office.outcomes() == [("refused", None)]


def test_an_allowed_name_that_leads_into_the_private_network_is_not_spoken_to(office: Office, monkeypatch: pytest.MonkeyPatch):
    port = int(office.push.host.rpartition(":")[2])
    connected: list[Any] = []

    def to_the_loopback(address: tuple[str, int], *arguments: Any, **named: Any) -> Any:
        connected.append(address)
        return socket.create_connection(("127.0.0.1", port))

    monkeypatch.setattr("urllib3.util.connection.create_connection", to_the_loopback)
    device = office.push.subscribe()
    keys_of = device.info["keys"]
    with writing() as connection:
        service.subscribe(connection, ANN, "https://fcm.googleapis.com/x", keys_of["p256dh"], keys_of["auth"], office.clock.now())
    office.announce(ANN)
    office.work()
    assert connected == [("fcm.googleapis.com", 443)]
    assert office.outcomes() == [("refused", None)]
    assert office.push.refusals == []


def test_what_a_killed_worker_held_is_due_when_its_lease_ends(office: Office):
    device = office.device(ANN)
    office.announce(ANN)
    assert len(worker.claim(office.clock.now())) == 1
    assert not office.work()
    office.clock.pass_(2 * A_MINUTE)
    assert office.work()
    assert len(office.push.sent_to(device)) == 1


def test_killed_between_two_devices_the_first_is_not_sent_to_again(office: Office, monkeypatch: pytest.MonkeyPatch):
    first = office.device(ANN)
    office.clock.pass_(1)
    second = office.device(ANN)
    office.announce(ANN)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "_settle", _killed)
        with pytest.raises(KeyboardInterrupt):
            office.work()
    office.clock.pass_(2 * A_MINUTE)
    office.work()
    assert (first.requests, second.requests) == (1, 1)
    assert office.unfinished() == 0


def _killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_worker_that_outlived_its_lease_leaves_the_notice_to_the_other(office: Office):
    device = office.device(ANN)
    office.announce(ANN)
    (late,) = worker.claim(office.clock.now())
    office.clock.pass_(2 * A_MINUTE)
    (taken,) = worker.claim(office.clock.now())
    worker._deliver(office.app, KEY, late)
    assert device.requests == 0
    office.clock.pass_(A_MINUTE)
    assert worker.claim(office.clock.now()) == []
    worker._deliver(office.app, KEY, taken)
    assert device.requests == 1
    assert office.unfinished() == 0


def test_several_workers_at_once_send_everything_once(office: Office):
    device = office.device(ANN)
    for n in range(60):
        office.announce(ANN, event=f"problem:{n}")

    def until_done(_: int) -> None:
        while worker.run_once(office.app, KEY):
            pass

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(until_done, range(3)))
    assert sorted(message["tag"] for message in office.push.sent_to(device)) == sorted(f"problem:{n}" for n in range(60))
    assert office.unfinished() == 0


def test_the_worker_stops_when_told(office: Office):
    office.device(ANN)
    office.announce(ANN)
    stop = threading.Event()
    thread = threading.Thread(target=worker.work, args=(office.app, KEY, stop, 0.05))
    thread.start()
    deadline = time.monotonic() + 10
    while not office.push.messages and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(office.push.messages) == 1
