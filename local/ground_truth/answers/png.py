"""Masks as PNG files: reads what browsers make, writes one with a palette.

https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from local.ground_truth.answers.data_kinds import MAXIMUM_PIXELS

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS: Final = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGBA: 4}

Color = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture's pixels, as indexes into its colors; None is a pixel that can't be seen."""

    width: int
    height: int
    pixels: bytes
    colors: Sequence[Color | None]


def size_of(body: bytes) -> tuple[int, int] | None:
    """Return a PNG's width and height, None if it is none."""
    if not body.startswith(_SIGNATURE) or body[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", body[16:24])
    return width, height


def read(body: bytes) -> Picture:
    """Read a PNG with 8 bits per channel and at most 256 colors; ValueError if it is none."""
    size = size_of(body)
    if size is None:
        raise ValueError(f"a mask is a PNG, got {body[:16]!r}; send one")
    width, height = size
    depth, kind, _, _, interlaced = body[24:29]
    if depth != 8 or interlaced or kind not in _CHANNELS or width * height > MAXIMUM_PIXELS:
        raise ValueError(
            "a mask is a PNG with 8 bits per channel, not interlaced, of at most"
            f" {MAXIMUM_PIXELS} pixels, got depth {depth}, color type {kind}, interlace"
            f" {interlaced}, {width} x {height}; save it so"
        )
    parts: dict[bytes, bytes] = {}
    for name, data in _chunks(body):
        parts[name] = parts.get(name, b"") + data
    try:
        data = zlib.decompress(parts.get(b"IDAT", b""))
    except zlib.error as error:
        raise ValueError(f"a mask is a PNG, got a broken one: {error}; send a whole one") from error
    channels = _CHANNELS[kind]
    if len(data) != height * (width * channels + 1):
        raise ValueError(f"a mask has {width} x {height} pixels, got too few or too many; send all")
    rows = _unfiltered(data, width * channels, channels)
    return _picture(rows, width, height, kind, parts)


def write(width: int, height: int, pixels: bytes, palette: Sequence[Color]) -> bytes:
    """Return a PNG whose pixels are indexes into `palette`."""
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    colors = bytes(channel for color in palette for channel in color)
    return _SIGNATURE + b"".join(
        _chunk(name, data)
        for name, data in (
            (b"IHDR", header),
            (b"PLTE", colors),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place + 12 <= len(body):
        (length,) = struct.unpack(">I", body[place : place + 4])
        yield body[place + 4 : place + 8], body[place + 8 : place + 8 + length]
        place += length + 12


def _unfiltered(data: bytes, length: int, channels: int) -> Iterator[bytes]:
    """Yield each row's bytes, which the PNG has as differences from their neighbors."""
    before = bytearray(length)
    for start in range(0, len(data), length + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        if kind == 2:  # up: no byte depends on its row, so that it is quick
            row = bytearray((one + other) & 255 for one, other in zip(row, before, strict=True))
        elif kind:
            _undo(kind, row, before, channels)
        before = row
        yield bytes(row)


def _undo(kind: int, row: bytearray, before: bytearray, channels: int) -> None:
    for place, value in enumerate(row):
        left = row[place - channels] if place >= channels else 0
        up = before[place]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            guess = _paeth(left, up, before[place - channels] if place >= channels else 0)
        row[place] = (value + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    to_left, to_up, to_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _picture(
    rows: Iterator[bytes], width: int, height: int, kind: int, parts: dict[bytes, bytes]
) -> Picture:
    channels = _CHANNELS[kind]
    indexes: dict[bytes, int] = {}
    pixels = bytearray()
    for row in rows:
        for start in range(0, len(row), channels):
            pixel = row[start : start + channels]
            index = indexes.get(pixel)
            if index is None:
                index = indexes[pixel] = len(indexes)
                if index > 255:
                    raise ValueError(
                        "a mask has one color for each label, got more than 256 colors; draw it"
                        " without soft edges"
                    )
            pixels.append(index)
    colors = [_color(pixel, kind, parts) for pixel in indexes]
    return Picture(width=width, height=height, pixels=bytes(pixels), colors=colors)


def _color(pixel: bytes, kind: int, parts: dict[bytes, bytes]) -> Color | None:
    if kind == _PALETTE:
        palette, alphas = parts.get(b"PLTE", b""), parts.get(b"tRNS", b"")
        index = pixel[0]
        if index * 3 + 3 > len(palette):
            raise ValueError(f"a mask's pixels are in its palette, got {index}; send a whole one")
        alpha = alphas[index] if index < len(alphas) else 255
        red, green, blue = palette[index * 3 : index * 3 + 3]
    else:
        alpha = pixel[-1] if kind in (_GRAY_ALPHA, _RGBA) else 255
        red, green, blue = pixel[:3] if kind in (_RGB, _RGBA) else pixel[:1] * 3
    return (red, green, blue) if alpha else None
