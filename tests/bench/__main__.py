"""`make bench`: every figure, or `ONLY=name` of the modules below. Exits 1 when one misses its bar."""

import os
import sys
from collections.abc import Iterator

from tests.bench import door, lists, merge
from tests.bench.figures import Figure, report, say

MODULES = {"merge": merge.measure, "lists": lists.measure, "door": door.measure}


def every() -> Iterator[Figure]:
    only = os.environ.get("ONLY")
    if only and only not in MODULES:
        say(f"ONLY is one of: {', '.join(MODULES)}")
        sys.exit(2)
    for name, measure in MODULES.items():
        if only in (None, "", name):
            say(f"— {name}")
            yield from measure()


sys.exit(0 if report(every()) else 1)
