"""The order in which the parts come and go."""

import time
from collections.abc import Callable

import requests

from server.config import Config
from server.launch import checks
from server.launch.complaint import Complaint
from server.launch.lock import Lock
from server.launch.parts import Part, Say, read_procfile
from server.launch.settings import ROOT, Settings, embedded_couchdb_url

COUCH = "couch"
PREPARE = "python -m server.launch.prepare"
START_LIMIT = 60.0  # seconds a part may take until it answers
GRACE = 10.0  # seconds the parts get to finish what they are doing; more than gunicorn's graceful_timeout


class StopAsked(Exception):
    """Somebody asked for the end while it was still starting."""


class Launch:
    """One run of the product: `begin`, then `watch`, and `end` whatever happened. `say` gets what the parts print, `stop_asked` is asked while waiting."""

    def __init__(self, settings: Settings, say: Say, stop_asked: Callable[[], bool] = lambda: False) -> None:
        self.settings = settings
        self.parts: dict[str, Part] = {}
        self.couchdb_url = ""
        self._say = say
        self._stop_asked = stop_asked
        self._lock: Lock | None = None

    def begin(self) -> None:
        """Check, start, migrate, seed; returns when everything answers. Raises `Complaint` or `StopAsked`; `end` is due in any case."""
        checks.data_dir_is_usable(self.settings.data_dir)
        self._lock = Lock(self.settings.data_dir)
        checks.port_can_be_had(self.settings)
        if self.settings.couchdb_url:
            checks.couchdb_answers(self.settings.couchdb_url)
        self.couchdb_url = self.settings.couchdb_url or embedded_couchdb_url(self.settings.data_dir)
        environ = self.settings.for_the_parts(self.couchdb_url)
        checks.database_answers(Config.from_environment(environ).database_url)
        commands = read_procfile(ROOT / "Procfile")
        if self.settings.couchdb_url:
            del commands[COUCH]
        keep = (self._lock.fd,)
        self.parts = {name: Part(name, command, environ, self._say, keep) for name, command in commands.items()}
        if COUCH in self.parts:
            self.parts[COUCH].start()
        self._run_to_its_end(Part("prepare", PREPARE, environ, self._say, keep))
        self._wait_until_couchdb_answers()
        for name in self.parts:
            if name != COUCH:
                self.parts[name].start()
        self.wait_until_ready()

    def start(self, name: str) -> None:
        """Start one part, again if it ran before, and wait until it answers."""
        self.parts[name].start()
        if name == COUCH:
            self._wait_until_couchdb_answers()
        else:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Until `/readyz` says so."""
        self._wait_until(lambda: _answers(f"{self.settings.address}/readyz"), "web")

    def _wait_until_couchdb_answers(self) -> None:
        self._wait_until(lambda: _answers(self.couchdb_url), COUCH)

    def watch(self) -> Part | None:
        """Until the end is asked for (None) or a part has ended by itself."""
        while not self._stop_asked():
            for part in self.parts.values():
                if not part.running:
                    return part
            time.sleep(0.1)
        return None

    def end(self, in_a_hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop everything, CouchDB last: the others still write to it. In a hurry nobody is waited for."""
        for group in ([part for name, part in self.parts.items() if name != COUCH], [part for name, part in self.parts.items() if name == COUCH]):
            for part in group:
                part.ask_to_stop()
            deadline = time.monotonic() + GRACE
            while any(part.running for part in group) and time.monotonic() < deadline and not in_a_hurry():
                time.sleep(0.05)
            for part in group:
                part.finish()
        if self._lock:
            self._lock.release()

    def _run_to_its_end(self, part: Part) -> None:
        part.start()
        try:
            while part.running:
                self._heed()
                time.sleep(0.02)
        finally:
            part.finish()
        if part.exit_code:
            raise _stopped(part)

    def _wait_until(self, answers: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_LIMIT
        while not answers():
            self._heed()
            if time.monotonic() > deadline:
                raise Complaint(
                    f"{what} does not answer after {START_LIMIT:.0f} seconds; what it said is above.",
                    f"{what} 启动 {START_LIMIT:.0f} 秒后仍无响应，详见上面的输出。",
                )
            time.sleep(0.05)

    def _heed(self) -> None:
        if self._stop_asked():
            raise StopAsked
        for part in self.parts.values():
            if part.pid and not part.running:
                part.finish()
                raise _stopped(part)


def _stopped(part: Part) -> Complaint:
    return Complaint(
        f"{part.name} stopped while starting (exit code {part.exit_code}); what it said is above.",
        f"{part.name} 未能启动（退出码 {part.exit_code}），详见上面的输出。",
    )


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
