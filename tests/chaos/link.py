"""The air between the phones and the door: a TCP relay that can go dead in the middle of a word."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from server.launch.settings import free_port

_CHUNK = 16 * 1024


class Link:
    """Relays to `target`. While `cut`, whoever connects is hung up on; the cutting itself breaks every connection where it is."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._up = True
        self._lock = threading.Lock()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        port = free_port()
        self.base_url = f"http://127.0.0.1:{port}"
        self._listening = socket.create_server(("127.0.0.1", port), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        with self._lock:
            self._up = False
            pairs = list(self._pairs)
        for pair in pairs:
            self._end(pair)

    def mend(self) -> None:
        with self._lock:
            self._up = True

    def close(self) -> None:
        self.cut()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target, timeout=5) if self._up else None
            except OSError:
                far = None
            if far is None:
                near.close()
                continue
            far.settimeout(None)
            pair = (near, far)
            with self._lock:
                self._pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._carry, args=(pair, source, sink), daemon=True).start()

    def _carry(self, pair: tuple[socket.socket, socket.socket], source: socket.socket, sink: socket.socket) -> None:
        try:
            while self._up and (data := source.recv(_CHUNK)):
                sink.sendall(data)
        except OSError:
            pass  # the other end hung up, or the link was cut
        self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._lock:
            self._pairs.discard(pair)
        for one in pair:
            with suppress(OSError):  # it was closed from the other side
                one.shutdown(socket.SHUT_RDWR)
            one.close()
