"""The hybrid logical clock `at`, and what can be believed of it.

After S. Kulkarni et al., "Logical Physical Clocks" (2014): a physical time that never runs back, and a counter for what one millisecond holds.
"""

import re
from typing import NamedTuple

_AT = re.compile(r"(\d{13})\.([0-9a-f]{4})\.([A-Za-z0-9_-]{1,64})", re.ASCII)


class Stamp(NamedTuple):
    """`<ms, 13 digits>.<counter, 4 hex>.<replica>`, ordered as its parts are."""

    ms: int
    counter: int
    replica: str

    def __str__(self) -> str:
        return f"{self.ms:013d}.{self.counter:04x}.{self.replica}"


def read_stamp(text: object) -> Stamp | None:
    """The stamp a text spells, or None."""
    match = _AT.fullmatch(text) if isinstance(text, str) else None
    return Stamp(int(match[1]), int(match[2], 16), match[3]) if match else None


def believable(claimed: int, *, last_sync: int, saw: int, arrived: int) -> int:
    """When a step was taken, as far as can be believed (law 4), in milliseconds: not before the later of its replica's last sync and the version it saw,
    not after it arrived."""
    return min(max(claimed, last_sync, saw), arrived)
