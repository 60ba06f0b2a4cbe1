"""Which processes hold a port or a file open, as far as this machine lets us see: nothing where there is no /proc, and nothing of other users."""

import os
from pathlib import Path

LISTENING = "0A"


def of_file(path: Path) -> list[str]:
    """`name (process 123)` for each."""
    return _holding({str(path)})


def of_port(port: int) -> list[str]:
    """`name (process 123)` for each that listens there."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listeners(Path("/proc/net") / table, port)}
    return _holding(sockets) if sockets else []


def _holding(targets: set[str]) -> list[str]:
    found = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) in targets:
                process = link.parents[1]
                found[int(process.name)] = f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # gone meanwhile, or not ours to look into
            continue
    return [text for pid, text in sorted(found.items()) if pid != os.getpid()]


def _listeners(table: Path, port: int) -> list[str]:
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rsplit(":", 1)[1], 16) == port]
