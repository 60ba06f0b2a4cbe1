"""From mailboxes to merged records. Knows nothing of Flask or of `server`."""
