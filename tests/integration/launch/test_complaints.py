"""What keeps it from starting is said in one clear line, without a traceback, and the exit code is not 0."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server.launch import checks
from server.launch.complaint import Complaint
from server.launch.settings import ROOT, free_port
from tests.databases import Cluster
from tests.integration.launch.conftest import Starter


def said(launcher: Starter, **environ: str) -> str:
    start = launcher(**environ)
    assert start.exit_code() == 1, start.output
    assert "Traceback" not in start.output
    complaint = start.output.strip().splitlines()
    assert complaint[0].startswith("doorstep: "), start.output
    assert len(complaint) == 2, "one line in each language"
    return complaint[0]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_named_with_its_holder_and_another_is_offered(launcher: Starter, taken_port: int) -> None:
    line = said(launcher, PORT=str(taken_port))
    assert f"127.0.0.1:{taken_port}" in line
    assert f"(process {os.getpid()})" in line
    assert f"PORT={taken_port + 1}" in line


@pytest.mark.parametrize("port", ["eight", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(launcher: Starter, port: str) -> None:
    assert "PORT" in said(launcher, PORT=port)


def test_a_couchdb_nobody_answers_at_is_named(launcher: Starter) -> None:
    port = free_port()
    line = said(launcher, COUCHDB_URL=f"http://admin:secret@127.0.0.1:{port}")
    assert f"COUCHDB_URL does not work: http://127.0.0.1:{port}: nobody answers" in line
    assert "secret" not in line


def test_a_couchdb_address_that_is_none_is_refused(launcher: Starter) -> None:
    assert "COUCHDB_URL does not work" in said(launcher, COUCHDB_URL="localhost")


def test_a_couchdb_password_that_is_wrong_is_told_apart(launcher: Starter, couch_url: str) -> None:
    address = urlsplit(couch_url)
    line = said(launcher, COUCHDB_URL=f"http://{address.username}:wrong@{address.hostname}:{address.port}")
    assert "refuses the user name or password" in line


def test_a_couchdb_that_lets_nobody_else_in_wants_a_password(launcher: Starter, couch_url: str) -> None:
    address = urlsplit(couch_url)
    assert "refuses the user name or password" in said(launcher, COUCHDB_URL=f"http://{address.hostname}:{address.port}")


def test_what_is_not_couchdb_is_told_apart(launcher: Starter) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        line = said(launcher, COUCHDB_URL=f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    assert "not CouchDB" in line


def test_a_database_nobody_answers_at_is_named_without_its_password(launcher: Starter) -> None:
    port = free_port()
    line = said(launcher, DATABASE_URL=f"postgresql://doorstep:secret@127.0.0.1:{port}/doorstep")
    assert "DATABASE_URL does not work" in line
    assert str(port) in line
    assert "secret" not in line


def test_a_database_that_is_not_there_is_named(launcher: Starter, postgresql_cluster: Cluster) -> None:
    assert '"nowhere" does not exist' in said(launcher, DATABASE_URL=postgresql_cluster.url("nowhere"))


@pytest.mark.parametrize("url", ["nonsense", "oracle://localhost/x", "mysql://localhost/x"])
def test_a_database_address_it_cannot_use_is_refused(launcher: Starter, url: str) -> None:
    assert "DATABASE_URL does not work" in said(launcher, DATABASE_URL=url)


def test_a_data_folder_that_cannot_be_written_is_named(launcher: Starter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = said(launcher, DATA_DIR=str(tmp_path / "file" / "data"))
    assert f"Cannot write to the data folder {tmp_path}/file/data" in line


def test_a_disk_that_is_nearly_full_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "ROOM", 10**18)
    with pytest.raises(Complaint, match="MB are free on the disk"):
        checks.data_dir_is_usable(tmp_path)


def set_up(path: Path) -> subprocess.CompletedProcess[str]:
    """The setup with nothing on the PATH but what the test put there."""
    environ = {**os.environ, "PATH": str(path)}
    return subprocess.run([sys.executable, "-m", "server.launch.setup"], cwd=ROOT, env=environ, capture_output=True, text=True)


def program(folder: Path, name: str, prints: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {prints}\n")
    path.chmod(0o755)


def test_a_missing_node_is_named(tmp_path: Path) -> None:
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("doorstep: Doorstep needs Node.js 20.19 or newer with npm, and `node` is not on the PATH.")


def test_a_missing_npm_is_named(tmp_path: Path) -> None:
    program(tmp_path, "node", "v22.1.0")
    assert "`npm` is not on the PATH" in set_up(tmp_path).stdout


def test_a_node_that_is_too_old_is_named_with_its_version(tmp_path: Path) -> None:
    program(tmp_path, "node", "v18.19.0")
    program(tmp_path, "npm", "10.2.3")
    done = set_up(tmp_path)
    assert done.returncode == 1
    assert "Node.js 20.19 or newer" in done.stdout
    assert "v18.19.0" in done.stdout


def test_a_python_that_is_too_old_is_named_before_anything_is_tried(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    done = subprocess.run(["make", "--no-print-directory", "run", f"PYTHON={tmp_path}/python3"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.startswith("doorstep: Python 3.11 or newer is needed")
    assert done.stdout == ""
