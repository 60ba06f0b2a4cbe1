"""`python -m server.launch` as a user runs it: its own process, its own port, its own data folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from server.launch.settings import ROOT, free_port
from tests.stack import NOT_INHERITED

READY = "Ctrl-C stops everything"
COMMAND = [sys.executable, "-m", "server.launch"]


def _as_at_a_terminal() -> None:
    """A shell's background job is born deaf to Ctrl-C, one under nohup to a closed terminal too, and so would be everything the tests start from there."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Start:
    """One start. `output` is what it printed so far."""

    def __init__(self, folder: Path, command: list[str], **environ: str) -> None:
        self.data_dir = folder / "data"
        self.port = free_port()
        self._output = folder / "output"
        inherited = {name: value for name, value in os.environ.items() if name not in (*NOT_INHERITED, "COUCHDB_URL", "MAKELEVEL", "MAKEFLAGS")}
        own = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "DEMO": "1", "PYTHONPATH": str(ROOT)}
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**inherited, **own, **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_as_at_a_terminal,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def until_ready(self, seconds: float = 60) -> float:
        """How many seconds it took to print the welcome."""
        started = time.monotonic()
        while READY not in self.output:
            if self.process.poll() is not None or time.monotonic() - started > seconds:
                pytest.fail(f"it did not start:\n{self.output}")
            time.sleep(0.05)
        return time.monotonic() - started

    def exit_code(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def sign_in(self) -> str:
        """The token of the demo's grid worker."""
        answer = requests.post(f"{self.base_url}/api/session", json={"login": "grid", "password": "doorstep"}, timeout=10)
        answer.raise_for_status()
        token: str = answer.json()["token"]
        return token

    def kill(self) -> None:
        """What a test that failed half-way leaves behind."""
        for pid in [self.process.pid, *children_of(self.process.pid)]:
            with_no_fuss(pid)
        self.process.wait()


def with_no_fuss(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[int]:
    """The process ids of its children and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        own = parents.get(waiting.pop(), [])
        found += own
        waiting += own
    return found


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()]


class Starter:
    """Starts the launcher in the test's folder, as often as the test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._starts: list[Start] = []

    def __call__(self, command: list[str] | None = None, **environ: str) -> Start:
        start = Start(self.folder, command or COMMAND, **environ)
        self._starts.append(start)
        return start

    def clean_up(self) -> None:
        for start in self._starts:
            if start.process.poll() is None:
                start.kill()


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path)
    yield starter
    starter.clean_up()
