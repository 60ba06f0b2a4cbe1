"""What would keep the product from working, found before anything is started. Each raises a `Complaint`."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa

from server.launch import holders
from server.launch.complaint import Complaint
from server.launch.settings import Settings, port_is_free

ROOM = 200_000_000  # bytes; a day of a small compound's photos
TIMEOUT = 5  # seconds


def data_dir_is_usable(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Complaint(
            f"Cannot write to the data folder {data_dir} ({error.strerror}). Give this user the right to, or choose another: DATA_DIR=…",
            f"无法写入数据目录 {data_dir}（{error.strerror}）。请修改目录权限，或用 DATA_DIR=… 换一个目录。",
        ) from error
    free = shutil.disk_usage(data_dir).free
    if free < ROOM:
        raise Complaint(
            f"Only {free // 1_000_000} MB are free on the disk of {data_dir}; Doorstep wants {ROOM // 1_000_000} MB. Make room, or choose another: DATA_DIR=…",
            f"{data_dir} 所在磁盘只剩 {free // 1_000_000} MB，至少需要 {ROOM // 1_000_000} MB。请清理磁盘，或用 DATA_DIR=… 换一个目录。",
        )


def port_can_be_had(settings: Settings) -> None:
    if not port_is_free(settings.host, settings.port):
        holder = ", ".join(holders.of_port(settings.port))
        raise Complaint(
            f"Cannot listen on {settings.host}:{settings.port}: it is in use{f' by {holder}' if holder else ''}. "
            f"Stop that, or choose another port: make run PORT={settings.port + 1}",
            f"端口 {settings.port} 已被占用{f'（{holder}）' if holder else ''}。请先停止占用它的程序，或换一个端口：make run PORT={settings.port + 1}",
        )


def database_answers(url: str) -> None:
    """`url` with its driver, as SQLAlchemy takes it."""
    try:
        address = sa.make_url(url)
        patience = {"connect_timeout": TIMEOUT} if address.get_backend_name() == "postgresql" else {}
        engine = sa.create_engine(address, connect_args=patience)
        with engine.connect():
            pass
        engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        shown = sa.make_url(url).render_as_string(hide_password=True) if not isinstance(error, sa.exc.ArgumentError) else "?"
        why = _first_line(str(getattr(error, "orig", None) or error))
        raise Complaint(
            f"DATABASE_URL does not work: {shown}: {why}. Start that database and check address, user and password, or leave DATABASE_URL out to use SQLite.",
            f"DATABASE_URL 连接不上：{shown}（{why}）。请确认数据库已启动，地址、用户名、密码正确；或去掉 DATABASE_URL，改用 SQLite。",
        ) from error


def couchdb_answers(url: str) -> None:
    """Also that it lets us in: an unknown database is 404 to its administrator and 401 to a stranger."""
    address = urlsplit(url)
    shown = f"{address.scheme}://{address.hostname}:{address.port}" if address.port else f"{address.scheme}://{address.hostname}"
    try:
        with requests.Session() as session:
            greeting = session.get(url, timeout=TIMEOUT)
            answer = session.get(f"{url.rstrip('/')}/doorstep-is-not-here", timeout=TIMEOUT)
    except (requests.RequestException, ValueError) as error:
        raise _couchdb(shown, "nobody answers there", "无法连接") from error
    if 401 in (greeting.status_code, answer.status_code) or answer.status_code == 403:
        raise _couchdb(shown, "it refuses the user name or password", "用户名或密码不对")
    if "couchdb" not in greeting.text.lower() and "pouchdb" not in greeting.text.lower():
        raise _couchdb(shown, "what answers there is not CouchDB", "该地址不是 CouchDB")


def _couchdb(shown: str, english: str, chinese: str) -> Complaint:
    return Complaint(
        f"COUCHDB_URL does not work: {shown}: {english}. Start CouchDB and check http://user:password@host:port, or leave COUCHDB_URL out to use ours.",
        f"COUCHDB_URL 连接不上：{shown}：{chinese}。请确认 CouchDB 已启动，地址形如 http://用户:密码@主机:端口；或去掉 COUCHDB_URL，改用内置的。",
    )


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".") if text.strip() else "no answer"
