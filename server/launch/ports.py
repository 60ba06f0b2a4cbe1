"""Which process listens on a port, as far as this machine lets us see."""

import os
from pathlib import Path

LISTENING = "0A"


def holder_of(port: int) -> str:
    """`name (process 123)`, or nothing where /proc does not say: another system, or another user's process."""
    sockets = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listeners(Path("/proc/net") / table, port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if os.readlink(link) in sockets:
                process = link.parents[1]
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # gone meanwhile, or not ours to look into
            continue
    return ""


def _listeners(table: Path, port: int) -> list[str]:
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [row[9] for row in rows if row[3] == LISTENING and int(row[1].rsplit(":", 1)[1], 16) == port]
