"""One Web Push message to one subscription (RFC 8030, 8291, 8292), through pywebpush: its only importer.

Endpoints come from browsers, so from anybody signed in: the request goes where the allow-list says, follows no redirect, and reaches no
private address but one the operator listed.
"""

import ipaddress
import socket
from typing import Any, NamedTuple

import requests
import urllib3
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush
from requests.adapters import HTTPAdapter

from server.notices.rules import Outcome, listed_by_port, may_send_to, outcome_of, retry_after_ms

# To connect, and between two bytes of the answer; in seconds.
TIMEOUT = (5.0, 10.0)


class Target(NamedTuple):
    """A subscription: its address and the browser's two keys, base64url."""

    endpoint: str
    p256dh: str
    auth: str


class Message(NamedTuple):
    """`ttl`: seconds the push service keeps it for a device that is away. A `topic` replaces what is still undelivered under it."""

    payload: bytes
    ttl: int
    urgency: str
    topic: str | None


class Sent(NamedTuple):
    """What became of it: the push service's status (None: it was not reached) and for how many milliseconds it asked to be left alone."""

    outcome: Outcome
    status: int | None = None
    wait: int = 0


class PrivateAddress(Exception):
    """The endpoint's host leads into a private network."""


def send(key: Vapid02, subject: str, hosts: tuple[str, ...], target: Target, message: Message, now: int) -> Sent:
    """Send one message and say what became of it; never raises for what a push service or a subscription does."""
    if not may_send_to(target.endpoint, hosts):
        return Sent("refused")
    headers: dict[str, str | int | float] = {"Urgency": message.urgency}
    if message.topic:
        headers["Topic"] = message.topic
    with _session(private=listed_by_port(target.endpoint, hosts)) as session:
        try:
            answer = webpush(
                {"endpoint": target.endpoint, "keys": {"p256dh": target.p256dh, "auth": target.auth}},
                message.payload,
                vapid_private_key=key,
                # A new one each time: webpush writes the audience and the expiry into it.
                vapid_claims={"sub": subject},
                ttl=message.ttl,
                headers=headers,
                timeout=TIMEOUT,
                requests_session=session,
            )
        except WebPushException as error:
            return _answered(error.status_code, error.retry_after, now)
        except PrivateAddress:
            return Sent("refused")
        except requests.RequestException:
            return Sent("retry")
        except ValueError:
            # Keys that are no keys: checked when they came in, so these were damaged since.
            return Sent("refused")
    return _answered(answer.status_code, None, now)


def _answered(status: int | None, retry_after: str | None, now: int) -> Sent:
    if status is None:
        return Sent("refused")
    outcome = outcome_of(status)
    return Sent(outcome, status, retry_after_ms(retry_after, now) if outcome == "retry" else 0)


class _OneHop(requests.Session):
    """Follows no redirect: it could lead anywhere."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _session(private: bool) -> requests.Session:
    session = _OneHop()
    if not private:
        session.mount("https://", _PublicOnly())
    return session


class _PublicConnection(urllib3.connection.HTTPSConnection):
    """Looks at the address it was connected to before a byte is sent: a name may mean another address at every look-up."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        address = ipaddress.ip_address(connected.getpeername()[0])
        if not address.is_global:
            connected.close()
            raise PrivateAddress(f"{self.host} is at {address}")
        return connected


class _PublicPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}
