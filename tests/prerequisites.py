"""What the tests need from the system: a browser, PostgreSQL's server programs, a font with Chinese. `python3 -m tests.prerequisites` sees to it.

On Debian and its kin it installs what is absent when it may (root); elsewhere it says what to install.
Only the standard library: it runs before the venv is made.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from server.launch.complaint import Complaint


def has_chromium() -> bool:
    return bool(os.environ.get("PLAYWRIGHT_CHROMIUM") or shutil.which("chromium"))


def has_postgresql() -> bool:
    return bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb"))


def has_chinese_font() -> bool:
    return bool(shutil.which("fc-list") and subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True).stdout.strip())


def has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


NEEDED = {"chromium": has_chromium, "postgresql": has_postgresql, "fonts-noto-cjk": has_chinese_font, "python3-venv": has_venv}


def missing() -> list[str]:
    """Debian's names of the packages that are absent."""
    return [package for package, is_there in NEEDED.items() if not is_there()]


def install(packages: list[str]) -> None:
    """Raises `Complaint` where it may not or cannot."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        names = " ".join(packages)
        raise Complaint(
            f"The tests need {names} (Debian's names). Install them: sudo apt-get install {names}. A Chromium elsewhere: PLAYWRIGHT_CHROMIUM=/path/to/it",
            f"运行测试需要 {names}（Debian 包名）。请先安装：sudo apt-get install {names}。Chromium 不在 PATH 中时用 PLAYWRIGHT_CHROMIUM=路径 指定。",
        )
    print(f"Installing {', '.join(packages)} …", flush=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(done.stdout)
            raise Complaint(f"`{' '.join(command)}` did not work; it says why above.", f"“{' '.join(command)}”执行失败，原因见上。")


def main() -> int:
    try:
        absent = missing()
        if absent:
            install(absent)
    except Complaint as complaint:
        print(f"doorstep: {complaint}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
