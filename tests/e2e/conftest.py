"""One run of the whole product for each file of tests, and the people who use it."""

import io
import random
from collections.abc import Callable, Iterator

import pytest
import requests
from PIL import Image
from playwright.sync_api import sync_playwright

from tests.e2e.browsers import Browsers
from tests.push_service import PushService
from tests.stack import Stack


@pytest.fixture(scope="module")
def pushes() -> Iterator[PushService]:
    service = PushService()
    yield service
    service.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, pushes: PushService) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack") / "data", PUSH_HOSTS=pushes.host) as running:
        yield running


class Caller:
    """A person at the API: `requests` with a session's bearer token."""

    def __init__(self, base_url: str, login: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        answer = self._session.post(f"{base_url}/api/session", json={"login": login, "password": "doorstep"}, timeout=10)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['token']}"

    def get(self, path: str, **parameters: str) -> requests.Response:
        return self._session.get(f"{self._base_url}{path}", params=parameters, timeout=10)

    def post(self, path: str, body: object) -> requests.Response:
        return self._session.post(f"{self._base_url}{path}", json=body, timeout=10)

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def sign_in(stack: Stack) -> Iterator[Callable[[str], Caller]]:
    """Signs a demo login in at the API."""
    callers: list[Caller] = []

    def by_login(login: str) -> Caller:
        callers.append(Caller(stack.base_url, login))
        return callers[-1]

    yield by_login
    for caller in callers:
        caller.close()


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A JPEG of some 200 KB: noise, so that it takes several pieces."""
    noise = random.Random(2).randbytes(480 * 360 * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (480, 360), noise).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def browsers(stack: Stack) -> Iterator[Browsers]:
    with sync_playwright() as playwright:
        yield Browsers(playwright.chromium, stack.base_url)
