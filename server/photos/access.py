"""The log of readings: who saw what that is a person's or shows a home."""

import sqlalchemy as sa

from server.photos.models import Access


def note(connection: sa.Connection, user_id: str, subject: str, what: str, now: int) -> None:
    """Log that a user read `what` (`photo:original`, `contact`, …) of a subject (a document's id) at `now`, in milliseconds."""
    connection.execute(sa.insert(Access.__table__).values(user_id=user_id, subject=subject, what=what, at=now))
