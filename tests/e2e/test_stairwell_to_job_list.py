"""One record, all the way: from a stairwell without signal to the branch's job list and the back office, and the answers back to the phone."""

import re
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.browsers import Browsers, sign_in
from tests.e2e.screens import fill_phone, half_a_problem, kill_tab, record_problem, record_visit, row_of, subscribe, sync_now, take_step, watch_states
from tests.push_service import PushService, Subscription
from tests.stack import Stack

DOOR, OTHER_DOOR = "CX01-1-1-301", "CX01-1-1-302"
PATIENCE = 5  # seconds from the phone's sync to the job list


def offline_shift(browsers: Browsers, profile: Path, picture: bytes) -> tuple[str, str, str, str]:
    """Everything the worker does without a network: the ids of two visits and a problem, and of the draft that is left."""
    with browsers.phone(profile, online=False) as page:
        page.goto("/")
        expect(page.get_by_test_id("new-visit")).to_be_visible()
        visit = record_visit(page, DOOR, "老人独居，水管老化")
        other = record_visit(page, OTHER_DOOR, "家里没有别的事")
        problem = record_problem(page, DOOR, "三楼水管漏水", picture)
        for record in (visit, other, problem):
            expect(row_of(page, record)).to_contain_text("待上传")
        draft = half_a_problem(page, picture, "写到一半")
        page = kill_tab(page)
        page.get_by_test_id(f"draft-{draft}").click()
        expect(page.get_by_test_id("note")).to_have_value("写到一半")
        expect(page.locator(".photo-strip__photo img")).to_have_count(1)
        expect(page.get_by_test_id("change-category")).to_be_visible()
        return visit, other, problem, draft


def test_a_problem_found_without_signal_reaches_the_job_list_and_the_answer_comes_back(
    stack: Stack, pushes: PushService, browsers: Browsers, picture: bytes, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with browsers.phone(profile) as page:
        fill_phone(page)

    with stack.without("web"):
        visit, other, problem, draft = offline_shift(browsers, profile, picture)

    with browsers.desk() as desk, browsers.phone(profile, online=False) as page:
        sign_in(desk, "secretary")
        device = subscribe(desk, pushes)
        expect(desk.get_by_test_id("no-jobs")).to_be_visible()

        page.goto(f"/record/{problem}")
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "waiting")
        watch_states(page)
        page.context.set_offline(False)
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "merged", timeout=20_000)
        expect(page.get_by_test_id("record-state")).to_have_text(re.compile(r"任务 CX01-\d{4}-0001"))
        seen = page.evaluate("() => window.seen")
        assert seen in (["waiting", "received", "merged"], ["waiting", "merged"])
        job = str(page.locator("[data-testid^='job-job:']").get_attribute("data-testid")).removeprefix("job-")
        expect(page.locator(".own-photo .tag--good")).to_have_count(1, timeout=20_000)
        synced = time.monotonic()

        row = desk.get_by_test_id(f"job-{job}")
        expect(row).to_be_visible(timeout=PATIENCE * 1000)
        expect(row).to_contain_text("翠湖里小区 1栋 1单元 301")
        expect(row).to_contain_text("李网格")
        expect(row).to_contain_text("漏水")
        expect(row.locator("img")).to_be_visible(timeout=PATIENCE * 1000)
        assert time.monotonic() - synced < PATIENCE
        pushes_arrived(pushes, device, job)

        desk.get_by_test_id(f"job-open-{job}").click()
        take_step(desk, "accept")
        expect(desk.get_by_test_id("job-state")).to_have_attribute("data-state", "accepted")
        take_step(desk, "answer", "维修师傅今天下午上门")
        sync_now(page)
        page.goto(f"/record/{problem}")
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "answered", timeout=20_000)
        expect(page.get_by_test_id("reply-words")).to_contain_text("维修师傅今天下午上门")
        page.get_by_test_id(f"job-{job}").click()
        expect(page.get_by_test_id("job-state")).to_have_attribute("data-state", "accepted")

        review(browsers, visit, other)
        sync_now(page)
        page.goto(f"/record/{visit}")
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "approved", timeout=20_000)
        page.goto(f"/record/{other}")
        expect(page.get_by_test_id("record-state")).to_have_attribute("data-state", "returned", timeout=20_000)
        expect(page.get_by_test_id("reply-words")).to_contain_text("请写明谁在家")
        page.goto("/")
        expect(page.get_by_test_id(f"draft-{draft}")).to_be_visible()


def pushes_arrived(pushes: PushService, device: Subscription, job: str) -> None:
    """One notice of the new job, signed and readable: the push service refuses and counts anything else."""
    deadline = time.monotonic() + PATIENCE
    while not pushes.sent_to(device) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pushes.refusals == []
    messages = pushes.sent_to(device)
    assert [(message["kind"], message["url"]) for message in messages] == [("job_opened", f"/jobs/{job}")]


def review(browsers: Browsers, approved: str, returned: str) -> None:
    """The back office approves one visit and sends the other back with words."""
    with browsers.desk() as desk:
        sign_in(desk, "reviewer")
        desk.get_by_test_id(f"visit-{approved}").click()
        desk.get_by_test_id("approve").click()
        expect(desk.get_by_test_id(f"visit-{approved}")).to_have_attribute("data-state", "approved")
        desk.get_by_test_id(f"visit-{returned}").click()
        desk.get_by_test_id("return").click()
        desk.get_by_test_id("words").fill("请写明谁在家")
        desk.get_by_test_id("confirm").click()
        expect(desk.get_by_test_id(f"visit-{returned}")).to_have_attribute("data-state", "returned")
