"""What a start is told, and what it tells its parts."""

import socket
from pathlib import Path

import pytest

from server.launch.complaint import Complaint
from server.launch.settings import ROOT, Settings, embedded_couchdb_url


def test_without_anything_set_it_serves_the_loopback_on_port_8000_from_the_data_folder() -> None:
    settings = Settings.from_environment({})
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.data_dir == ROOT / "data"
    assert settings.couchdb_url is None
    assert not settings.demo


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("localhost", "http://localhost:8000")])
def test_the_address_is_one_a_browser_here_can_open(host: str, address: str) -> None:
    assert Settings.from_environment({"HOST": host}).address == address


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_none_is_complained_about(port: str) -> None:
    with pytest.raises(Complaint, match="PORT"):
        Settings.from_environment({"PORT": port})


def test_the_parts_are_told_where_the_embedded_couchdb_is_and_its_password() -> None:
    told = Settings.from_environment({"PATH": "/bin"}).for_the_parts("http://admin:secret@127.0.0.1:6001")
    assert told["COUCHDB_URL"] == "http://admin:secret@127.0.0.1:6001"
    assert (told["COUCHDB_PORT"], told["COUCHDB_USER"], told["COUCHDB_PASSWORD"]) == ("6001", "admin", "secret")
    assert told["PATH"].endswith(":/bin")


def test_with_a_couchdb_of_its_own_nothing_is_told_of_an_embedded_one() -> None:
    told = Settings.from_environment({"COUCHDB_URL": "http://a:b@couch:5984"}).for_the_parts("http://a:b@couch:5984")
    assert "COUCHDB_PASSWORD" not in told


def test_the_embedded_couchdb_keeps_its_address_and_password_while_its_port_is_free(tmp_path: Path) -> None:
    first = embedded_couchdb_url(tmp_path)
    assert embedded_couchdb_url(tmp_path) == first
    assert (tmp_path / "couchdb-url").stat().st_mode & 0o777 == 0o600


def test_the_embedded_couchdb_goes_to_another_port_and_keeps_its_password_when_its_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "couchdb-url").write_text(f"http://admin:secret@127.0.0.1:{port}\n")
        url = embedded_couchdb_url(tmp_path)
    assert url.startswith("http://admin:secret@127.0.0.1:")
    assert not url.endswith(f":{port}")
