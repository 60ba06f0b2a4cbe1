"""Files that are whole or not there."""

import hashlib
import os
from pathlib import Path

import pytest

from server.photos.storage import FileStore, NoSuchPhoto, StorageUnavailable

KEY = hashlib.sha256(b"bytes").hexdigest()


def test_what_is_put_is_there_under_two_levels_of_folders(tmp_path: Path):
    FileStore(tmp_path).put(KEY, b"bytes")
    assert FileStore(tmp_path).get(KEY) == b"bytes"
    assert (tmp_path / KEY[:2] / KEY[2:4] / KEY).read_bytes() == b"bytes"


def test_putting_a_key_again_is_once(tmp_path: Path):
    store = FileStore(tmp_path)
    store.put(KEY, b"bytes")
    before = (tmp_path / KEY[:2] / KEY[2:4] / KEY).stat()
    store.put(KEY, b"bytes")
    assert (tmp_path / KEY[:2] / KEY[2:4] / KEY).stat().st_ino == before.st_ino


def test_what_was_never_put_is_not_there(tmp_path: Path):
    with pytest.raises(NoSuchPhoto):
        FileStore(tmp_path).get(f"{KEY}-thumb")


@pytest.mark.parametrize("key", ["../../etc/passwd", KEY.upper(), f"{KEY}-large", f"{KEY}\n", ""])
def test_a_key_leads_nowhere_else(tmp_path: Path, key: str):
    with pytest.raises(ValueError, match="not a key"):
        FileStore(tmp_path).get(key)


def test_a_crash_while_writing_leaves_nothing_under_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def killed(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        FileStore(tmp_path).put(KEY, b"bytes")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_refuses_is_told_apart(tmp_path: Path):
    (tmp_path / KEY[:2]).write_text("in the way")
    with pytest.raises(StorageUnavailable):
        FileStore(tmp_path).put(KEY, b"bytes")
