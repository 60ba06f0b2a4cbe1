"""Photos: what their manifests say, which pieces are here, and where the confirmed bytes lie."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base, Count, Instant, Json


class Photo(Base):
    """`state`: pieces (some are missing) | stored (bytes confirmed) | broken. `digest` is the manifest's.

    Known once stored: `media_type`, what the bytes turned out to be; `width` and `height` upright, in pixels; `plain`, whether the original can be
    shown on a screen as it is; `thumb`, a small JPEG as a data URL.
    """

    __tablename__ = "photos"

    id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    author_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    mailbox: Mapped[str] = mapped_column(sa.String(96))
    digest: Mapped[str] = mapped_column(sa.String(64))
    record: Mapped[str] = mapped_column(sa.String(64), index=True)
    role: Mapped[str | None] = mapped_column(sa.String(16))
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    pieces: Mapped[int]
    taken_at: Mapped[int | None] = mapped_column(Instant)
    location: Mapped[Any | None] = mapped_column(Json)
    received_at: Mapped[int] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(16))
    stored_at: Mapped[int | None] = mapped_column(Instant)
    media_type: Mapped[str | None] = mapped_column(sa.String(16))
    width: Mapped[int | None]
    height: Mapped[int | None]
    plain: Mapped[bool] = mapped_column(default=False)
    thumb: Mapped[str | None] = mapped_column(sa.Text)


class PhotoSender(Base):
    """A photo database that holds a photo's manifest: its author's, and any that brought the identical one back out of a rescue file.

    `state`: pieces (some are missing here) | whole (all are here, to be read) | stored | broken. Each sender is answered in their own mailbox.
    """

    __tablename__ = "photo_senders"
    __table_args__ = (sa.Index("ix_photo_senders_whole", "retry_at", sqlite_where=sa.text("state = 'whole'"), postgresql_where=sa.text("state = 'whole'")),)

    photo_id: Mapped[str] = mapped_column(sa.ForeignKey("photos.id"), primary_key=True)
    mailbox: Mapped[str] = mapped_column(sa.String(96), primary_key=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    received_at: Mapped[int] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(sa.String(16))
    retry_at: Mapped[int] = mapped_column(Instant, default=0)
    tries: Mapped[int] = mapped_column(default=0)


class PhotoPiece(Base):
    """A piece seen in a photo database, perhaps before its manifest; its bytes stay there until the photo is whole."""

    __tablename__ = "photo_pieces"

    photo_id: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    mailbox: Mapped[str] = mapped_column(sa.String(96), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    attachment: Mapped[str] = mapped_column(sa.String(128))
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Access(Base):
    """Who read what that is a person's or shows a home: the log law asks for. Kept apart from the web server's log."""

    __tablename__ = "accesses"
    __table_args__ = (sa.Index(None, "subject"),)

    id: Mapped[int] = mapped_column(Count, primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(sa.ForeignKey("users.id"))
    subject: Mapped[str] = mapped_column(sa.String(64))
    what: Mapped[str] = mapped_column(sa.String(32))
    at: Mapped[int] = mapped_column(Instant)
