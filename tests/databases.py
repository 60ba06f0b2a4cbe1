"""Throwaway databases: every test gets a migrated one of its own, once on SQLite and once on PostgreSQL.

One PostgreSQL cluster is started for the whole run, in a temporary folder and reached by a Unix socket there; a database is a copy of a migrated template.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from server.launch.leash import die_with_parent

ROOT = Path(__file__).resolve().parents[1]
OWNER = "postgres"
TEMPLATE = "doorstep_template"
# What makes a database safe against a power cut makes a test slow, and no test survives a power cut.
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")


class Cluster:
    """A PostgreSQL server that lives as long as the tests do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The server refuses to run as root, and its folder must be its own.
        self._user = OWNER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._programs = programs()
        data = folder / "data"
        self._run("initdb", "--pgdata", str(data), "--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync")
        settings = [word for setting in (*UNSAFE_BUT_FAST, f"unix_socket_directories={folder}") for word in ("-c", setting)]
        self._log = (folder / "log").open("wb")
        self._server = subprocess.Popen(
            [self._programs / "postgres", "-D", data, *settings],
            cwd=folder,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self._wait_until_it_answers()

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template1") -> str:
        """A new database's URL."""
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user=OWNER, dbname="postgres", autocommit=True)

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([self._programs / program, *arguments], cwd=self.folder, user=self._user, group=self._user, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(f"{program} did not work:\n{done.stdout}{done.stderr}")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self._connect().close()
                return
            except psycopg.OperationalError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"PostgreSQL did not start: {error}\n{(self.folder / 'log').read_text()}")
                time.sleep(0.05)


def programs() -> Path:
    """The folder with `initdb` and `postgres`: Debian keeps them off the PATH, the newest version last."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if debian:
        return debian[-1]
    found = shutil.which("initdb")
    if not found:
        pytest.fail("The tests need PostgreSQL's server programs: apt-get install postgresql")
    return Path(found).resolve().parent


def migrate(url: str, data_dir: Path) -> None:
    """Bring the database at `url` to the newest migration, with the operator's own command."""
    environ = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(data_dir)}
    done = subprocess.run([sys.executable, "-m", "flask", "--app", "server.app", "db", "upgrade"], cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"flask db upgrade did not work on {url}:\n{done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    # pytest's own folders are closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="doorstep-postgresql-"))
    cluster = Cluster(folder)
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    migrate(postgresql_cluster.create(TEMPLATE), tmp_path_factory.mktemp("template"))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite3"
    migrate(f"sqlite:///{path}", folder)
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database."""
    path = tmp_path / "doorstep.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_cluster: Cluster, postgresql_template: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgresql_cluster.create(name, postgresql_template)
    postgresql_cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; a test that asks for it runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
