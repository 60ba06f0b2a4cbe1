"""How far the writers may go: as far as the faults have come, so that there is something to break at every one of them."""

import time
from collections.abc import Callable


class Gate:
    """`written`: how many writes there are now, of `writes` in all."""

    def __init__(self, written: Callable[[], int], writes: int) -> None:
        self.written = written
        self._writes = writes
        self._share = 0.0
        self.ended = False

    def open_to(self, share: float) -> None:
        """Let them write so much of it all."""
        self._share = share

    def end(self) -> None:
        """Somebody failed: nobody goes on."""
        self.ended = True

    @property
    def open(self) -> bool:
        return self.written() <= self._share * self._writes

    def wait_for(self, share: float, seconds: float) -> None:
        """Until so much is written, or for so long: with the last writes left to one phone it may take for ever."""
        deadline = time.monotonic() + seconds
        while not self.ended and self.written() < share * self._writes and time.monotonic() < deadline:
            time.sleep(0.02)
