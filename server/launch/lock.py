"""One start at a time for a data folder.

The parts inherit the lock, so it is free only when the last of them is gone: a start after a crash can tell that something still runs, and what.
"""

import fcntl
import os
import time
from pathlib import Path

from server.launch.complaint import Complaint

PATIENCE = 15.0  # seconds; parts whose launcher was killed are stopping by themselves


class Lock:
    """Held from its making on. `fd` is what the parts inherit."""

    def __init__(self, data_dir: Path, patience: float = PATIENCE) -> None:
        self._path = data_dir / "launch.lock"
        self.fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while not self._taken():
            launcher, *parts = self._noted() or [0]
            if _alive(launcher) or time.monotonic() > deadline:
                os.close(self.fd)
                raise _in_use(data_dir, [pid for pid in (launcher, *parts) if _alive(pid)])
            time.sleep(0.1)
        self.note([])

    def note(self, parts: list[int]) -> None:
        """Keep the process ids of the launcher and its parts for whoever finds the lock held."""
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, " ".join(map(str, [os.getpid(), *parts])).encode(), 0)

    def release(self) -> None:
        os.close(self.fd)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _noted(self) -> list[int]:
        return [int(word) for word in self._path.read_text().split()]


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _in_use(data_dir: Path, holders: list[int]) -> Complaint:
    pids = " ".join(map(str, holders)) or "?"
    return Complaint(
        f"{data_dir} is in use by another run of Doorstep (processes {pids}). Stop it (kill {pids}), or choose another folder: DATA_DIR=…",
        f"{data_dir} 正被另一个 Doorstep 使用（进程 {pids}）。请先停止它（kill {pids}），或用 DATA_DIR=… 换一个目录。",
    )
