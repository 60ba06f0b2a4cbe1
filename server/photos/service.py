"""Photos on their way in: manifests and pieces noted in the merge's transaction, bytes confirmed and kept outside of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.context import doorstep
from server.database import db, writing
from server.ledger import shelf
from server.ledger.upsert import insert_into, keep_rows
from server.photos.models import Photo, PhotoPiece, PhotoSender
from server.photos.pictures import NotAnImage, Picture, read_picture
from server.photos.rules import BrokenPhoto, Manifest, Piece, answerable, join, manifest_of, piece_id, piece_of, wait_ms
from server.photos.storage import PhotoStore, photo_store
from sync.domain.canonical import digest
from sync.domain.documents import Reason
from sync.domain.judge import Document
from sync.errors import NoSuchDocument
from sync.ports import Mailboxes

_photos = Photo.__table__
_senders = PhotoSender.__table__
_pieces = PhotoPiece.__table__
# One statement names at most this many ids: databases bound how many parameters they take.
_TOGETHER = 500


@dataclass(frozen=True)
class PhotoView:
    """A photo as other features show it. `state`: pieces | stored | broken; `thumb`: a data URL once stored.

    Show it with a record only when the record's own list names the photo and the photo's `record` names the record: either alone is one
    person's claim about another's.
    """

    id: str
    record: str
    role: str | None
    state: str
    thumb: str | None


@dataclass(frozen=True)
class StoredPhoto:
    """What serving a photo's bytes takes. `media_type` is the original's, None until the bytes are confirmed; `plain`: the original is its own screen size."""

    id: str
    author_id: str
    record: str
    sha256: str
    media_type: str | None
    plain: bool


@dataclass(frozen=True)
class Due:
    """A photo all of whose pieces are in `mailbox` and whose bytes are not confirmed yet."""

    photo_id: str
    mailbox: str


def take(connection: sa.Connection, mailbox: str, author_id: str, documents: Sequence[Document], now: int) -> list[str]:
    """Note manifests the merge found sound, and pieces, out of one photo database; in the merge's transaction. Taking them again is once.

    Unsound manifests were answered by the merge and are passed over here. Returns the ids of the photos that are whole in this database and
    not stored: they are due (see `claim`).
    """
    manifests: dict[str, tuple[Manifest, str]] = {}
    pieces: dict[tuple[str, int], Piece] = {}
    refused: list[tuple[str, Reason]] = []
    for document in documents:
        if document.get("type") == "photo":
            manifest = manifest_of(document)
            if isinstance(manifest, Manifest):
                manifests[manifest.id] = (manifest, digest(document))
            continue
        piece = piece_of(document)
        if isinstance(piece, Piece):
            pieces[piece.photo_id, piece.number] = piece
        else:
            refused.append((str(document.get("_id")), piece[0]))
    refused += [(id, Reason("id_taken", "_id")) for id in _keep_manifests(connection, mailbox, author_id, manifests, now)]
    _keep_pieces(connection, mailbox, pieces)
    whole, waiting, stored = _sort_out(connection, mailbox, sorted({*manifests, *(photo_id for photo_id, _ in pieces)}))
    _tell(connection, author_id, "quarantined", [(id, now, reason) for id, reason in refused if answerable(id)])
    _tell(connection, author_id, "waiting", [(id, received_at, Reason("pieces_missing", "pieces")) for id, received_at in waiting])
    _tell_stored(connection, stored)
    return whole


def _keep_manifests(connection: sa.Connection, mailbox: str, author_id: str, manifests: dict[str, tuple[Manifest, str]], now: int) -> list[str]:
    """Enter manifests and who sent them. Returns those whose id another author's body holds: two workers may have found both the first."""
    if not manifests:
        return []
    rows = [
        {
            "id": id,
            "author_id": author_id,
            "mailbox": mailbox,
            "digest": mark,
            "record": manifest.record,
            "role": manifest.role,
            "sha256": manifest.sha256,
            "bytes": manifest.bytes,
            "pieces": manifest.pieces,
            "taken_at": manifest.taken_at,
            "location": manifest.location,
            "received_at": now,
            "state": "pieces",
        }
        for id, (manifest, mark) in sorted(manifests.items())
    ]
    connection.execute(insert_into(connection, _photos).on_conflict_do_nothing(index_elements=[_photos.c.id]), rows)
    held = {}
    for part in _parts(sorted(manifests)):
        query = sa.select(_photos.c.id, _photos.c.digest, _photos.c.author_id).where(_photos.c.id.in_(part))
        held.update({id: (mark, owner) for id, mark, owner in connection.execute(query)})
    senders = [
        {"photo_id": id, "mailbox": mailbox, "user_id": author_id, "received_at": now, "state": "pieces"}
        for id, (_, mark) in sorted(manifests.items())
        if held[id][0] == mark
    ]
    if senders:
        insert = insert_into(connection, _senders)
        connection.execute(insert.on_conflict_do_nothing(index_elements=[_senders.c.photo_id, _senders.c.mailbox]), senders)
    return [id for id, (_, mark) in sorted(manifests.items()) if held[id][0] != mark and held[id][1] != author_id]


