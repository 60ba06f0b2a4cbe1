"""Rules of the notices: what one says, where it may be sent, and what an answer of the push service means. No Flask, no SQLAlchemy, no ambient time."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

KINDS = ("job_opened", "job_assigned", "job_answered", "visit_returned")
# After a day a notice is news no more; the job list has it.
TTL_MS = 24 * 60 * 60 * 1000
# What every push service takes encrypted in one record (RFC 8291 section 4).
PAYLOAD_BYTES = 3_993
ENDPOINT_CHARACTERS = 2_048
_LONGEST_WAIT_MS = 60 * 60 * 1000
_ENDPOINT = re.compile(r"(https?)://([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::([0-9]{1,5}))?(/[\x21-\x5b\x5d-\x7e]*)", re.ASCII)
_URGENT = frozenset({"job_opened", "job_assigned"})

Outcome = Literal["sent", "gone", "refused", "retry"]


class Endpoint(NamedTuple):
    """Where a push subscription lives. `authority` is host, or host and port where the address names one; lower case."""

    scheme: str
    host: str
    authority: str


def read_endpoint(url: str) -> Endpoint | None:
    """The parts of an endpoint's address, or None. Stricter than any URL parser, so that no two of them can disagree about the host."""
    match = _ENDPOINT.fullmatch(url) if len(url) <= ENDPOINT_CHARACTERS else None
    if match is None:
        return None
    host = match[2].lower()
    return Endpoint(match[1], host, f"{host}:{match[3]}" if match[3] else host)


def may_send_to(url: str, hosts: Sequence[str]) -> bool:
    """Whether the allow-list covers an endpoint. `*.example.org` covers every host below; plain http and odd ports only where `host:port` is listed."""
    endpoint = read_endpoint(url)
    if endpoint is None:
        return False
    if listed_by_port(url, hosts):
        return True
    if endpoint.scheme != "https" or endpoint.authority not in (endpoint.host, f"{endpoint.host}:443"):
        return False
    return any(endpoint.host.endswith(host[1:].lower()) if host.startswith("*.") else endpoint.host == host.lower() for host in hosts)


def listed_by_port(url: str, hosts: Sequence[str]) -> bool:
    """Whether the very `host:port` is listed: an operator's own push service, which may be on a private address and speak plain http."""
    endpoint = read_endpoint(url)
    return endpoint is not None and ":" in endpoint.authority and endpoint.authority in [host.lower() for host in hosts]


def payload(kind: str, event: str, body: Mapping[str, Any]) -> bytes:
    """What the service worker gets: `{kind, params, url, tag}` as UTF-8 JSON of at most 3,993 bytes. It has the words; a `tag` is shown once."""
    said: dict[str, Any] = {"kind": kind, "params": dict(body), "url": url_of(kind, body), "tag": event}
    encoded = _encoded(said)
    # One too long says less rather than nothing.
    return encoded if len(encoded) <= PAYLOAD_BYTES else _encoded({**said, "params": {}})


def _encoded(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def url_of(kind: str, body: Mapping[str, Any]) -> str:
    """The app's screen a notice leads to: those who must act on a job have it on their list, who reported it among their records."""
    if "job" in body:
        return f"/job/{body['job']}" if kind == "job_answered" else f"/jobs/{body['job']}"
    return f"/record/{body['visit']}" if "visit" in body else "/"


def topic_of(body: Mapping[str, Any]) -> str | None:
    """One topic per job or visit: a push service keeps only the newest undelivered message of it. At most 32 characters (RFC 8030 section 5.4)."""
    subject = str(body.get("job") or body.get("visit") or "").partition(":")[2]
    return subject if re.fullmatch(r"[A-Za-z0-9_-]{1,32}", subject) else None


def urgency_of(kind: str) -> str:
    """RFC 8030 section 5.3. Urgent ones wake a phone that saves its battery."""
    return "high" if kind in _URGENT else "normal"


def outcome_of(status: int) -> Outcome:
    """What the push service's status means for the notice. 404 and 410: there is no such subscription any more."""
    if 200 <= status < 300:
        return "sent"
    if status in (404, 410):
        return "gone"
    return "retry" if status in (408, 425, 429) or status >= 500 else "refused"


def retry_after_ms(header: str | None, now: int) -> int:
    """How long a `Retry-After` asks to wait, in milliseconds: seconds or an HTTP date; 0 when it is absent, past or unreadable."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]) * 1000, TTL_MS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0, int(moment.timestamp() * 1000) - now), TTL_MS)


def wait_ms(tries: int, asked: int) -> int:
    """How long to leave a notice alone after its `tries`-th failure: 15 s doubling up to an hour, and never less than was asked."""
    return int(max(asked, min(15_000 * 2 ** min(tries, 12), _LONGEST_WAIT_MS)))
