"""`GET /api/photos/<id>`: the bytes, for those whose the photo is or in whose scope its record lies."""

from flask import Blueprint, Response, request

from server.context import doorstep
from server.database import db, writing
from server.endpoints import described, read_query
from server.errors import NotFound
from server.ledger import service as ledger
from server.people.signed_in import caller
from server.photos import access, service
from server.photos.schemas import PhotoQuery
from server.photos.storage import photo_store
from sync.domain.documents import type_of

blueprint = Blueprint("photos", __name__)


@blueprint.get("/api/photos/<photo_id>")
@described("A photo's bytes", query=PhotoQuery, media="image/jpeg")
def show(photo_id: str) -> Response:
    """The bytes of one size. The reading is logged before they leave."""
    size = read_query(PhotoQuery)["size"]
    photo = _readable(photo_id)
    if photo.media_type is None:
        raise NotFound("photo_pending")
    with writing() as connection:
        access.note(connection, caller.id, photo.id, f"photo:{size}", doorstep.now())
    original = size == "original" or (size == "screen" and photo.plain)
    response = Response(content_type=photo.media_type if original else "image/jpeg")
    response.set_etag(f"{photo.sha256}-{size}")
    # Content-addressed, so it never changes; private, so no cache between us and the reader keeps a home's picture.
    response.cache_control.private = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    if request.if_none_match.contains(f"{photo.sha256}-{size}"):
        response.status_code = 304
    else:
        response.set_data(photo_store(doorstep.config).get(photo.sha256 if original else f"{photo.sha256}-{size}"))
    return response


def _readable(photo_id: str) -> service.StoredPhoto:
    """The photo, if the caller may see it. Whether one they may not see exists is not told."""
    if type_of(photo_id) != "photo":
        raise NotFound()
    with db.engine.connect() as connection:
        photo = service.find(connection, photo_id)
        if photo is None or (photo.author_id != caller.id and not ledger.may_read(connection, caller, photo.record)):
            raise NotFound()
    return photo
