"""One line a figure: its value, its bar, and what it was measured on."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`bar` is what `value` must reach: at least, or with `at_most` at most."""

    name: str
    value: float
    unit: str
    bar: float
    at_most: bool = False
    measured_on: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def line(self) -> str:
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
        told = {"name": self.name, "value": round(self.value, 3), "unit": self.unit, "bar": self.bar, "ok": self.ok}
        return json.dumps({**told, **self.measured_on, **machine}, ensure_ascii=False)


def report(figures: Iterator[Figure]) -> bool:
    """Print each figure as it comes: whether all are ok."""
    fine = True
    for figure in figures:
        print(figure.line(), flush=True)
        fine = fine and figure.ok
    return fine


def say(words: str) -> None:
    """Progress, apart from the figures."""
    print(words, file=sys.stderr, flush=True)
