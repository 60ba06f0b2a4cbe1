"""What every request and every worker needs at hand: settings, the mailboxes, the time. Wired once in `server.app`, replaced by fakes in tests."""

import time
from dataclasses import dataclass
from typing import cast

from flask import current_app
from werkzeug.local import LocalProxy

from server.config import Config
from sync.ports import Clock, Mailboxes


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Doorstep:
    config: Config
    mailboxes: Mailboxes
    clock: Clock

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return self.clock.now()


doorstep = cast(Doorstep, LocalProxy(lambda: current_app.extensions["doorstep"]))
