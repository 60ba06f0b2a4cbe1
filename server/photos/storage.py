"""Where confirmed bytes lie: content-addressed, written once, never changed.

StorageError
├── NoSuchPhoto           nothing lies under this key
└── StorageUnavailable    the disk is full, or refuses: wait and try again
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

from server.config import Config

_KEY = re.compile(r"[0-9a-f]{64}(-(screen|thumb))?", re.ASCII)


class StorageError(Exception):
    """Anything below."""


class NoSuchPhoto(StorageError):
    """Nothing lies under this key."""


class StorageUnavailable(StorageError):
    """The disk is full, or refuses: wait and try again."""


class PhotoStore(Protocol):
    """Bytes by key. A key is the SHA-256 of an original, `-screen` or `-thumb` added for what was made from it."""

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes, so that they are there after a power cut. Putting a key again is once. Raises StorageUnavailable."""

    def get(self, key: str) -> bytes:
        """The bytes. Raises NoSuchPhoto."""


class FileStore:
    """A folder: `ab/cd/<key>`, so that no directory grows without bound."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole_or_not_at_all(path, data)
        except OSError as error:
            raise StorageUnavailable(str(error)) from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise NoSuchPhoto(key) from error

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self._root / key[:2] / key[2:4] / key


def _write_whole_or_not_at_all(path: Path, data: bytes) -> None:
    """Under another name first and on the disk before it gets its own: whoever sees the name sees all the bytes, whatever crashed."""
    descriptor, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    # The name itself lives in the folder, and the phone throws its copy away once we say we have it.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def photo_store(config: Config) -> PhotoStore:
    """The store this deployment keeps its photos in."""
    return FileStore(config.data_dir / "photos")
