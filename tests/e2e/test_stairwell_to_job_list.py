"""One record, all the way: from a stairwell without signal to the branch's job list and the back office, and the answers back to the phone."""

import re
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.browsers import Browsers, sign_in
from tests.push_service import PushService, Subscription
from tests.stack import Stack

DOOR, OTHER_DOOR = "CX01-1-1-301", "CX01-1-1-302"
CATEGORY = "water.leak"
PATIENCE = 5  # seconds from the phone's sync to the job list


def fill_phone(page: Page) -> None:
    """Sign in, and wait until the app can do without a network: the service worker has its files, the mailbox is here."""
    sign_in(page, "grid")
    page.evaluate("() => navigator.serviceWorker.ready")
    expect(page.get_by_test_id("sync-line")).to_have_attribute("data-state", "good", timeout=20_000)
    page.get_by_test_id("new-visit").click()
    expect(page.get_by_test_id("building-CX01-1")).to_be_visible()
    page.goto("/")


def choose_door(page: Page, door: str) -> None:
    page.get_by_test_id(f"building-{door.rsplit('-', 2)[0]}").click()
    page.get_by_test_id(f"door-{door}").click()


def record_visit(page: Page, door: str, note: str) -> str:
    """The record's id."""
    page.get_by_test_id("new-visit").click()
    choose_door(page, door)
    page.get_by_test_id("outcome-met").click()
    page.get_by_test_id("note").fill(note)
    return save(page)


def record_problem(page: Page, door: str, note: str, picture: bytes) -> str:
    """The record's id."""
    page.get_by_test_id("new-problem").click()
    add_photo(page, picture)
    page.get_by_test_id(f"category-{CATEGORY}").click()
    page.get_by_test_id("change-place").click()
    choose_door(page, door)
    page.get_by_test_id("note").fill(note)
    return save(page)


def add_photo(page: Page, picture: bytes) -> None:
    before = page.locator(".photo-strip__photo img").count()
    page.get_by_test_id("photo-input").set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    expect(page.locator(".photo-strip__photo img")).to_have_count(before + 1)


def save(page: Page) -> str:
    record = page.url.rsplit("/", 1)[1]
    page.get_by_test_id("save").click()
    expect(row_of(page, record)).to_contain_text("待上传")
    return record


def row_of(page: Page, record: str) -> Locator:
    return page.get_by_test_id(f"record-{record}")


def kill_tab(page: Page) -> Page:
    """The renderer dies under the form, as when a phone needs the memory; then the app is opened again."""
    with page.expect_event("crash"), suppress(Error):  # the address never answers: it is the crash
        page.goto("chrome://crash")
    fresh = page.context.new_page()
    page.close()
    fresh.goto("/")
    return fresh


def half_a_problem(page: Page, picture: bytes, note: str) -> str:
    """Left open in the form: the id of the record it would become."""
    page.get_by_test_id("new-problem").click()
    add_photo(page, picture)
    page.get_by_test_id(f"category-{CATEGORY}").click()
    page.get_by_test_id("note").fill(note)
    time.sleep(1)  # a person looks up from the phone; the form keeps itself meanwhile
    return page.url.rsplit("/", 1)[1]


def watch_states(page: Page) -> None:
    """Note every state the open record goes through."""
    page.evaluate(
        """() => {
          const tag = document.querySelector('[data-testid=record-state]')
          window.seen = [tag.dataset.state]
          const note = () => { if (window.seen.at(-1) !== tag.dataset.state) window.seen.push(tag.dataset.state) }
          new MutationObserver(note).observe(tag, { attributes: true })
        }"""
    )


def sync_now(page: Page) -> None:
    """The worker's own button, until everything is delivered."""
    page.goto("/delivery")
    page.get_by_test_id("retry").click()
    expect(page.get_by_test_id("retry")).to_be_enabled()


def subscribe(page: Page, pushes: PushService) -> Subscription:
    """Enter a device of this person's at the push service."""
    subscription = pushes.subscribe()
    keys = {"endpoint": subscription.endpoint, "keys": subscription.info["keys"]}
    assert page.request.post("/api/push-subscriptions", data=keys).status == 201
    return subscription


def take_step(page: Page, verb: str, words: str = "") -> None:
    page.get_by_test_id(f"verb-{verb}").click()
    if words:
        page.get_by_test_id("words").fill(words)
    page.get_by_test_id("confirm").click()
    expect(page.get_by_test_id("confirm")).to_be_hidden()


def offline_shift(browsers: Browsers, profile: Path, picture: bytes) -> tuple[str, str, str, str]:
    """Everything the worker does without a network: the ids of two visits and a problem, and of the draft that is left."""
    with browsers.phone(profile, online=False) as page:
        page.goto("/")
        expect(page.get_by_test_id("new-visit")).to_be_visible()
        visit = record_visit(page, DOOR, "老人独居，水管老化")
        other = record_visit(page, OTHER_DOOR, "家里没有别的事")
        problem = record_problem(page, DOOR, "三楼水管漏水", picture)
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
