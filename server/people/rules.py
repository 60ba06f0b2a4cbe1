"""Who may do what where: pure, by role and by path of the tree of places."""

from collections.abc import Iterable
from dataclasses import dataclass

# These work from the mailbox on their phone; dispatchers, reviewers and administrators work online and carry no places with them.
ON_THE_PHONE = ("head", "grid", "secretary", "responder")


@dataclass(frozen=True)
class Grant:
    """A role held at a place and below it. `place` None and `path` "" is everywhere; else `path` is the place's own, closed by a slash."""

    role: str
    place: str | None
    path: str


@dataclass(frozen=True)
class Held:
    """A role held at `path` ("" is everywhere) from `since` until just before `until`, in milliseconds; None is still."""

    role: str
    path: str
    since: int
    until: int | None


@dataclass(frozen=True)
class Caller:
    """Somebody signed in, with what he may do now."""

    id: str
    login: str
    name: str
    grants: tuple[Grant, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles he holds anywhere, sorted."""
        return tuple(sorted({grant.role for grant in self.grants}))

    @property
    def scope(self) -> tuple[str, ...]:
        """The codes of the places he holds a role at, sorted. Everywhere is no place and is not among them."""
        return tuple(sorted({grant.place for grant in self.grants if grant.place is not None}))

    def has(self, *roles: str) -> bool:
        """Whether he holds one of these roles, wherever."""
        return any(grant.role in roles for grant in self.grants)

    def paths(self, *roles: str) -> tuple[str, ...]:
        """The path prefixes at which he holds one of these roles (any role when none is given), none of them below another."""
        return outermost(grant.path for grant in self.grants if not roles or grant.role in roles)

    def covers(self, path: str, *roles: str) -> bool:
        """Whether he holds one of these roles (any when none is given) at this path or above it."""
        return any(path.startswith(prefix) for prefix in self.paths(*roles))


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that lie below no other, sorted."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def codes_of(path: str) -> list[str]:
    """The codes a path names, from the top down to the place itself."""
    return path.split("/")[:-1]
