"""Bytes read as a picture: upright, small, free of metadata, or refused."""

import base64
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from server.photos.pictures import DATA_URL_BYTES, NotAnImage, read_picture

ORIENTATION, GPS = 274, 34853


def encoded(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def half_red(width: int = 400, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return image


def with_exif(**options: Any) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was held upright: turn by 90° clockwise to see it so
    exif[GPS] = {1: "N", 2: (25.0, 2.0, 0.0)}
    return encoded(half_red(), exif=exif, **options)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("format", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_what_phones_make_is_read(format: str, media_type: str):
    picture = read_picture(encoded(half_red(), format))
    assert (picture.media_type, picture.width, picture.height) == (media_type, 400, 200)
    assert opened(picture.thumb).size == (320, 160)


def test_a_sideways_photo_is_turned_upright():
    picture = read_picture(with_exif())
    assert (picture.width, picture.height) == (200, 400)
    assert picture.screen is not None
    screen = opened(picture.screen)
    assert screen.size == (200, 400)
    top, bottom = screen.getpixel((100, 50)), screen.getpixel((100, 350))
    assert top[0] > 200 > 100 > top[2]  # type: ignore[index]
    assert bottom[2] > 200 > 100 > bottom[0]  # type: ignore[index]


def test_where_the_photo_was_taken_is_in_none_of_what_is_made_of_it():
    picture = read_picture(with_exif(comment=b"flat 301", icc_profile=b"profile"))
    for made in (picture.screen, picture.thumb, base64.b64decode(picture.data_url.partition(",")[2])):
        assert made is not None
        image = opened(made)
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


def test_a_large_photo_is_scaled_to_the_screen():
    picture = read_picture(encoded(half_red(4000, 3000)))
    assert (picture.width, picture.height) == (4000, 3000)
    assert picture.screen is not None
    assert opened(picture.screen).size == (1600, 1200)


def test_what_the_app_itself_made_is_shown_as_it_is():
    assert read_picture(encoded(half_red(1600, 1200))).screen is None


@pytest.mark.parametrize("more", [b"a film behind the picture", b"\0"])
def test_what_hides_behind_the_end_of_a_picture_is_not_shown(more: bytes):
    assert read_picture(encoded(half_red()) + more).screen is not None


def test_transparent_becomes_white_not_black():
    picture = read_picture(encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))
    assert opened(picture.thumb).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixel_becomes_a_jpeg(mode: str):
    picture = read_picture(encoded(Image.new(mode, (300, 500)), "PNG"))
    assert opened(picture.thumb).mode == "RGB"


def test_the_thumbnail_in_the_job_is_small_however_busy_the_picture():
    noise = Image.effect_noise((1600, 1200), 120).convert("RGB")
    picture = read_picture(encoded(noise, quality=50))
    assert len(picture.data_url) <= DATA_URL_BYTES
    assert max(opened(base64.b64decode(picture.data_url.partition(",")[2])).size) <= 120


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_metadata_that_cannot_be_read_does_not_cost_the_picture():
    data = encoded(half_red())
    broken = data[:2] + b"\xff\xe1" + struct.pack(">H", 20) + b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 4 + data[2:]
    assert read_picture(broken).width == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a picture",
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encoded(half_red(), "GIF"),
        encoded(half_red(), "TIFF"),
        encoded(half_red(), "BMP"),
        encoded(half_red(1600, 1200))[:-2000],
        encoded(half_red(), "PNG")[:-30],
        encoded(half_red(), "WEBP")[:-30],
    ],
    ids=["nothing", "text", "pdf", "svg", "gif", "tiff", "bmp", "half a jpeg", "half a png", "half a webp"],
)
def test_what_is_no_photo_is_refused(data: bytes):
    with pytest.raises(NotAnImage):
        read_picture(data)


@pytest.mark.parametrize("side", [6_000, 12_000, 20_000, 2**31 - 1])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int):
    with pytest.raises(NotAnImage):
        read_picture(png_claiming(side, side))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_junk_is_a_picture_or_is_refused_and_nothing_else(data: st.DataObject):
    sound = data.draw(st.sampled_from([with_exif(), encoded(half_red(), "PNG"), encoded(half_red(), "WEBP")]))
    junk = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 8))):
        junk[data.draw(st.integers(0, len(junk) - 1))] = data.draw(st.integers(0, 255))
    del junk[data.draw(st.integers(0, len(junk))) :]
    try:
        picture = read_picture(bytes(junk))
    except NotAnImage:
        return
    assert len(picture.data_url) <= DATA_URL_BYTES
    assert max(opened(picture.thumb).size) <= 320
