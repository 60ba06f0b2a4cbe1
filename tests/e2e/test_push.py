"""The service worker's part in a notice: what it shows of what the server pushed, and where a tap leads."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Worker, expect

from tests.e2e.browsers import Browsers
from tests.e2e.screens import fill_phone
from tests.stack import Stack

NOTICE = {
    "kind": "job_opened",
    "params": {"job": "job:01K", "number": "CX01-2026-0001", "place": "翠湖里小区 1栋", "category": "water.leak"},
    "url": "/jobs/job:01K",
    "tag": "problem:01K",
}

Push = Callable[[str], None]


def pushing(page: Page, base_url: str) -> Push:
    """Hands the page's service worker a message as the browser's own push client would."""
    page.context.grant_permissions(["notifications", "geolocation"], origin=base_url)
    cdp: CDPSession = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    cdp.send("ServiceWorker.enable")
    # `ready` comes before the worker is: what is pushed while it activates is lost.
    page.wait_for_function("async () => (await navigator.serviceWorker.ready).active.state === 'activated'")
    registration = next(one["registrationId"] for one in registrations if not one["isDeleted"])

    def push(message: str) -> None:
        cdp.send("ServiceWorker.deliverPushMessage", {"origin": base_url, "registrationId": registration, "data": message})

    return push


def shown(page: Page, count: int, language: str | None = None) -> list[dict[str, Any]]:
    """The notices on the screen, once there are so many, in this language if one is named. Asked again and again: the worker takes its time."""
    deadline = time.monotonic() + 20
    while True:
        notices: list[dict[str, Any]] = page.evaluate(
            """async () => {
              const registration = await navigator.serviceWorker.ready
              return (await registration.getNotifications()).map(({ title, body, tag, lang, data }) => ({ title, body, tag, lang, url: data.url }))
            }"""
        )
        there = len(notices) == count and all(language in (None, notice["lang"]) for notice in notices)
        if there or time.monotonic() > deadline:
            return notices
        page.wait_for_timeout(100)


def tap(worker: Worker, tag: str) -> None:
    """No tool presses a notice, so its event is sent. Without a real tap the browser moves no window to the front, which the worker survives."""
    worker.evaluate(
        """async (tag) => {
          const [notification] = await self.registration.getNotifications({ tag })
          self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))
        }""",
        tag,
    )


def test_a_push_shows_what_happened_and_where_in_the_language_of_the_app(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    with browsers.phone(tmp_path / "profile") as page:
        fill_phone(page)
        push = pushing(page, stack.base_url)

        push(json.dumps(NOTICE))
        assert shown(page, 1) == [
            {"title": "有新任务", "body": "翠湖里小区 1栋 · CX01-2026-0001", "tag": "problem:01K", "lang": "zh-CN", "url": "/jobs/job:01K"}
        ]

        page.get_by_test_id("settings").click()
        page.get_by_test_id("language").click()
        push(json.dumps(NOTICE))
        assert [notice["title"] for notice in shown(page, 1, "en")] == ["A new job"], "two notices of one event are one"


@pytest.mark.parametrize("message", ["", "not json", "[]", '{"kind":"whistle_called"}', '{"kind":7,"params":"x","url":"https://elsewhere.example/"}'])
def test_a_push_that_cannot_be_read_says_that_there_is_news(stack: Stack, browsers: Browsers, tmp_path: Path, message: str) -> None:
    with browsers.phone(tmp_path / "profile") as page:
        page.goto("/")
        push = pushing(page, stack.base_url)
        push(message)
        assert [(notice["title"], notice["body"], notice["url"]) for notice in shown(page, 1)] == [("家门口有新消息", "", "/")]


def test_a_tap_opens_the_job_in_the_window_that_is_open_and_the_form_in_it_keeps_its_words(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    with browsers.phone(tmp_path / "profile") as page:
        fill_phone(page)
        push = pushing(page, stack.base_url)
        page.get_by_test_id("new-problem").click()
        page.get_by_test_id("note").fill("正写着")
        draft = page.url.rsplit("/", 1)[1]
        page.evaluate("() => { window.untouched = true }")

        push(json.dumps({**NOTICE, "kind": "job_answered", "url": "/job/job:01K"}))
        shown(page, 1)
        tap(page.context.service_workers[0], "problem:01K")

        page.wait_for_url("**/job/job:01K")
        assert page.evaluate("() => window.untouched"), "the page was not loaded anew"
        shown(page, 0)
        page.goto("/")
        page.get_by_test_id(f"draft-{draft}").click()
        expect(page.get_by_test_id("note")).to_have_value("正写着")


def test_a_tap_with_no_window_open_asks_for_one(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    with browsers.phone(tmp_path / "profile") as page:
        page.goto("/")
        push = pushing(page, stack.base_url)
        push(json.dumps(NOTICE))
        shown(page, 1)
        worker = page.context.service_workers[0]
        worker.evaluate("() => { self.clients.openWindow = async (url) => { self.asked = url; return null } }")
        page.goto("about:blank")
        while worker.evaluate("async () => (await self.clients.matchAll({ includeUncontrolled: true })).length"):
            page.wait_for_timeout(50)
        tap(worker, "problem:01K")
        for _ in range(50):
            if worker.evaluate("() => self.asked ?? null"):
                break
            page.wait_for_timeout(100)
        assert worker.evaluate("() => self.asked") == "/jobs/job:01K"


def test_a_field_worker_is_told_in_the_settings_why_the_browser_gives_no_notices(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    with browsers.phone(tmp_path / "profile") as page:
        fill_phone(page)
        page.get_by_test_id("settings").click()
        expect(page.get_by_test_id("notify")).to_have_attribute("data-state", "blocked")
        page.get_by_test_id("notify").click()
        expect(page.get_by_role("status")).to_contain_text("浏览器拦截了家门口的通知")
