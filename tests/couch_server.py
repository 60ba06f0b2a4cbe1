"""A CouchDB for tests: the one `COUCHDB_URL` names, or the embedded server on a folder of its own. Also what it takes to kill the latter and start it again."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.launch.leash import die_with_parent
from server.launch.settings import free_port

EMBEDDED = Path(__file__).resolve().parents[1] / "sync" / "embedded"
USER = "admin"


class EmbeddedCouch:
    """The embedded server as a process on the data in `folder`. It keeps its port when it is started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._password = secrets.token_hex(8)
        self._options = options
        self._log = folder.parent / f"{folder.name}.log"
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://{USER}:{self._password}@127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it complained about so far."""
        return self._log.read_text()

    def start(self) -> None:
        """Returns when it listens."""
        node = shutil.which("node")
        assert node, "Node is not installed"
        assert (EMBEDDED / "node_modules").is_dir(), f"the embedded server's packages are not installed: run npm ci in {EMBEDDED}"
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [node, EMBEDDED / "server.mjs", "--data", self.folder, "--port", str(self.port), *self._options],
                env={**os.environ, "COUCHDB_USER": USER, "COUCHDB_PASSWORD": self._password},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=die_with_parent,
            )
        assert self._process.stdout
        said = self._process.stdout.readline()
        self._process.stdout.close()
        if said != "ready\n":
            self._process.wait(10)
            pytest.fail(f"the embedded CouchDB did not start:\n{self.log}")

    def kill(self) -> None:
        """SIGKILL: no time for anything."""
        assert self._process
        self._process.kill()
        self._process.wait(15)

    def stop(self) -> int:
        """SIGTERM, as Ctrl-C of `make run` does. Its exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(15)


@pytest.fixture(scope="session")
def couch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A CouchDB server's address with its administrator's name and password. Whoever uses it makes databases of its own, and removes them."""
    given = os.environ.get("COUCHDB_URL")
    if given:
        yield given.rstrip("/")
        return
    server = EmbeddedCouch(tmp_path_factory.mktemp("couch") / "data")
    server.start()
    yield server.url
    server.stop()


@pytest.fixture
def embedded_couch(tmp_path: Path) -> Iterator[EmbeddedCouch]:
    """An embedded server of the test's own, to be killed and started again."""
    server = EmbeddedCouch(tmp_path / "couch")
    server.start()
    yield server
    server.kill()
