"""What a notice says, where it may go, and what a push service's answer means."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.notices.rules import (
    PAYLOAD_BYTES,
    TTL_MS,
    listed_by_port,
    may_send_to,
    outcome_of,
    payload,
    read_endpoint,
    retry_after_ms,
    topic_of,
    urgency_of,
    url_of,
    wait_ms,
)

HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "127.0.0.1:8123")
JOB = {"job": "job:01KAF1Q8Z5V3M5T7W9Y1A2B3C4", "number": "CX01-2026-0001", "place": "翠湖里小区 1栋", "category": "water.leak"}
NOW = 1_763_600_000_000


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://FCM.googleapis.com/x",
        "https://fcm.googleapis.com:443/x",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://a.b.push.services.mozilla.com/x",
        "http://127.0.0.1:8123/push/x",
        "https://127.0.0.1:8123/push/x",
    ],
)
def test_a_listed_push_service_may_be_sent_to(url: str):
    assert may_send_to(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil-fcm.googleapis.com/x",
        "https://push.services.mozilla.com/x",
        "https://evilpush.services.mozilla.com/x",
        "https://user@fcm.googleapis.com/x",
        "https://evil.example\\@fcm.googleapis.com/x",
        "https://evil.example#@fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@evil.example/x",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\r\nHost: evil",
        "https://fcm.googleapis。com/x",
        "http://127.0.0.1/x",
        "http://127.0.0.1:8124/x",
        "https://[::1]:8123/x",
        "https://2130706433/x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "https://fcm.googleapis.com/" + "x" * 2048,
        "",
    ],
)
def test_anything_else_may_not(url: str):
    assert not may_send_to(url, HOSTS)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_is_an_endpoint_or_is_not(url: str):
    assert read_endpoint(url) is None or not may_send_to(url, ())


def test_only_a_listed_port_may_be_private():
    assert listed_by_port("http://127.0.0.1:8123/x", HOSTS)
    assert not listed_by_port("https://fcm.googleapis.com/x", HOSTS)


def test_a_payload_says_codes_and_leaves_the_words_to_the_phone():
    assert json.loads(payload("job_opened", "problem:1", JOB)) == {"kind": "job_opened", "params": JOB, "url": f"/jobs/{JOB['job']}", "tag": "problem:1"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), st.text(max_size=3000)))
def test_a_payload_fits_whatever_it_says(body: dict[str, Any]):
    body.pop("job", None)
    body.pop("visit", None)
    encoded = payload("job_opened", "problem:1", body)
    assert len(encoded) <= PAYLOAD_BYTES
    assert json.loads(encoded)["kind"] == "job_opened"


@pytest.mark.parametrize(
    ("kind", "body", "url"),
    [
        ("job_opened", {"job": "job:1"}, "/jobs/job:1"),
        ("job_assigned", {"job": "job:1"}, "/jobs/job:1"),
        ("job_answered", {"job": "job:1"}, "/job/job:1"),
        ("visit_returned", {"visit": "visit:1"}, "/record/visit:1"),
        ("job_opened", {}, "/"),
    ],
)
def test_a_notice_leads_to_what_it_is_about(kind: str, body: dict[str, Any], url: str):
    assert url_of(kind, body) == url


def test_notices_of_one_job_replace_each_other_while_undelivered():
    assert topic_of(JOB) == "01KAF1Q8Z5V3M5T7W9Y1A2B3C4"
    assert topic_of({"job": "job:" + "x" * 33}) is None
    assert topic_of({}) is None


def test_work_wakes_a_phone_and_an_answer_waits_for_it():
    assert [urgency_of(kind) for kind in ("job_opened", "job_assigned", "job_answered", "visit_returned")] == ["high", "high", "normal", "normal"]


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [((200, 201, 202, 204), "sent"), ((404, 410), "gone"), ((408, 425, 429, 500, 502, 503, 504), "retry"), ((301, 302, 400, 401, 403, 413), "refused")],
)
def test_a_status_means_one_of_four_things(statuses: tuple[int, ...], outcome: str):
    assert {outcome_of(status) for status in statuses} == {outcome}


@pytest.mark.parametrize(
    ("header", "ms"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("99999999999999", TTL_MS),
        ("Thu, 20 Nov 2025 00:54:20 GMT", 60_000),
        ("Thu, 20 Nov 2025 00:53:20", 0),
        ("Thu, 20 Nov 2025 00:50:00 GMT", 0),
        ("Sun, 99 Nov 2025 00:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_a_push_service_is_left_alone_for_as_long_as_it_asks(header: str | None, ms: int):
    assert retry_after_ms(header, NOW) == ms


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_retry_after_is_a_bounded_wait(header: str):
    assert 0 <= retry_after_ms(header, NOW) <= TTL_MS


def test_waits_double_up_to_an_hour_and_never_undercut_what_was_asked():
    assert [wait_ms(tries, 0) for tries in (0, 1, 2, 99)] == [15_000, 30_000, 60_000, 3_600_000]
    assert wait_ms(0, 7_200_000) == 7_200_000
