"""A record's photos as a screen shows them."""

from collections.abc import Sequence
from typing import Any

from server.photos.service import PhotoView


def shown(listed: Sequence[str], here: Sequence[PhotoView]) -> list[dict[str, Any]]:
    """The photos a record lists, in its order: those that are here and say they belong to it, and those nobody has seen yet (`awaited`).

    A photo that claims the record and is not on its list is not shown: anyone may claim. `data` is a small JPEG as a data URL, once the bytes
    are confirmed.
    """
    known = {one.id: one for one in here}
    return [
        {"id": id, "role": known[id].role, "state": known[id].state, "data": known[id].thumb}
        if id in known
        else {"id": id, "role": None, "state": "awaited", "data": None}
        for id in listed
    ]
