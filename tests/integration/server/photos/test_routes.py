"""Who may see a photo's bytes, what they get, and that it is logged."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from server.database import db
from server.photos.models import Access
from tests.integration.server.photos.conftest import HEAD, OTHER, PHOTO, REVIEWER, Cut, Phones, cut, jpeg


@pytest.fixture
def photo(phones: Phones) -> Cut:
    """A stored photo of a visit in the first building."""
    one = cut(jpeg(2000, 1000))
    phones.send(one)
    phones.store()
    return one


def get(app: Flask, token: str, id: str = PHOTO, query: str = "", **headers: str) -> TestResponse:
    return app.test_client().get(f"/api/photos/{id}{query}", headers={"Authorization": f"Bearer {token}", **headers})


def accesses() -> list[tuple[str, str, str]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(Access.user_id, Access.subject, Access.what).order_by(Access.id))]


def test_the_author_gets_the_original(app: Flask, photo: Cut, tokens: dict[str, str]):
    answer = get(app, tokens[HEAD], query="?size=original")
    assert (answer.status_code, answer.data, answer.content_type) == (200, photo.data, "image/jpeg")


@pytest.mark.parametrize(("query", "size"), [("?size=thumb", (320, 160)), ("?size=screen", (1600, 800)), ("", (1600, 800))])
def test_smaller_sizes_are_there_for_who_has_the_place_in_scope(app: Flask, photo: Cut, tokens: dict[str, str], query: str, size: tuple[int, int]):
    answer = get(app, tokens[REVIEWER], query=query)
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.data)).size == size


def test_what_the_app_made_is_its_own_screen_size(app: Flask, phones: Phones, tokens: dict[str, str]):
    small = cut(jpeg(800, 600))
    phones.send(small)
    phones.store()
    assert get(app, tokens[HEAD], query="?size=screen").data == small.data


def test_an_original_that_is_no_jpeg_says_what_it_is(app: Flask, phones: Phones, tokens: dict[str, str]):
    out = io.BytesIO()
    Image.new("RGB", (50, 50)).save(out, "PNG")
    phones.send(cut(out.getvalue()))
    phones.store()
    assert get(app, tokens[HEAD], query="?size=original").content_type == "image/png"
    assert get(app, tokens[HEAD], query="?size=screen").content_type == "image/jpeg"


def test_out_of_scope_is_as_if_it_were_not_there(app: Flask, photo: Cut, tokens: dict[str, str]):
    hidden, missing = get(app, tokens[OTHER]), get(app, tokens[OTHER], "photo:01KAF1Q8Z9V3M5T7W9Y1A2B3C4")
    assert (hidden.status_code, hidden.json) == (missing.status_code, missing.json)
    assert hidden.status_code == 404
    assert hidden.json is not None
    assert hidden.json["code"] == "not_found"
    assert accesses() == []


def test_a_photo_of_a_record_that_is_not_here_is_its_authors_alone(app: Flask, phones: Phones, tokens: dict[str, str]):
    phones.send(cut(jpeg(), record="visit:01KAF1Q8Z9V3M5T7W9Y1A2B3C4"))
    phones.store()
    assert get(app, tokens[HEAD]).status_code == 200
    assert get(app, tokens[REVIEWER]).status_code == 404


def test_bytes_not_confirmed_yet_are_pending(app: Flask, phones: Phones, tokens: dict[str, str]):
    phones.take([cut(jpeg()).manifest])
    answer = get(app, tokens[HEAD])
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "photo_pending"


def test_nobody_sees_a_photo_without_signing_in(app: Flask, photo: Cut):
    assert app.test_client().get(f"/api/photos/{PHOTO}").status_code == 401


def test_every_reading_is_logged(app: Flask, photo: Cut, tokens: dict[str, str]):
    get(app, tokens[HEAD], query="?size=thumb")
    get(app, tokens[REVIEWER], query="?size=original")
    assert accesses() == [(HEAD, PHOTO, "photo:thumb"), (REVIEWER, PHOTO, "photo:original")]


def test_a_browser_keeps_it_for_itself_and_takes_it_for_nothing_but_a_picture(app: Flask, photo: Cut, tokens: dict[str, str]):
    headers = get(app, tokens[HEAD]).headers
    assert {part.strip() for part in headers["Cache-Control"].split(",")} == {"private", "max-age=31536000", "immutable"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_the_browser_has_is_not_sent_again(app: Flask, photo: Cut, tokens: dict[str, str]):
    tag = get(app, tokens[HEAD], query="?size=thumb").headers["ETag"]
    again = get(app, tokens[HEAD], query="?size=thumb", **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert get(app, tokens[HEAD], query="?size=screen", **{"If-None-Match": tag}).status_code == 200


def test_a_size_that_is_none_is_told_so(app: Flask, photo: Cut, tokens: dict[str, str]):
    answer = get(app, tokens[HEAD], query="?size=../../etc")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["fields"] == {"size": ["invalid"]}


@pytest.mark.parametrize("id", ["x", "photo:%00", "photo:" + "x" * 500, "%F0%9F%92%A9", "photo:%ED%A0%80"])
def test_an_id_that_is_none_is_not_found(app: Flask, tokens: dict[str, str], id: str):
    assert get(app, tokens[HEAD], id).status_code == 404
