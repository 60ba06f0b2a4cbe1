"""A small Web Push service of our own (RFC 8030) on the loopback: what a browser vendor's does, and strict about it.

It checks the VAPID signature (RFC 8292) and the headers, decrypts with the subscription's private key (RFC 8291) and keeps what came. Tests tell
it to answer otherwise, or not at all.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST_LIFE_S = 24 * 60 * 60
LARGEST_BODY = 4096


class Refused(Exception):
    """The message breaks a rule of the protocol."""

    def __init__(self, status: int, why: str) -> None:
        self.status, self.why = status, why
        super().__init__(why)


@dataclass(frozen=True)
class Message:
    """What a browser would have been handed. `claims` are the VAPID token's, `headers` have lower-case names."""

    endpoint: str
    data: Any
    headers: dict[str, str]
    claims: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What to answer instead of 201. `hang`: seconds to say nothing first; `location`: where a redirect leads."""

    status: int = 201
    retry_after: str | None = None
    location: str | None = None
    hang: float = 0


@dataclass
class Subscription:
    """One browser's. `answers` are used up in turn, the last one for good; with none it is 201."""

    endpoint: str
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    answers: list[Answer] = field(default_factory=list)
    requests: int = 0

    @property
    def info(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it."""
        point = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": {"p256dh": encode(point), "auth": encode(self.auth)}}

    @property
    def target(self) -> str:
        """As the delivery log names it."""
        return hashlib.sha256(self.endpoint.encode()).hexdigest()


class PushService:
    """`messages`: what was taken. `refusals`: why others were not."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refusals: list[str] = []
        self.subscriptions: dict[str, Subscription] = {}
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """For the server's allow-list (`PUSH_HOSTS`)."""
        return f"127.0.0.1:{self._server.server_port}"

    def subscribe(self, *answers: Answer) -> Subscription:
        """A browser's new subscription."""
        path = f"/push/{secrets.token_urlsafe(16)}"
        self.subscriptions[path] = Subscription(f"http://{self.host}{path}", answers=list(answers))
        return self.subscriptions[path]

    def sent_to(self, subscription: Subscription) -> list[Any]:
        """The decrypted messages of one subscription."""
        return [message.data for message in self.messages if message.endpoint == subscription.endpoint]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Judge and keep one message. Raises Refused."""
        subscription = self.subscriptions.get(path)
        if subscription is None:
            raise Refused(404, "no such subscription")
        subscription.requests += 1
        claims = check_vapid(headers.get("authorization", ""), f"http://{self.host}")
        check_headers(headers, body)
        answer = (subscription.answers.pop(0) if len(subscription.answers) > 1 else subscription.answers[0]) if subscription.answers else Answer()
        self.closing.wait(answer.hang)
        if answer.status == 201 and not answer.hang:
            self.messages.append(Message(subscription.endpoint, decrypt(body, subscription), headers, claims))
        return answer


def handler_of(service: PushService) -> type[BaseHTTPRequestHandler]:
    """What answers this service's requests."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                answer = service.take(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            except Refused as refused:
                service.refusals.append(refused.why)
                answer = Answer(refused.status)
            if service.closing.is_set():
                return
            try:
                self._reply(answer)
            except OSError:
                # The sender lost patience, which is what hanging was for.
                self.close_connection = True

        def _reply(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in (("Retry-After", answer.retry_after), ("Location", answer.location), ("Content-Length", "0")):
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def check_headers(headers: dict[str, str], body: bytes) -> None:
    """RFC 8030 sections 5.2 to 5.4 and RFC 8291 section 4."""
    if not headers.get("ttl", "").isdigit():
        raise Refused(400, "no TTL")
    if headers.get("content-encoding") != "aes128gcm":
        raise Refused(415, "not aes128gcm")
    if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
        raise Refused(400, "no such urgency")
    topic = headers.get("topic", "a")
    if len(topic) > 32 or not topic.replace("-", "a").replace("_", "a").isalnum():
        raise Refused(400, "not a topic")
    if len(body) > LARGEST_BODY:
        raise Refused(413, "too large")


def check_vapid(authorization: str, audience: str) -> dict[str, Any]:
    """The claims of a sound VAPID token."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if scheme.lower() != "vapid" or not {"t", "k"} <= set(parts):
        raise Refused(401, "no VAPID token")
    try:
        signed, _, signature = parts["t"].rpartition(".")
        head, claims = (json.loads(decode(part)) for part in signed.split("."))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
        raw = decode(signature)
        both = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(both, signed.encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise Refused(403, "the VAPID signature does not hold") from error
    if head.get("alg") != "ES256" or claims.get("aud") != audience or not str(claims.get("sub")).startswith(("mailto:", "https:")):
        raise Refused(403, "the VAPID claims are not for us")
    if not 0 < claims.get("exp", 0) - time.time() <= LONGEST_LIFE_S:
        raise Refused(403, "the VAPID token lives too long, or no more")
    return claims


def decrypt(body: bytes, subscription: Subscription) -> Any:
    try:
        return json.loads(http_ece.decrypt(body, private_key=subscription.private_key, auth_secret=subscription.auth, version="aes128gcm"))
    except (http_ece.ECEException, ValueError) as error:
        raise Refused(400, "cannot be decrypted") from error


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture
def push_service() -> Iterator[PushService]:
    """A Web Push service on the loopback."""
    service = PushService()
    yield service
    service.close()
