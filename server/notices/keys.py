"""The server's VAPID key (RFC 8292): what makes a browser's subscription ours and a push service believe us."""

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from py_vapid import Vapid02, VapidException
from py_vapid.utils import b64urlencode

from server.config import Config


class KeyRefused(Exception):
    """`VAPID_PRIVATE_KEY`, the demo's key file or `VAPID_SUBJECT` cannot be used. The message says which, and never what is in it."""


def load(config: Config) -> Vapid02 | None:
    """The key set by the operator; in demo mode one made once and kept in the data folder; else None: push is off. Raises KeyRefused."""
    if config.vapid_private_key:
        key = _read(config.vapid_private_key, "VAPID_PRIVATE_KEY")
    elif config.demo:
        key = _demo_key(config.data_dir / "vapid.pem")
    else:
        return None
    _check_subject(key, config.vapid_subject)
    return key


def generate() -> Vapid02:
    """A new key."""
    key = Vapid02()
    key.generate_keys()
    return key


def private_text(key: Vapid02) -> str:
    """The private key as `VAPID_PRIVATE_KEY` takes it: base64url of its 32 bytes."""
    number = key.private_key.private_numbers().private_value
    return str(b64urlencode(number.to_bytes(32, "big")))


def public_text(key: Vapid02) -> str:
    """The public key as a browser's `applicationServerKey` takes it: base64url of its 65 bytes."""
    point = key.public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return str(b64urlencode(point))


def _read(text: str, source: str) -> Vapid02:
    try:
        key = Vapid02.from_string(text.strip())
    except Exception as error:
        # What the parsers say may quote the key.
        raise KeyRefused(f"{source} is not a VAPID private key; `flask notices keys` makes one") from error
    return key


def _demo_key(path: Path) -> Vapid02:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".vapid-", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(generate().private_pem())
            # Web and worker start together: a link is made whole, and by one of them only.
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    lines = path.read_text("ascii").splitlines()
    return _read("".join(line for line in lines if not line.startswith("-----")), str(path.name))


def _check_subject(key: Vapid02, subject: str) -> None:
    try:
        key.sign({"sub": subject, "aud": "https://push.example.org"})
    except VapidException as error:
        raise KeyRefused("VAPID_SUBJECT must be a mailto: or https: address a push service can reach the operator at") from error
