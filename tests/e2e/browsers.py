"""Real Chromium, on a phone and on a desk, with the service worker on."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Page

CHROMIUM = os.environ.get("PLAYWRIGHT_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 860}
STAIRWELL = {"latitude": 25.0453, "longitude": 102.7088, "accuracy": 20.0}
FAILURES = Path(__file__).with_name("failures")


class Browsers:
    """Opens browser processes and knows which are open, so that a failing test can show what they showed."""

    def __init__(self, chromium: BrowserType, base_url: str) -> None:
        self._chromium = chromium
        self._base_url = base_url
        self._open: list[BrowserContext] = []

    @contextmanager
    def phone(self, profile: Path, *, online: bool = True) -> Iterator[Page]:
        """A new browser process on a profile that outlives it, as a phone's does. `online=False`: it never sees a network."""
        context = self._chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            base_url=self._base_url,
            viewport=PHONE,
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            geolocation=STAIRWELL,
            permissions=["geolocation"],
            offline=not online,
        )
        with self._watched(context):
            yield context.pages[0]

    @contextmanager
    def desk(self) -> Iterator[Page]:
        """A browser process of its own, with nothing kept."""
        browser = self._chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            with self._watched(browser.new_context(base_url=self._base_url, viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")) as context:
                yield context.new_page()
        finally:
            browser.close()

    @contextmanager
    def _watched(self, context: BrowserContext) -> Iterator[BrowserContext]:
        self._open.append(context)
        try:
            yield context
        except BaseException as error:
            self._keep(context, type(error).__name__)
            raise
        finally:
            self._open.remove(context)
            context.close()

    def _keep(self, context: BrowserContext, why: str) -> None:
        """A picture of every page, for who has to find out why a test failed."""
        FAILURES.mkdir(exist_ok=True)
        test = re.sub(r"\W+", "-", os.environ.get("PYTEST_CURRENT_TEST", "pictures").split("::")[-1]).strip("-")
        for number, page in enumerate(context.pages):
            page.screenshot(path=FAILURES / f"{test}-{why}-{len(self._open)}-{number}.png", timeout=5000)


def sign_in(page: Page, login: str) -> None:
    """Through the form, and on to the first screen."""
    page.goto("/")
    page.get_by_test_id("login").fill(login)
    page.get_by_test_id("password").fill("doorstep")
    page.get_by_test_id("sign-in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
