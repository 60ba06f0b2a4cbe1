"""One short run of chaos for all tests of this folder: it must hold, and copies of it are spoilt to try the checker."""

import secrets
import sys
from pathlib import Path

import pytest

from tests.chaos.run import SHORT, run
from tests.chaos.world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the run; on a machine with other work that may take several times its half a minute."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> World:
    """What is there when all is quiet again. The seed is printed when a test fails."""
    seed = secrets.randbelow(10**6)
    print(f"SEED={seed} SIZE=short make chaos")
    return run(tmp_path_factory.mktemp("chaos"), SHORT, seed, lambda line: print(line, file=sys.stderr))
