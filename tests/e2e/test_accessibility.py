"""Every screen for every eye: axe-core finds nothing serious, and nothing is cut off at 320 px with letters twice as large."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browsers import Browsers, sign_in
from tests.e2e.drawings import leak, photo
from tests.e2e.screens import fill_phone, record_problem, record_visit, sync_now
from tests.stack import Stack

AXE = Path(__file__).resolve().parents[2] / "pwa/node_modules/axe-core/axe.min.js"
NARROW, DESK = {"width": 320, "height": 640}, {"width": 1366, "height": 768}
LANGUAGES = ("zh-CN", "en")
SCHEMES = ("light", "dark")
VISIT_NOTE = "三楼东户老人独居，水管老化多年，子女在外地，已约好周五上门"
PROBLEM_NOTE = "楼梯间三楼到四楼转角处水管接头漏水，墙面已经湿了一大片"


@pytest.fixture(scope="module")
def places(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A morning's records, so that no screen is empty: the ids of a visit, a problem and its job, and the worker's filled phone."""
    profile = tmp_path_factory.mktemp("phone") / "profile"
    with sync_playwright() as playwright, Browsers(playwright.chromium, stack.base_url).phone(profile) as page:
        fill_phone(page)
        visit = record_visit(page, "CX01-1-1-301", VISIT_NOTE)
        problem = record_problem(page, "CX01-1-1-302", PROBLEM_NOTE, photo(leak))
        sync_now(page)
        page.goto(f"/record/{problem}")
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "merged", timeout=20_000)
        page.goto("/")
        page.get_by_test_id("new-visit").click()
        page.get_by_test_id("building-CX01-1").click()
        page.get_by_test_id("door-CX01-1-1-401").click()
        page.get_by_test_id("note").fill("写到一半")
        page.wait_for_timeout(500)
    return {"profile": str(profile), "visit": visit, "problem": problem, "job": f"job:{problem.removeprefix('problem:')}"}


def violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the screen as it is, each with the elements it means."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:160] + ' ' + json.dumps(node['any'][:1])[:300] for node in one['nodes'][:4]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def overflow(page: Page) -> list[str]:
    """What sticks out of the window sideways, outside of what is made to scroll; empty when the page itself does not scroll sideways."""
    sticking: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth
          if (document.documentElement.scrollWidth <= width) return []
          const out = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 1)
          return [`${document.documentElement.scrollWidth} > ${width}`, ...out.slice(-4).map((element) => element.outerHTML.slice(0, 160))]
        }"""
    )
    return sticking


def draw_by(page: Page, scheme: str) -> None:
    """By day or by night, once it is drawn so: before that axe-core would measure colours of both."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 100))))")


def look(page: Page, name: str, found: list[str]) -> None:
    """One screen in both languages, by day and by night, and with letters twice as large."""
    for language in LANGUAGES:
        page.evaluate("(language) => localStorage.setItem('doorstep.language', language)", language)
        page.reload()
        page.wait_for_load_state("networkidle")
        for scheme in SCHEMES:
            draw_by(page, scheme)
            found.extend(f"{name} {language} {scheme}: {violation}" for violation in violations(page))
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        found.extend(f"{name} {language} 200 %: {sticking}" for sticking in overflow(page))


@contextmanager
def phone(browsers: Browsers, profile: str) -> Iterator[Page]:
    with browsers.phone(Path(profile)) as page:
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        page.goto("/")
        page.wait_for_url("**/*")
        yield page


def test_signing_in(stack: Stack, browsers: Browsers) -> None:
    found: list[str] = []
    with browsers.desk() as page:
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        page.goto("/sign-in")
        look(page, "sign-in", found)
    assert not found, "\n".join(found)


def test_the_field_workers_screens(browsers: Browsers, places: dict[str, str]) -> None:
    found: list[str] = []
    with phone(browsers, places["profile"]) as page:
        for name, path in (
            ("today", "/"),
            ("visit form", "/visit/new?place=CX01-1-1-301"),
            ("doors", "/visit/new"),
            ("problem form", "/problem/new"),
            ("visit", f"/record/{places['visit']}"),
            ("problem", f"/record/{places['problem']}"),
            ("edit", f"/edit/new?record={places['visit']}"),
            ("job", f"/job/{places['job']}"),
            ("delivery", "/delivery"),
            ("settings", "/settings"),
        ):
            page.goto(path)
            look(page, name, found)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_the_branchs_screens(browsers: Browsers, places: dict[str, str], size: dict[str, int]) -> None:
    found: list[str] = []
    with browsers.desk() as page:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        sign_in(page, "secretary")
        look(page, "jobs", found)
        page.goto(f"/jobs/{places['job']}")
        expect(page.get_by_test_id("job-state")).to_be_visible()
        look(page, "job", found)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["narrow", "desk"])
def test_the_back_offices_screens(browsers: Browsers, places: dict[str, str], size: dict[str, int]) -> None:
    found: list[str] = []
    with browsers.desk() as page:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        sign_in(page, "reviewer")
        expect(page.get_by_test_id(f"visit-{places['visit']}")).to_be_visible()
        look(page, "visits", found)
        page.get_by_test_id(f"visit-{places['visit']}").click()
        expect(page.get_by_test_id("approve")).to_be_visible()
        look(page, "visit", found)
    assert not found, "\n".join(found)
