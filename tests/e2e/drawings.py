"""Stand-ins for photos: a wall with what is wrong with it, drawn, so that no real home is shown."""

import io
import math
import random
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1200, 900)
Scene = Callable[[ImageDraw.ImageDraw], None]


def leak(draw: ImageDraw.ImageDraw) -> None:
    """A pipe in a corner, and the stain under its joint."""
    draw.rectangle((0, 730, 1200, 900), fill=(104, 99, 93))
    chance = random.Random(3)
    for _ in range(900):
        down = min(abs(chance.gauss(0, 95)), 240)
        x, y, shade = chance.gauss(625, 26 + down / 3), 480 + down, chance.randrange(12)
        draw.ellipse((x - 22, y - 16, x + 22, min(y + 26, 730)), fill=(150 - shade, 141 - shade, 122 - shade))
    draw.rectangle((590, 0, 660, 730), fill=(146, 150, 152))
    draw.rectangle((600, 0, 614, 730), fill=(190, 194, 196))
    draw.rectangle((572, 430, 678, 500), fill=(120, 102, 84))
    for number in range(9):
        draw.ellipse((606 + 6 * (number % 3), 520 + 22 * number, 618 + 6 * (number % 3), 540 + 22 * number), fill=(196, 212, 222))
    draw.ellipse((430, 740, 830, 830), fill=(132, 136, 138))


def dark_stairs(draw: ImageDraw.ImageDraw) -> None:
    """Stairs under a lamp that does not burn."""
    draw.rectangle((0, 0, 1200, 900), fill=(58, 58, 62))
    for step in range(9):
        left, floor, shade = 120 + 60 * step, 880 - 84 * step, 96 - 6 * step
        draw.polygon([(left, floor), (1080, floor), (1080, floor - 80), (left + 40, floor - 80)], fill=(shade, shade, shade + 4))
    draw.line((600, 0, 600, 90), fill=(30, 30, 32), width=6)
    draw.ellipse((552, 86, 648, 186), fill=(120, 118, 108))


def crowded_landing(draw: ImageDraw.ImageDraw) -> None:
    """Boxes and a chair on a landing."""
    draw.rectangle((0, 640, 1200, 900), fill=(120, 114, 106))
    draw.rectangle((860, 130, 1110, 660), fill=(134, 62, 52))
    for left, top, width, height, shade in ((90, 470, 300, 270, 0), (140, 290, 230, 190, 14), (410, 560, 240, 190, 24)):
        draw.rectangle((left, top, left + width, top + height), fill=(182 - shade, 146 - shade, 98 - shade))
        draw.rectangle((left + width // 2 - 18, top, left + width // 2 + 18, top + height), fill=(206 - shade, 178 - shade, 132 - shade))


def photo(scene: Scene) -> bytes:
    """A JPEG of a plastered wall with that on it, lit from a corner."""
    chance = random.Random(7)
    image = Image.new("RGB", SIZE, (186, 180, 168))
    draw = ImageDraw.Draw(image)
    for _ in range(2600):
        x, y, shade = chance.randrange(SIZE[0]), chance.randrange(SIZE[1]), chance.randrange(-9, 9)
        draw.ellipse((x, y, x + 14, y + 10), fill=(186 + shade, 180 + shade, 168 + shade))
    scene(draw)
    light = Image.new("L", (12, 9))
    light.putdata([int(255 - 9 * math.hypot(x - 3, y - 2)) for y in range(9) for x in range(12)])
    image = Image.composite(image, Image.new("RGB", SIZE), light.resize(SIZE, Image.Resampling.BICUBIC)).filter(ImageFilter.GaussianBlur(1.6))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()
