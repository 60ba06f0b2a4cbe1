"""What one start is told by its environment, and what it tells the parts in theirs."""

import os
import re
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.launch.complaint import Complaint

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """`couchdb_url` is None when the embedded server is wanted."""

    host: str
    port: int
    data_dir: Path
    demo: bool
    couchdb_url: str | None
    environ: Mapping[str, str]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        return cls(
            host=environ.get("HOST") or "127.0.0.1",
            port=_port(environ.get("PORT") or "8000"),
            data_dir=(ROOT / (environ.get("DATA_DIR") or "data")).resolve(),
            demo=environ.get("DEMO") == "1",
            couchdb_url=environ.get("COUCHDB_URL") or None,
            environ=environ,
        )

    @property
    def address(self) -> str:
        """Where a browser on this machine finds the app."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def for_the_parts(self, couchdb_url: str) -> dict[str, str]:
        """The environment every part of the Procfile gets."""
        couch = urlsplit(couchdb_url)
        here = {
            "HOST": self.host,
            "PORT": str(self.port),
            "DATA_DIR": str(self.data_dir),
            "COUCHDB_URL": couchdb_url,
            "DEMO": "1" if self.demo else "0",
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{self.environ.get('PATH', os.defpath)}",
        }
        if self.couchdb_url is None:
            here |= {"COUCHDB_PORT": str(couch.port), "COUCHDB_USER": couch.username or "", "COUCHDB_PASSWORD": couch.password or ""}
        return {**self.environ, **here}


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Complaint(f"PORT is {text!r}: it must be a number from 1 to 65535.", f"PORT 的值 {text!r} 不对：应为 1 到 65535 之间的数字。")
    return int(text)


def embedded_couchdb_url(data_dir: Path) -> str:
    """The embedded server's address with its administrator's password, kept in the data folder for its owner's eyes only.

    Any free port at first, as a fixed one would be fought over by two that start at once; then the same while it is free: an operator's command
    may have it at hand.
    """
    kept = data_dir / "couchdb-url"
    url = kept.read_text().strip() if kept.exists() else f"http://admin:{secrets.token_hex(16)}@127.0.0.1:{free_port()}"
    if not port_is_free("127.0.0.1", urlsplit(url).port or 0):
        url = re.sub(r":\d+$", f":{free_port()}", url)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(url + "\n")
    return url


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port of the loopback nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
