"""What must be there before anything can start: the tools, the packages, the built PWA. Only the standard library: the venv is made here.

`python3 -m server.launch.setup [--tests]`. Each step is done again only when what it depends on has changed: its digest is kept under .make/.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.launch.complaint import Complaint

ROOT = Path(__file__).resolve().parents[2]
STAMPS = ROOT / ".make"
VENV = ROOT / ".venv"
NODE = (20, 19)  # what Vite asks for
NOT_SOURCES = re.compile(r"\..*|node_modules|dist|dev-dist|coverage")


@dataclass(frozen=True)
class Step:
    """Runs `command` in `folder` unless `makes` is there and the contents of `inputs` are what they were."""

    name: str
    doing: str
    command: tuple[str, ...]
    folder: Path
    inputs: tuple[Path, ...]
    makes: Path
    tools: str = ""  # versions that what it makes depends on

    @property
    def stamp(self) -> Path:
        return STAMPS / self.name

    def digest(self) -> str:
        digest = hashlib.sha256(f"{self.tools}\n{self.command}\n{self.folder}\n".encode())
        for path in self.inputs:
            for file in files_of(path):
                digest.update(f"{file.relative_to(ROOT)} {file.stat().st_size}\n".encode())
                digest.update(file.read_bytes())
        return digest.hexdigest()

    def is_done(self) -> bool:
        return self.makes.exists() and self.stamp.exists() and self.stamp.read_text() == self.digest()

    def do(self) -> None:
        """Raises `Complaint` with the command's own output before it."""
        digest = self.digest()
        self.stamp.unlink(missing_ok=True)
        started = time.monotonic()
        print(f"{self.doing} …", end=" ", flush=True)
        done = subprocess.run(self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(f"\n{done.stdout}")
            raise Complaint(
                f"`{' '.join(self.command[:3])} …` did not work (exit code {done.returncode}); it says why above. The first start needs a network.",
                f"“{' '.join(self.command[:3])} …”执行失败（退出码 {done.returncode}），原因见上。首次启动需要联网。",
            )
        print(f"{time.monotonic() - started:.0f} s")
        self.stamp.write_text(digest)


def files_of(path: Path) -> Iterator[Path]:
    """The file, or the files below the folder that are sources, in a fixed order."""
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not NOT_SOURCES.fullmatch(name))
        yield from (Path(folder) / name for name in sorted(names) if not name.endswith(".tsbuildinfo"))


def node_version() -> str:
    """Raises `Complaint` unless Node and npm are there and new enough."""
    oldest = ".".join(map(str, NODE))
    wanted = f"Node.js {oldest} or newer with npm"
    mend = "Install it from https://nodejs.org or your package manager, so that `node --version` says so."
    mend_zh = f"请安装 Node.js {oldest} 或更新版本（https://nodejs.org），并确认 node 与 npm 在 PATH 中。"
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            raise Complaint(f"Doorstep needs {wanted}, and `{tool}` is not on the PATH. {mend}", f"找不到 {tool}。{mend_zh}")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    version = re.match(r"v(\d+)\.(\d+)", said)
    if not version or (int(version[1]), int(version[2])) < NODE:
        raise Complaint(f"Doorstep needs {wanted}; `node --version` says {said!r}. {mend}", f"当前 Node.js 版本为 {said!r}，版本过低。{mend_zh}")
    return said


def make_venv() -> str:
    """The virtual environment with this very Python; made anew when it is of another one or was moved. Its version."""
    version = sys.version.split()[0]
    python = VENV / "bin" / "python"
    if python.exists():
        said = subprocess.run([python, "-c", "import sys; print(sys.version.split()[0], sys.prefix)"], capture_output=True, text=True).stdout.split()
        if said == [version, str(VENV)]:
            return version
    print("Making .venv …", flush=True)
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout)
        raise Complaint(
            "This Python cannot make a virtual environment; it says why above. On Debian and Ubuntu: apt-get install python3-venv",
            "当前 Python 无法创建虚拟环境，原因见上。Debian/Ubuntu 请执行：apt-get install python3-venv",
        )
    return version


def steps(python: str, node: str, *, tests: bool) -> list[Step]:
    """In order. `python` and `node` are versions."""
    requirements = [ROOT / name for name in ("requirements.txt", *(("requirements-dev.txt",) if tests else ()))]
    pip = (str(VENV / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--require-hashes")
    npm = ("npm", "ci", "--no-audit", "--no-fund")
    embedded, pwa = ROOT / "sync/embedded", ROOT / "pwa"
    locks = ("package.json", "package-lock.json")
    return [
        Step(
            "python-tests" if tests else "python",
            "Installing the Python packages",
            (*pip, *(word for file in requirements for word in ("-r", str(file)))),
            ROOT,
            tuple(requirements),
            VENV / "bin/gunicorn",
            f"{python} {VENV.stat().st_ino}",
        ),
        Step(
            "embedded",
            "Installing the embedded CouchDB's packages",
            npm,
            embedded,
            tuple(embedded / lock for lock in locks),
            embedded / "node_modules",
            node,
        ),
        Step("pwa", "Installing the app's packages", npm, pwa, tuple(pwa / lock for lock in locks), pwa / "node_modules", node),
        Step("pwa-build", "Building the app", ("npm", "run", "build"), pwa, (pwa,), pwa / "dist/index.html", node),
    ]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two `make`s in one tree would install over each other."""
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    try:
        node = node_version()
        with one_at_a_time():
            for step in steps(make_venv(), node, tests="--tests" in arguments):
                if not step.is_done():
                    step.do()
    except Complaint as complaint:
        print(f"doorstep: {complaint}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
