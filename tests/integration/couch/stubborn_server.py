"""A server that does not behave: it hangs, is too busy, answers nonsense or hangs up, as it is told."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HANG = b"hang"
DRIP = b"drip"


@contextmanager
def stubborn_server(answer: bytes) -> Iterator[str]:
    """Its URL. Every connection gets the same bytes and is closed; or until the block ends with `HANG` nothing, with `DRIP` a byte now and then."""
    released = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # whoever asked may have left
            connection.recv(65536)
            if answer == HANG:
                released.wait(30)
            elif answer == DRIP:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not released.wait(0.1):
                    connection.sendall(b" ")
            else:
                connection.sendall(answer)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        yield f"http://admin:secret@127.0.0.1:{listener.getsockname()[1]}"
        released.set()
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
        for thread in threads:
            thread.join()


def http(status: str, body: str = "{}", **headers: str) -> bytes:
    """An answer as it goes over the wire."""
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
