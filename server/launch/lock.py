"""One start at a time for a data folder.

The parts inherit the lock, so it is free only when the last of them is gone: a start after a crash can tell that something still runs, and what.
"""

import fcntl
import os
import time
from pathlib import Path

from server.launch import holders
from server.launch.complaint import Complaint

PATIENCE = 15.0  # seconds; parts whose launcher was killed are stopping by themselves


class Lock:
    """Held from its making on. `fd` is what the parts inherit."""

    def __init__(self, data_dir: Path, patience: float = PATIENCE) -> None:
        path = data_dir / "launch.lock"
        self.fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while not self._taken():
            launcher = path.read_text()
            if _alive(launcher) or time.monotonic() > deadline:
                os.close(self.fd)
                raise _in_use(data_dir, f"process {launcher}" if _alive(launcher) else ", ".join(holders.of_file(path)))
            time.sleep(0.1)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        os.close(self.fd)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _alive(launcher: str) -> bool:
    try:
        os.kill(int(launcher), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _in_use(data_dir: Path, by: str) -> Complaint:
    who = by or f"see lsof {data_dir}/launch.lock"
    return Complaint(
        f"{data_dir} is in use by another run of Doorstep: {who}. Stop it, or choose another folder: DATA_DIR=…",
        f"{data_dir} 正被另一个 Doorstep 使用：{who}。请先停止它，或用 DATA_DIR=… 换一个目录。",
    )
