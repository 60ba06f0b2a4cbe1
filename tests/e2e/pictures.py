"""`make pictures`: the README's pictures, taken from the running app by a morning's work in the demo compound, in both languages."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browsers import Browsers, sign_in
from tests.e2e.drawings import crowded_landing, dark_stairs, leak, photo
from tests.e2e.screens import fill_phone, fill_problem, record_problem, record_visit, row_of, sync_now, take_step
from tests.stack import Stack

PICTURES = Path(__file__).resolve().parents[2] / "docs/pictures"
LANGUAGES = ("zh-CN", "en")


def take(page: Page, language: str, name: str) -> None:
    """Without the caret's blinking, so that the same screen gives the same picture."""
    folder = PICTURES / language
    folder.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide", scale="css" if name in ("jobs", "visits") else "device")


def speak(page: Page, language: str) -> None:
    """What the language button keeps, set before the first screen."""
    page.add_init_script(f"localStorage.setItem('doorstep.language', '{language}')")


def work_on_the_phone(page: Page) -> str:
    """Visits and problems of one morning; the id of the problem the branch answers."""
    fill_phone(page)
    record_visit(page, "CX01-1-1-301", "老人独居，水管老化，已约周五")
    record_visit(page, "CX01-1-1-502", "新搬来，已留联系方式")
    answered = record_problem(page, "CX01-1-1-301", "三楼水管接头漏水，墙面已经湿了一片", photo(leak))
    record_problem(page, "CX01-2-1-402", "四楼到五楼的灯三天没亮", photo(dark_stairs), "power.light")
    record_problem(page, "CX01-3-1-201", "二楼平台堆满纸箱，走不过去", photo(crowded_landing), "fire.stairs")
    sync_now(page)
    page.goto(f"/record/{answered}")
    expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "merged", timeout=20_000)
    return answered


def work_in_the_branch(desk: Page, problem: str) -> None:
    sign_in(desk, "secretary")
    desk.get_by_test_id(f"job-open-job:{problem.removeprefix('problem:')}").click()
    take_step(desk, "accept")
    take_step(desk, "answer", "维修师傅今天下午三点上门，请家里留人")


def picture_the_phone(page: Page, language: str, answered: str) -> None:
    sync_now(page)
    page.goto(f"/record/{answered}")
    expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "answered", timeout=20_000)
    page.context.set_offline(True)
    page.goto("/")
    record = record_visit(page, "CX01-1-1-602", "没人应门，晚上再来", "absent")
    expect(row_of(page, record)).to_be_visible()
    page.evaluate("() => scrollTo(0, 0)")
    take(page, language, "today")
    fill_problem(page, "CX01-1-1-301", "三楼水管接头漏水", photo(leak), "water.leak")
    page.get_by_test_id("note").blur()
    page.evaluate("() => scrollTo(0, 0)")
    take(page, language, "problem")


def picture_the_desk(browsers: Browsers, language: str, answered: str) -> None:
    with browsers.desk() as desk:
        speak(desk, language)
        sign_in(desk, "secretary")
        desk.get_by_test_id(f"job-open-job:{answered.removeprefix('problem:')}").click()
        expect(desk.get_by_test_id("verb-note")).to_be_enabled()
        take(desk, language, "jobs")
    with browsers.desk() as desk:
        speak(desk, language)
        sign_in(desk, "reviewer")
        desk.locator("[data-testid^='visit-visit:']").first.click()
        expect(desk.get_by_test_id("approve")).to_be_visible()
        take(desk, language, "visits")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder) / "data") as stack, sync_playwright() as playwright:
        browsers = Browsers(playwright.chromium, stack.base_url)
        with browsers.phone(Path(folder) / "zh-CN") as page:
            answered = work_on_the_phone(page)
            with browsers.desk() as desk:
                work_in_the_branch(desk, answered)
            picture_the_phone(page, "zh-CN", answered)
        with browsers.phone(Path(folder) / "en") as page:
            speak(page, "en")
            fill_phone(page)
            picture_the_phone(page, "en", answered)
        for language in LANGUAGES:
            picture_the_desk(browsers, language, answered)


if __name__ == "__main__":
    main()
