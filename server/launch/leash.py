"""Ties a process to the one that started it: when the parent dies, however it dies, the child is told to stop.

Run as a program it puts the leash on itself and becomes the command: `python leash.py <parent's process id> <command for sh>`.
It imports nothing of the project, so that it costs milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies. Only Linux can do that; elsewhere the lock on the data folder tells the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    die_with_parent()
    if os.getppid() != int(sys.argv[1]):  # it died before the kernel was asked
        sys.exit(1)
    os.execv("/bin/sh", ["sh", "-c", f"exec {sys.argv[2]}"])
