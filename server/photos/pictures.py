"""Bytes from a phone read as a picture, suspiciously, and the smaller ones made from it. Pure: bytes in, bytes out; Pillow's only importer."""

import base64
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

# The largest phone sensors give 50 million pixels; what unpacks to more is a bomb, not evidence. Only JPEG can be unpacked at a fraction of its size.
MOST_PIXELS = {"JPEG": 51_000_000, "MPO": 51_000_000, "PNG": 26_000_000, "WEBP": 26_000_000}
SCREEN = 1600
THUMB = 320
DATA_URL_BYTES = 6 * 1024
# Tried in turn until the data URL is short enough: longest side in pixels, JPEG quality.
_SMALLEST = ((120, 65), (120, 45), (96, 40), (64, 30), (32, 30))
_FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_JPEG_END = b"\xff\xd9"
_HARMLESS_SEGMENTS = ("APP0", "APP14")


class NotAnImage(Exception):
    """These bytes are no JPEG, PNG or WebP that can be read to its end, or unpack to more than a photo can be."""


@dataclass(frozen=True)
class Picture:
    """What was made of an original: its type and upright size, two JPEGs, and a thumbnail as a data URL of at most 6 KB.

    `screen` is None when the original can be shown as it is: an upright JPEG, small enough and without metadata.
    """

    media_type: str
    width: int
    height: int
    screen: bytes | None
    thumb: bytes
    data_url: str


def read_picture(data: bytes) -> Picture:
    """Decode to the end, turn upright, strip metadata, make the smaller ones. Raises NotAnImage."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            format, size = str(image.format), image.size
            if size[0] * size[1] > MOST_PIXELS[format]:
                raise NotAnImage(f"{size[0]}x{size[1]} pixels")
            plain = _plain(image, data)
            # What needs no scaling to the screen is unpacked at the thumbnail's size at once, which costs a third.
            longest, gap = (THUMB, 1.0) if plain else (SCREEN, 2.0)
            image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=gap)
            image.load()
            upright = _upright(image)
            width, height = size[::-1] if (upright.width > upright.height) != (image.width > image.height) else size
            thumb = upright if plain else _scaled(upright, THUMB)
            return Picture(_FORMATS[format], width, height, None if plain else _jpeg(upright, 80), _jpeg(thumb, 75), _data_url(thumb))
    except NotAnImage:
        raise
    except Exception as error:
        # Pillow's parsers raise whatever the bytes made them trip over; all of it means the same.
        raise NotAnImage(str(error)) from error


def _plain(image: Image.Image, data: bytes) -> bool:
    """Whether the original may be shown as it is: nothing to scale, to turn, or to strip."""
    segments = [name for name, _ in getattr(image, "applist", [("not a JPEG", b"")])]
    return (
        image.format == "JPEG"
        and max(image.size) <= SCREEN
        and image.mode in ("RGB", "L")
        and all(name in _HARMLESS_SEGMENTS for name in segments)
        # Phones hide a film, and its metadata, behind the end of the picture.
        and data.endswith(_JPEG_END)
    )


def _upright(image: Image.Image) -> Image.Image:
    """Turned as the camera was held, on white, in RGB, without metadata."""
    try:
        turned = ImageOps.exif_transpose(image)
    except Exception:
        # Metadata that cannot be read must not cost the picture.
        turned = image.copy()
    if "A" in turned.getbands() or "transparency" in turned.info:
        turned = turned.convert("RGBA")
        paper = Image.new("RGBA", turned.size, "white")
        paper.alpha_composite(turned)
        turned = paper
    turned = turned.convert("RGB")
    turned.info.clear()
    return turned


def _scaled(image: Image.Image, longest: int) -> Image.Image:
    """At most `longest` pixels on its longer side, never enlarged."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return small


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _data_url(image: Image.Image) -> str:
    """A data URL short enough to travel in every job document."""
    url = ""
    for longest, quality in _SMALLEST:
        url = "data:image/jpeg;base64," + base64.b64encode(_jpeg(_scaled(image, longest), quality)).decode("ascii")
        if len(url) <= DATA_URL_BYTES:
            break
    return url