def _keep_pieces(connection: sa.Connection, mailbox: str, pieces: dict[tuple[str, int], Piece]) -> None:
    """Enter pieces. One sent again replaces itself: a phone may put right what its own storage broke."""
    rows = [
        {"photo_id": photo_id, "mailbox": mailbox, "number": number, "attachment": piece.attachment, "sha256": piece.sha256}
        for (photo_id, number), piece in sorted(pieces.items())
    ]
    keep_rows(connection, _pieces, rows, ["photo_id", "mailbox", "number"], ["attachment", "sha256"])


def _sort_out(connection: sa.Connection, mailbox: str, ids: Sequence[str]) -> tuple[list[str], list[tuple[str, int]], list[str]]:
    """Of the photos whose manifest this database holds: the whole ones, those with pieces missing (and when they came), those stored already."""
    whole: list[str] = []
    waiting: list[tuple[str, int]] = []
    stored: list[str] = []
    here = sa.func.count(_pieces.c.number)
    for part in _parts(ids):
        query = (
            sa.select(_photos.c.id, _photos.c.state, _photos.c.pieces, _senders.c.received_at, here)
            .join(_senders, sa.and_(_senders.c.photo_id == _photos.c.id, _senders.c.mailbox == mailbox))
            .outerjoin(_pieces, sa.and_(_pieces.c.photo_id == _photos.c.id, _pieces.c.mailbox == mailbox, _pieces.c.number < _photos.c.pieces))
            .where(_photos.c.id.in_(part))
            .group_by(_photos.c.id, _photos.c.state, _photos.c.pieces, _senders.c.received_at)
            .order_by(_photos.c.id)
        )
        for id, state, needed, received_at, count in connection.execute(query):
            if state == "stored":
                stored.append(id)
            elif count == needed:
                whole.append(id)
            else:
                waiting.append((id, received_at))
    _mark(connection, mailbox, whole, "whole")
    _mark(connection, mailbox, [id for id, _ in waiting], "pieces")
    return whole, waiting, stored


def _mark(connection: sa.Connection, mailbox: str, ids: Sequence[str], state: str) -> None:
    for part in _parts(ids):
        statement = sa.update(_senders).where(_senders.c.photo_id.in_(part), _senders.c.mailbox == mailbox, _senders.c.state != state)
        connection.execute(statement.values(state=state, retry_at=0, tries=0))


