"""What can go wrong between the engine and its mailboxes.

SyncError
├── MailboxesUnavailable   the CouchDB server cannot be reached, timed out or is too busy: wait and try again
├── NoSuchMailbox          the database is not there
├── NoSuchDocument         the document or attachment is not there
└── LeaseLost              another worker has taken the database over: what was read of it must not be committed
"""


class SyncError(Exception):
    """Anything below."""


class MailboxesUnavailable(SyncError):
    """The CouchDB server cannot be reached, timed out or is too busy. `retry_after` seconds, when it said so."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoSuchMailbox(SyncError):
    """The database is not there."""


class NoSuchDocument(SyncError):
    """The document or attachment is not there."""


class LeaseLost(SyncError):
    """Another worker has taken the database over: what was read of it must not be committed."""
