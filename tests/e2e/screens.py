"""What people do on the app's screens, by the ids of pwa/README.md. On the phone each begins on Today and ends there, unless it says otherwise."""

import time
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.browsers import sign_in
from tests.push_service import PushService, Subscription

CATEGORY = "water.leak"


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


def record_visit(page: Page, door: str, note: str, outcome: str = "met") -> str:
    """The record's id."""
    page.get_by_test_id("new-visit").click()
    choose_door(page, door)
    page.get_by_test_id(f"outcome-{outcome}").click()
    page.get_by_test_id("note").fill(note)
    return save(page)


def record_problem(page: Page, door: str, note: str, picture: bytes, category: str = CATEGORY) -> str:
    """The record's id. The building of the record before is chosen already."""
    fill_problem(page, door, note, picture, category)
    return save(page)


def fill_problem(page: Page, door: str, note: str, picture: bytes, category: str) -> None:
    """The form is left open."""
    page.get_by_test_id("new-problem").click()
    add_photo(page, picture)
    page.get_by_test_id(f"category-{category}").click()
    page.get_by_test_id("change-place").click()
    choose_door(page, door)
    page.get_by_test_id("note").fill(note)


def add_photo(page: Page, picture: bytes) -> None:
    before = page.locator(".photo-strip__photo img").count()
    page.get_by_test_id("photo-input").set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": picture})
    expect(page.locator(".photo-strip__photo img")).to_have_count(before + 1)


def save(page: Page) -> str:
    record = page.url.rsplit("/", 1)[1]
    page.get_by_test_id("save").click()
    expect(row_of(page, record)).to_be_visible()
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
