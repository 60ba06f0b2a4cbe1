"""The whole product as `make run` starts it, for tests that need all of it: end to end, chaos, bench."""

import os
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import requests

from server.launch.launch import COUCH, Launch
from server.launch.settings import Settings, free_port

# What a developer's shell may have set, and what must not reach into a test.
NOT_INHERITED = ("DATABASE_URL", "DATA_DIR", "PORT", "HOST", "DEMO")


class Stack:
    """One run on a data folder of its own and a free port. `environ` adds to or replaces what the parts are told.

    With `COUCHDB_URL` in the environment it works there, in databases with a prefix of its own that `stop` removes; there is no part `couch` then.
    """

    def __init__(self, data_dir: Path, **environ: str) -> None:
        self.data_dir = data_dir
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self._prefix = f"test-{secrets.token_hex(6)}-"
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        own = {"DATA_DIR": str(data_dir), "PORT": str(free_port()), "DEMO": "1", "COUCHDB_PREFIX": self._prefix}
        self._settings = Settings.from_environment({**inherited, **own, **environ})
        self._launch = Launch(self._settings, self._write)
        self._writing = threading.Lock()

    @property
    def base_url(self) -> str:
        return self._settings.address

    @property
    def couchdb_url(self) -> str:
        return self._launch.couchdb_url

    @property
    def environ(self) -> dict[str, str]:
        """What its parts are told: with it an operator's command works on the same data."""
        return self._settings.for_the_parts(self.couchdb_url)

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self._remove_databases()

    def start(self) -> None:
        """Everything, on the data that is there. Returns when `/readyz` says so."""
        self._launch = Launch(self._settings, self._write)
        try:
            self._launch.begin()
        except BaseException:
            self._launch.end()
            raise

    def stop(self) -> None:
        """Everything, as Ctrl-C does."""
        self._launch.end()

    def stop_part(self, name: str) -> None:
        """One part, gently: it finishes what it is doing."""
        part = self._launch.parts[name]
        part.ask_to_stop()
        part.wait(15)
        part.finish()

    def kill(self, name: str) -> None:
        """One part and whatever it started, by SIGKILL."""
        self._launch.parts[name].kill()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send one part's process a signal: SIGSTOP and SIGCONT make it hang and go on."""
        os.kill(self._launch.parts[name].pid, number)

    def restart(self, name: str) -> None:
        """Start one part that was stopped or killed; returns when everything answers again."""
        self._launch.start(name)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """The parts are down for the length of the block."""
        for name in names:
            self.stop_part(name)
        yield
        for name in names:
            self.restart(name)

    def running(self, name: str) -> bool:
        return self._launch.parts[name].running

    def _write(self, part: str, line: str) -> None:
        with self._writing, self.log.open("a") as log:
            log.write(f"{part:<8}| {line}\n")

    def _remove_databases(self) -> None:
        if COUCH in self._launch.parts or not self.couchdb_url:
            return
        for name in requests.get(f"{self.couchdb_url}/_all_dbs", timeout=10).json():
            if name.startswith(self._prefix):
                requests.delete(f"{self.couchdb_url}/{name}", timeout=10)
