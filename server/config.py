"""Settings, read once from the environment. Everything a deployment may set is here and in docs/operations.md."""

import os
from dataclasses import dataclass
from pathlib import Path

# Where browsers' push services live; a subscription to anywhere else is refused.
PUSH_HOSTS = ("fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com")


@dataclass(frozen=True)
class Config:
    data_dir: Path
    database_url: str
    couchdb_url: str
    couchdb_prefix: str = "doorstep-"
    demo: bool = False
    secure_cookie: bool = False
    session_days: int = 30
    trusted_proxies: int = 0
    vapid_private_key: str = ""
    vapid_subject: str = "mailto:operator@example.org"
    push_hosts: tuple[str, ...] = PUSH_HOSTS

    @classmethod
    def from_environment(cls, environ: os._Environ[str] | dict[str, str] = os.environ) -> "Config":
        """Read `DATA_DIR`, `DATABASE_URL`, `COUCHDB_URL`, … ; the embedded CouchDB's address is the default."""
        data_dir = Path(environ.get("DATA_DIR") or "data").resolve()
        return cls(
            data_dir=data_dir,
            database_url=_driver(environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'doorstep.sqlite3'}"),
            couchdb_url=environ.get("COUCHDB_URL") or "http://admin:doorstep@127.0.0.1:5985",
            couchdb_prefix=environ.get("COUCHDB_PREFIX") or cls.couchdb_prefix,
            demo=environ.get("DEMO") == "1",
            secure_cookie=environ.get("SECURE_COOKIE") == "1",
            session_days=int(environ.get("SESSION_DAYS") or cls.session_days),
            trusted_proxies=int(environ.get("TRUSTED_PROXIES") or cls.trusted_proxies),
            vapid_private_key=environ.get("VAPID_PRIVATE_KEY", ""),
            vapid_subject=environ.get("VAPID_SUBJECT") or cls.vapid_subject,
            push_hosts=tuple(filter(None, environ.get("PUSH_HOSTS", "").split(","))) or PUSH_HOSTS,
        )


def _driver(url: str) -> str:
    """PostgreSQL addresses as hosts give them (`postgres://`), with the driver the project ships."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
