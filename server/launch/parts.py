"""The processes of the Procfile, one by one."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from server.launch import leash
from server.launch.settings import ROOT

Say = Callable[[str, str], None]
"""Takes a part's name and one line it printed."""


def read_procfile(path: Path) -> dict[str, str]:
    """`{name: command}` in the file's order."""
    return dict(re.findall(r"^([A-Za-z0-9_-]+):\s*(.+)$", path.read_text(), re.MULTILINE))


class Part:
    """One process and whatever it starts, in a session of its own: a terminal's Ctrl-C reaches only the launcher, which stops the parts in order."""

    def __init__(self, name: str, command: str, environ: Mapping[str, str], say: Say, keep: tuple[int, ...] = ()) -> None:
        self.name = name
        self._command = command
        self._environ = environ
        self._say = say
        self._keep = keep
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """Its process id, 0 before its first start."""
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it, as in `subprocess`."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), self._command],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            pass_fds=self._keep,
        )
        self._reader = threading.Thread(target=self._pass_on_lines, args=(self._process,), daemon=True)
        self._reader.start()

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself: what it started is its own to stop."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL to it and to everything it started."""
        if self._process:
            with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within `seconds`."""
        deadline = time.monotonic() + seconds
        while self.running and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.running

    def finish(self) -> None:
        """End what it may have left behind, and read the last lines it printed."""
        self.kill()
        if self._reader:
            self._reader.join(2)

    def _pass_on_lines(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                self._say(self.name, line.rstrip("\n"))
