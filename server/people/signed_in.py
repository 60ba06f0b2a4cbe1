"""Who is asking: the session a request carries, and what its holder may do."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import g, request
from werkzeug.local import LocalProxy

from server.context import doorstep
from server.errors import Forbidden, NotSignedIn
from server.people.service import Caller, caller_of_token

COOKIE = "doorstep_session"
_SAFE = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


def signed_in() -> None:
    """Before a request: find out who is asking. Raises `NotSignedIn`, or `Forbidden("cross_site")` when another site's page uses the cookie."""
    g.token, by_cookie = presented()
    if by_cookie and request.method not in _SAFE and _foreign(request.headers.get("Origin")):
        raise Forbidden("cross_site")
    g.caller = caller_of_token(g.token, doorstep.now())


def presented() -> tuple[str, bool]:
    """The token a request carries, and whether it came by itself, in the cookie. Raises `NotSignedIn`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip(), False
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotSignedIn()
    return token, True


def _foreign(origin: str | None) -> bool:
    """Whether a page that is not ours made the browser send this. Compared by host: behind a proxy that ends TLS the schemes differ.

    Browsers name the origin of every unsafe request; other clients name none, and have no cookie they were not given.
    """
    if origin is None:
        return False
    try:
        theirs = urlsplit(origin)
    except ValueError:
        return True
    return theirs.netloc.lower() != request.host.lower() or (doorstep.config.secure_cookie and theirs.scheme != "https")


caller = cast(Caller, LocalProxy(lambda: g.caller))


def allowed(*roles: str) -> Callable[[View], View]:
    """A route for holders of one of these roles, wherever they hold it; where it counts is the service's to say. Others get `Forbidden`."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            if not caller.has(*roles):
                raise Forbidden()
            return view(*arguments, **named)

        guarded.roles = roles  # type: ignore[attr-defined]
        return cast(View, guarded)

    return declare
