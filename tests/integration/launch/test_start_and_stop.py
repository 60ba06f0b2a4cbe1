"""Starting, stopping by every way a user has, and starting again."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.integration.launch.conftest import COMMAND, Start, Starter, alive, children_of

PARTS = {"couch", "web", "merge", "notices"}
SECOND_START = 10  # seconds


def gone_within(pids: list[int], seconds: float) -> list[int]:
    """Those of the processes that are still there after that time."""
    deadline = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive(pids)


def part_of(start: Start, marker: str) -> int:
    """The process id of the part whose command line holds `marker`."""
    return next(pid for pid in children_of(start.process.pid) if marker in Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "))


def test_a_second_start_is_quick_and_keeps_the_data(launcher: Starter) -> None:
    first = launcher()
    first.until_ready()
    token = first.sign_in()
    assert "password 密码: doorstep" in first.output
    os.kill(first.process.pid, signal.SIGINT)
    assert first.exit_code() == 0

    second = launcher()
    assert second.until_ready() < SECOND_START
    answer = requests.get(f"{second.base_url}/api/session", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 200, "the session of the first run is still known"
    assert answer.json()["user"]["roles"] == ["grid"]
    os.kill(second.process.pid, signal.SIGINT)
    assert second.exit_code() == 0


def twice_at_once(pid: int) -> None:
    os.kill(pid, signal.SIGINT)
    time.sleep(0.2)
    os.kill(pid, signal.SIGINT)


def by_closing_the_terminal(pid: int) -> None:
    os.kill(pid, signal.SIGHUP)


@pytest.mark.parametrize("stop", [twice_at_once, by_closing_the_terminal])
def test_stopping_leaves_no_process(launcher: Starter, stop: Callable[[int], None]) -> None:
    start = launcher(DEMO="0")
    start.until_ready()
    processes = children_of(start.process.pid)
    assert len(processes) >= len(PARTS)
    stop(start.process.pid)
    assert start.exit_code() == 0, start.output
    assert alive(processes) == []


def test_stopping_while_it_still_starts_leaves_no_process(launcher: Starter) -> None:
    start = launcher(DEMO="0")
    while not (processes := children_of(start.process.pid)):
        time.sleep(0.02)
    os.kill(start.process.pid, signal.SIGINT)
    assert start.exit_code() == 0, start.output
    assert alive(processes) == []


def test_a_launcher_that_was_killed_takes_its_parts_with_it_and_the_next_start_works(launcher: Starter) -> None:
    start = launcher(DEMO="0")
    start.until_ready()
    processes = children_of(start.process.pid)
    os.kill(start.process.pid, signal.SIGKILL)
    assert gone_within(processes, 15) == []
    again = launcher(DEMO="0")
    again.until_ready()


@pytest.mark.parametrize(("name", "marker"), [("merge", "sync work"), ("web", "gunicorn")])
def test_a_part_that_dies_stops_everything_and_is_named(launcher: Starter, name: str, marker: str) -> None:
    start = launcher(DEMO="0")
    start.until_ready()
    processes = children_of(start.process.pid)
    os.kill(part_of(start, marker), signal.SIGKILL)
    assert start.exit_code() == 1
    assert f"doorstep: {name} stopped unexpectedly (exit code -9)" in start.output
    assert gone_within(processes, 1) == []


def test_make_interrupted_alone_stops_everything(launcher: Starter) -> None:
    (launcher.folder / "Makefile").write_text(f"run:\n\t@exec {' '.join(COMMAND)}\n")
    start = launcher(["make", "run"], DEMO="0")
    start.until_ready()
    processes = children_of(start.process.pid)
    os.kill(start.process.pid, signal.SIGINT)
    start.exit_code()
    assert alive(processes) == []


def test_the_parts_go_when_make_was_killed(launcher: Starter) -> None:
    (launcher.folder / "Makefile").write_text(f"run:\n\t@exec {' '.join(COMMAND)}\n")
    start = launcher(["make", "run"], DEMO="0")
    start.until_ready()
    processes = children_of(start.process.pid)
    os.kill(start.process.pid, signal.SIGKILL)
    assert gone_within(processes, 15) == []


def test_a_second_start_beside_it_is_refused_and_its_couchdb_password_is_for_its_owner_alone(launcher: Starter) -> None:
    start = launcher(DEMO="0")
    start.until_ready()
    other = launcher(DEMO="0")
    assert other.exit_code() == 1
    assert f"is in use by another run of Doorstep: process {start.process.pid}." in other.output
    assert start.process.poll() is None

    kept = start.data_dir / "couchdb-url"
    assert kept.stat().st_mode & 0o777 == 0o600
    address = kept.read_text().strip()
    assert requests.get(f"{address}/doorstep-is-not-here", timeout=5).status_code == 404
    without_password = address.replace(address.split("@")[0] + "@", "http://")
    assert requests.get(f"{without_password}/doorstep-is-not-here", timeout=5).status_code == 401