def claim(connection: sa.Connection, limit: int, now: int) -> list[Due]:
    """Photos to `store`, the longest waiting first. One that is not stored after it was claimed is due again, later each time: a photo that
    kills its reader must not stop the others.
    """
    query = (
        sa.select(_senders.c.photo_id, _senders.c.mailbox, _senders.c.tries)
        .where(_senders.c.state == "whole", _senders.c.retry_at <= now)
        .order_by(_senders.c.retry_at, _senders.c.received_at, _senders.c.photo_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = connection.execute(query).all()
    if claimed:
        statement = sa.update(_senders).where(_senders.c.photo_id == sa.bindparam("photo"), _senders.c.mailbox == sa.bindparam("box"))
        connection.execute(
            statement.values(retry_at=sa.bindparam("later"), tries=_senders.c.tries + 1),
            [{"photo": row.photo_id, "box": row.mailbox, "later": now + wait_ms(row.tries)} for row in claimed],
        )
    return [Due(row.photo_id, row.mailbox) for row in claimed]


def store(photo_id: str, mailbox: str, mailboxes: Mailboxes, now: int) -> bool:
    """Fetch a whole photo's pieces, check every hash, keep the bytes and what is made of them, and confirm. Whether it is stored.

    A stored photo stays due until `settle` says that what shows it was told: whatever is killed in between, it comes again. Holds no
    transaction while it reads, decodes and writes; doing it again is once. What is no photo is answered as quarantined. Raises
    MailboxesUnavailable, NoSuchMailbox or StorageUnavailable; the photo stays due.
    """
    with db.engine.connect() as connection:
        photo = connection.execute(sa.select(_photos).where(_photos.c.id == photo_id)).one_or_none()
        query = sa.select(_pieces).where(_pieces.c.photo_id == photo_id, _pieces.c.mailbox == mailbox).order_by(_pieces.c.number)
        pieces = [piece for piece in connection.execute(query) if photo and piece.number < photo.pieces]
    if photo is None or len(pieces) < photo.pieces:
        return False
    if photo.state != "stored":
        try:
            data = join(photo_id, photo.sha256, photo.bytes, list(_fetch(pieces, mailboxes)))
            picture = read_picture(data)
        except _PieceGone as gone:
            _wait_again(photo_id, mailbox, gone.number)
            return False
        except BrokenPhoto as broken:
            _refuse(photo_id, mailbox, Reason("broken_photo", broken.field))
            return False
        except NotAnImage:
            _refuse(photo_id, mailbox, Reason("not_an_image"))
            return False
        _keep_bytes(photo_store(doorstep.config), photo.sha256, data, picture)
        _confirm(photo_id, picture, now)
    return True


class _PieceGone(Exception):
    def __init__(self, number: int) -> None:
        self.number = number


def _fetch(pieces: Iterable[Any], mailboxes: Mailboxes) -> Iterator[tuple[str, bytes]]:
    for piece in pieces:
        try:
            yield piece.sha256, mailboxes.attachment(piece.mailbox, piece_id(piece.photo_id, piece.number), piece.attachment)
        except NoSuchDocument as error:
            raise _PieceGone(piece.number) from error


def _keep_bytes(files: PhotoStore, sha256: str, data: bytes, picture: Picture) -> None:
    if picture.screen is not None:
        files.put(f"{sha256}-screen", picture.screen)
    files.put(f"{sha256}-thumb", picture.thumb)
    files.put(sha256, data)


def _confirm(photo_id: str, picture: Picture, now: int) -> None:
    """The photo is stored, and all who sent it are told its hash."""
    with writing() as connection:
        connection.execute(
            sa.update(_photos)
            .where(_photos.c.id == photo_id)
            .values(
                state="stored",
                stored_at=now,
                media_type=picture.media_type,
                width=picture.width,
                height=picture.height,
                plain=picture.screen is None,
                thumb=picture.data_url,
            )
        )
        _tell_stored(connection, [photo_id])


def settle(connection: sa.Connection, photo_id: str) -> None:
    """A stored photo is due no more: in the transaction that tells those who show it."""
    connection.execute(sa.update(_senders).where(_senders.c.photo_id == photo_id).values(state="stored"))


def _refuse(photo_id: str, mailbox: str, reason: Reason) -> None:
    """These bytes cannot be kept. Another sender's may still be sound."""
    with writing() as connection:
        connection.execute(sa.update(_photos).where(_photos.c.id == photo_id, _photos.c.state == "pieces").values(state="broken"))
        _mark(connection, mailbox, [photo_id], "broken")
        user_id, received_at = _sender(connection, photo_id, mailbox)
        _tell(connection, user_id, "quarantined", [(photo_id, received_at, reason)])


def _wait_again(photo_id: str, mailbox: str, number: int) -> None:
    """A piece was taken out of the database before it was read: wait until it is sent again."""
    with writing() as connection:
        connection.execute(sa.delete(_pieces).where(_pieces.c.photo_id == photo_id, _pieces.c.mailbox == mailbox, _pieces.c.number == number))
        _mark(connection, mailbox, [photo_id], "pieces")
        user_id, received_at = _sender(connection, photo_id, mailbox)
        _tell(connection, user_id, "waiting", [(photo_id, received_at, Reason("pieces_missing", "pieces"))])


def _sender(connection: sa.Connection, photo_id: str, mailbox: str) -> tuple[str, int]:
    query = sa.select(_senders.c.user_id, _senders.c.received_at).where(_senders.c.photo_id == photo_id, _senders.c.mailbox == mailbox)
    user_id, received_at = connection.execute(query).one()
    return user_id, received_at


def _tell(connection: sa.Connection, user_id: str, state: str, told: Sequence[tuple[str, int, Reason]]) -> None:
    """Answer documents, each given as (id, received at, reason), in the text mailbox of who sent them."""
    box = shelf.mailboxes_of(connection, [user_id]).get(user_id) if told else None
    if box is None:
        return
    replies = []
    for id, received_at, reason in told:
        before = shelf.read(connection, box, f"reply:{id}") or {}
        replies.append((box, f"reply:{id}", {**_reply(id, before.get("received_at", received_at), state), "reasons": [reason.told()]}))
    shelf.put(connection, replies)


def _tell_stored(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Confirm stored photos to all who sent them."""
    for part in _parts(ids):
        query = (
            sa.select(_senders.c.user_id, _senders.c.photo_id, _senders.c.received_at, _photos.c.sha256)
            .join(_photos, _photos.c.id == _senders.c.photo_id)
            .where(_senders.c.photo_id.in_(part))
        )
        rows = connection.execute(query).all()
        boxes = shelf.mailboxes_of(connection, {row.user_id for row in rows})
        shelf.put(
            connection,
            [
                (boxes[row.user_id], f"reply:{row.photo_id}", {**_reply(row.photo_id, row.received_at, "merged"), "sha256": row.sha256})
                for row in rows
                if row.user_id in boxes
            ],
        )


def _reply(id: str, received_at: int, state: str) -> Document:
    return {"_id": f"reply:{id}", "type": "reply", "v": 1, "document": id, "received_at": received_at, "state": state}


def of_records(connection: sa.Connection, record_ids: Iterable[str]) -> dict[str, list[PhotoView]]:
    """Per record, the photos that say they belong to it, in the order they came. A record without photos is not among the keys."""
    found: dict[str, list[PhotoView]] = {}
    for part in _parts(sorted(set(record_ids))):
        for view in _views(connection, _photos.c.record.in_(part)):
            found.setdefault(view.record, []).append(view)
    return found


def by_ids(connection: sa.Connection, ids: Iterable[str]) -> dict[str, PhotoView]:
    """The photos whose manifests have come, by id."""
    return {view.id: view for part in _parts(sorted(set(ids))) for view in _views(connection, _photos.c.id.in_(part))}


def _views(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> list[PhotoView]:
    query = sa.select(_photos.c.id, _photos.c.record, _photos.c.role, _photos.c.state, _photos.c.thumb).where(condition)
    return [PhotoView(*row) for row in connection.execute(query.order_by(_photos.c.received_at, _photos.c.id))]


def find(connection: sa.Connection, photo_id: str) -> StoredPhoto | None:
    """What serving this photo takes, or None when no manifest of it has come."""
    columns = (_photos.c.id, _photos.c.author_id, _photos.c.record, _photos.c.sha256, _photos.c.media_type, _photos.c.plain)
    row = connection.execute(sa.select(*columns).where(_photos.c.id == photo_id)).one_or_none()
    return StoredPhoto(*row) if row else None


def _parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _TOGETHER):
        yield items[start : start + _TOGETHER]
