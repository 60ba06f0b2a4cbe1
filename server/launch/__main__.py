"""`python -m server.launch`: start everything, say where it is, stop everything."""

import os
import sys
import threading

from server.launch.asked import Asked
from server.launch.complaint import Complaint
from server.launch.launch import Launch, StopAsked
from server.launch.settings import Settings
from server.people.models import ROLES

_printing = threading.Lock()


def main() -> int:
    """0 when it was asked to stop, 1 when something was wrong."""
    asked = Asked(os.environ)
    trouble = ""
    try:
        launch = Launch(Settings.from_environment(os.environ), _say, asked.to_stop)
        try:
            trouble = _run(launch)
        finally:
            launch.end(asked.to_hurry)
    except Complaint as complaint:
        trouble = str(complaint)
    if trouble:
        _print(f"doorstep: {trouble}")
    return 1 if trouble else 0


def _run(launch: Launch) -> str:
    """What went wrong, or nothing when the end was asked for. Raises `Complaint`."""
    try:
        launch.begin()
    except StopAsked:
        return ""
    _print(_welcome(launch.settings))
    ended = launch.watch()
    if ended is None:
        return ""
    ended.finish()
    return f"{ended.name} stopped unexpectedly (exit code {ended.exit_code}), so the rest was stopped too.\n{ended.name} 意外退出，其余进程已一并停止。"


def _welcome(settings: Settings) -> str:
    lines = ["", f"  Doorstep 家门口  {settings.address}", f"  data 数据        {settings.data_dir}"]
    if settings.demo:
        lines.append(f"  logins 演示账号  {', '.join(ROLES)}   password 密码: doorstep")
    return "\n".join([*lines, "  Ctrl-C stops everything 停止", ""])


def _say(part: str, line: str) -> None:
    _print(f"{part:<8}| {line}")


def _print(text: str) -> None:
    with _printing:
        try:
            print(text, flush=True)
        except OSError:  # the terminal has gone; that must not keep the parts from being stopped
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
