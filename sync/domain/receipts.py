"""Receipts: how far a replica's numbers have arrived without a gap (law 7)."""

from collections.abc import Iterable
from typing import NamedTuple


class Watermark(NamedTuple):
    """1…`received` have all arrived; `ahead` are those beyond it, as sorted runs (first, last)."""

    received: int = 0
    ahead: tuple[tuple[int, int], ...] = ()


def advance(mark: Watermark, arrived: Iterable[int]) -> Watermark:
    """The watermark after some numbers arrived, in whatever order, again or for the first time."""
    runs: list[list[int]] = []
    for first, last in sorted([*mark.ahead, *((seq, seq) for seq in arrived)]):
        if runs and first <= runs[-1][1] + 1:
            runs[-1][1] = max(runs[-1][1], last)
        else:
            runs.append([first, last])
    received = mark.received
    while runs and runs[0][0] <= received + 1:
        received = max(received, runs.pop(0)[1])
    return Watermark(received, tuple((first, last) for first, last in runs))
