"""The phones as the run holds them: processes of several phones each, killed and started again on the same folders."""

import json
import queue
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.launch.leash import die_with_parent

Document = dict[str, Any]
ANSWER_S = 120.0


class Died(Exception):
    """The phone was killed before it answered; what it was told may be stored or not."""


class Crashed(Exception):
    """A pocket ended without having been killed."""


class Failed(Exception):
    """The phone could not do it now: no network, or the server is away."""


@dataclass(frozen=True)
class Installation:
    """One replica of one user. `skew_ms`: how wrong its clock is; `corrected`: whether it has learned by how much."""

    name: str
    user: str
    login: str
    role: str
    replica: str
    token: str
    skew_ms: int
    corrected: bool


class Pocket:
    """One Node process with the phones in it."""

    def __init__(self, base_url: str, folder: Path, phones: list[Installation]) -> None:
        self.phones = phones
        self._command = ["node", str(Path(__file__).with_name("phones.mjs")), base_url, str(folder)]
        self._asked: dict[int, queue.Queue[Document | None]] = {}
        self._n = 0
        self._lock = threading.Lock()
        self._up = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._killed = False
        self._listener = threading.Thread()

    def start(self) -> None:
        """Returns when every phone has opened its databases."""
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self._process = process
        self._killed = False
        self._listener = threading.Thread(target=self._listen, args=(process,), daemon=True)
        self._listener.start()
        for one in self.phones:
            self._ask({"phone": one.name, "command": "open", "replica": one.replica, "token": one.token, "skewMs": one.skew_ms, "corrected": one.corrected})
        self._up.set()

    def kill(self) -> None:
        """SIGKILL. Whoever waits for an answer is told `Died`."""
        self._up.clear()
        assert self._process
        self._killed = True
        self._process.kill()
        self._process.wait()
        self._listener.join()

    def stop(self) -> None:
        assert self._process
        assert self._process.stdin
        self._up.clear()
        self._process.stdin.close()
        self._process.wait(15)
        self._listener.join()

    def do(self, phone: Installation, command: str, **parameters: Any) -> Any:
        """What the phone answered, waiting first until its process runs. Raises `Died`, `Failed`, `Crashed`."""
        if not self._up.wait(ANSWER_S):
            raise Crashed(f"the pocket of {phone.name} does not come back")
        return self._ask({"phone": phone.name, "command": command, **parameters})

    def _ask(self, asked: Document) -> Any:
        answers: queue.Queue[Document | None] = queue.Queue()
        with self._lock:
            self._n += 1
            n = self._n
            self._asked[n] = answers
            assert self._process
            assert self._process.stdin
            try:
                self._process.stdin.write(json.dumps({"n": n, **asked}) + "\n")
                self._process.stdin.flush()
            except (BrokenPipeError, ValueError):
                self._asked.pop(n, None)
                raise self._end() from None
        answer = answers.get(timeout=ANSWER_S)
        if answer is None:
            raise self._end()
        if "error" in answer:
            raise Failed(f"{asked['phone']} {asked['command']}: {answer['error']}")
        return answer["value"]

    def _end(self) -> Exception:
        return Died() if self._killed else Crashed("a pocket of phones ended by itself")

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                if not line.endswith("\n"):
                    break  # killed in the middle of a word
                answer = json.loads(line)
                with self._lock:
                    waiting = self._asked.pop(answer.pop("n"), None)
                if waiting:
                    waiting.put(answer)
        with self._lock:
            for waiting in self._asked.values():
                waiting.put(None)
            self._asked.clear()
        if process.stdin:
            with suppress(BrokenPipeError):
                process.stdin.close()
