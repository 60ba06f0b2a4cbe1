"""How the launcher is asked to stop: by signals, and by what becomes of the `make` that started it."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType


class Asked:
    """Counts the signals; the second means: at once. From its making on, no signal can break off the stopping half-way."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._signals = 0
        self._parent = os.getppid()
        self._under_make = "MAKELEVEL" in environ
        signal.signal(signal.SIGINT, self._count)
        signal.signal(signal.SIGTERM, self._count)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
            signal.signal(signal.SIGHUP, self._count)

    def to_stop(self) -> bool:
        return self._signals > 0 or (self._under_make and (os.getppid() != self._parent or _was_interrupted(self._parent)))

    def to_hurry(self) -> bool:
        return self._signals > 1

    def _count(self, _signal: int, _frame: FrameType | None) -> None:
        self._signals += 1


def _was_interrupted(make: int) -> bool:
    """Whether `make` is in its handler of SIGINT or SIGHUP.

    It passes SIGTERM on, but for these two it counts on the terminal to have told its children as well, and waits for them. Interrupted alone
    (`kill -INT`, an IDE's stop button) it would wait for ever; while it does, it blocks the signal, and Linux shows that.
    """
    try:
        status = Path(f"/proc/{make}/status").read_text()
    except OSError:
        return False
    blocked = next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk:")), 0)
    return any(blocked & 1 << number - 1 for number in (signal.SIGINT, signal.SIGHUP))
