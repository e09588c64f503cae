"""The PNG files of masks, as browsers and local Ground Truth write them."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import pytest

from local.ground_truth.answers import png

_RED: Final = (255, 0, 0)
_BLUE: Final = (0, 0, 255)


def _png(kind: int, width: int, rows: list[bytes], *, depth: int = 8, **chunks: bytes) -> bytes:
    """Return a PNG of filtered rows, each with the number of its filter first."""

    def chunk(name: bytes, data: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + end

    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    more = b"".join(chunk(name.encode(), data) for name, data in chunks.items())
    data = chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + data + chunk(b"IEND", b"")


def _colors(picture: png.Picture) -> list[png.Color | None]:
    return [picture.colors[pixel] for pixel in picture.pixels]


def test_what_is_written_is_read() -> None:
    body = png.write(2, 2, b"\0\1\1\0", [_RED, _BLUE])

    picture = png.read(body)

    assert (picture.width, picture.height) == (2, 2)
    assert _colors(picture) == [_RED, _BLUE, _BLUE, _RED]


def test_what_can_not_be_seen_has_no_color() -> None:
    body = _png(6, 2, [b"\0" + bytes((255, 0, 0, 255, 0, 0, 255, 0))])

    assert _colors(png.read(body)) == [_RED, None]


@pytest.mark.parametrize(
    ("kind", "row", "colors"),
    [
        (0, b"\0\x00\xff", [(0, 0, 0), (255, 255, 255)]),
        (2, b"\0" + bytes((255, 0, 0, 0, 0, 255)), [_RED, _BLUE]),
        (4, b"\0\x07\xff\x07\x00", [(7, 7, 7), None]),
    ],
)
def test_other_kinds_of_pixels_are_read(
    kind: int, row: bytes, colors: list[png.Color | None]
) -> None:
    assert _colors(png.read(_png(kind, 2, [row]))) == colors


def test_a_palette_may_have_transparent_colors() -> None:
    palette = bytes((255, 0, 0, 0, 0, 255))

    picture = png.read(_png(3, 2, [b"\0\1\0"], PLTE=palette, tRNS=b"\0"))

    assert _colors(picture) == [_BLUE, None]


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        ([b"\1\x05\x01\x01"], [5, 6, 7]),
        ([b"\0\x05\x06\x07", b"\2\x01\x01\x01"], [5, 6, 7, 6, 7, 8]),
        ([b"\0\x04\x06\x08", b"\3\x01\x01\x01"], [4, 6, 8, 3, 5, 7]),
        ([b"\0\x04\x06\x08", b"\4\x01\x01\x01"], [4, 6, 8, 5, 7, 9]),
    ],
)
def test_all_filters_are_undone(rows: list[bytes], values: list[int]) -> None:
    picture = png.read(_png(0, 3, rows))

    assert [color and color[0] for color in _colors(picture)] == values


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"JFIF", "a mask is a PNG, got b'JFIF'"),
        (_png(2, 1, [b"\0" + bytes(6)], depth=16), "8 bits per channel, .* got depth 16"),
        (_png(2, 2, [b"\0" + bytes(3)]), "got too few or too many"),
        (_png(3, 1, [b"\0\2"], PLTE=bytes(3)), "a mask's pixels are in its palette, got 2"),
        (
            _png(2, 257, [b"\0" + b"".join(bytes((i % 256, i // 256, 0)) for i in range(257))]),
            "more than 256 colors",
        ),
        (png.write(1, 1, b"\0", [_RED])[:45], "a mask is a PNG, got a broken one"),
    ],
)
def test_what_is_no_mask_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        png.read(body)
