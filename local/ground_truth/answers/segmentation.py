"""Semantic segmentation of images: masks, painted anew or adjusted."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from local.ground_truth.answers import png
from local.ground_truth.answers.boxes import check_adjusted, check_image
from local.ground_truth.answers.classification import check_label
from local.ground_truth.answers.review import adjustment_status
from local.ground_truth.answers.subject import Consolidated, Subject, only_member

#: The crowd element and its `name`.
NAME: Final = "crowd-semantic-segmentation"
#: `type` in the output's metadata.
OUTPUT_TYPE: Final = "groundtruth/semantic-segmentation"
_MEMBERS: Final = {"inputImageProperties", "labelMappings", "labeledImage"}
BACKGROUND: Final = "BACKGROUND"
_WHITE: Final = (255, 255, 255)
#: Colors of a palette without the background's.
_MAXIMUM_CLASSES: Final = 255
_HEX: Final = re.compile("#[0-9a-f]{6}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """Workers paint a mask with crowd-semantic-segmentation.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-ui-template-crowd-semantic-segmentation.html
    """

    is_adjustment: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer has a mask in the colors of known labels.

        `{"crowd-semantic-segmentation": {"labeledImage": {"pngImageData": <Base64>},
        "labelMappings": {<label>: {"color": "#rrggbb"}}, "inputImageProperties": {"width",
        "height"}}}`, and for an adjustment `initialValueModified`. What is white or can't be seen
        is background.
        """
        content = only_member(answer, NAME, "{'labeledImage': {…}, 'labelMappings': {…}, …}")
        check_adjusted(content, _MEMBERS, self.is_adjustment)
        size = check_image(content["inputImageProperties"])
        mappings = content["labelMappings"]
        if not isinstance(mappings, Mapping):
            raise ValueError(f"labelMappings is an object, got {mappings!r}; send one")
        for label, mapping in mappings.items():
            check_label(label, subject)
            if subject.labels.index(label) >= _MAXIMUM_CLASSES:
                raise ValueError(
                    f"a mask knows the first {_MAXIMUM_CLASSES} labels, got {label!r}; choose one"
                )
            color = mapping.get("color") if isinstance(mapping, Mapping) else None
            if not isinstance(color, str) or not _HEX.fullmatch(color):
                raise ValueError(f"the color of {label!r} is #rrggbb, got {mapping!r}; send one")
        colors = [_color(mapping["color"]) for mapping in mappings.values()]
        if len(set(colors)) < len(colors) or _WHITE in colors:
            raise ValueError(
                f"labelMappings has a color for each label, none of them white, got"
                f" {dict(mappings)!r}; choose others"
            )
        picture = _picture(content["labeledImage"])
        if (picture.width, picture.height) != size:
            raise ValueError(
                f"the mask has the image's size of {size[0]} x {size[1]} pixels, got"
                f" {picture.width} x {picture.height}; send the whole mask"
            )
        strange = [each for each in picture.colors if each not in (*colors, _WHITE, None)]
        if strange:
            raise ValueError(
                f"the mask has the colors of labelMappings, got {strange[:3]!r}; paint it with them"
            )

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the mask with each pixel's commonest class, of two as common the first worker's.

        The confidence, one for the whole image, is the mean share of workers who agree on a pixel.
        Masks of another size than the first worker's don't count.
        """
        contents = [answer[NAME] for answer in answers]
        pictures = [_picture(content["labeledImage"]) for content in contents]
        first = pictures[0]
        masks = [
            _classes(picture, content["labelMappings"], subject)
            for picture, content in zip(pictures, contents, strict=True)
            if (picture.width, picture.height) == (first.width, first.height)
        ]
        pixels, share = _vote(masks)
        palette = _palette(contents, subject)
        confidence = subject.confidence(share)
        names = [BACKGROUND, *subject.labels]
        used = sorted({0, *pixels})
        metadata: dict[str, Any] = {
            "internal-color-map": {
                str(index): {
                    "class-name": names[index],
                    "confidence": confidence,
                    "hex-color": "#{:02x}{:02x}{:02x}".format(*palette[index]),
                }
                for index in used
            },
            "type": OUTPUT_TYPE,
            **subject.origin,
        }
        if self.is_adjustment:
            changed = any(content["initialValueModified"] for content in contents)
            metadata["adjustment-status"] = adjustment_status(changed=changed)
        path = subject.path("mask.png")
        return Consolidated(
            value=f"{subject.folder}/{path}",
            metadata=metadata,
            files={path: png.write(first.width, first.height, pixels, palette)},
        )

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer: a mask of two pixels, the first with a label."""
        mask = png.write(2, 1, b"\1\0", [_WHITE, (44, 160, 44)])
        content: dict[str, Any] = {
            "inputImageProperties": {"width": 2, "height": 1},
            "labelMappings": {subject.labels[0]: {"color": "#2ca02c"}},
            "labeledImage": {"pngImageData": base64.b64encode(mask).decode()},
        }
        if self.is_adjustment:
            content["initialValueModified"] = True
        return {NAME: content}


def _picture(labeled: Any) -> png.Picture:
    data = labeled.get("pngImageData") if isinstance(labeled, Mapping) else None
    if not isinstance(data, str):
        raise ValueError(f"labeledImage has pngImageData, got {labeled!r}; send the mask in Base64")
    return _decoded(data)


@lru_cache(maxsize=32)
def _decoded(data: str) -> png.Picture:
    try:
        return png.read(base64.b64decode(data, validate=True))
    except binascii.Error as error:
        raise ValueError(f"pngImageData is Base64, got {data[:32]!r}; encode the mask") from error


def _classes(picture: png.Picture, mappings: Mapping[str, Any], subject: Subject) -> bytes:
    """Return each pixel's class: 0 for the background, a label's place in the file plus 1."""
    classes = {
        _color(mapping["color"]): subject.labels.index(label) + 1
        for label, mapping in mappings.items()
    }
    table = [classes.get(color, 0) if color else 0 for color in picture.colors]
    return picture.pixels.translate(bytes(table).ljust(256, b"\0"))


def _vote(masks: Sequence[bytes]) -> tuple[bytes, float]:
    """Return the commonest class of each pixel, and the mean share of masks that have it."""
    if len(masks) == 1:
        return masks[0], 1.0
    counts = Counter(zip(*masks, strict=True))
    # Of equally common classes the first worker's wins: Counter keeps their order.
    chosen = {votes: Counter(votes).most_common(1)[0] for votes in counts}
    agreeing = sum(count * chosen[votes][1] for votes, count in counts.items())
    pixels = bytes(chosen[votes][0] for votes in zip(*masks, strict=True))
    return pixels, agreeing / (len(masks) * len(pixels))


def _palette(contents: Sequence[Mapping[str, Any]], subject: Subject) -> list[png.Color]:
    """Return white and each label's color, which is the one that the first worker had."""
    given: dict[str, png.Color] = {}
    for content in contents:
        for label, mapping in content["labelMappings"].items():
            given.setdefault(label, _color(mapping["color"]))
    return [_WHITE, *(given.get(label, (0, 0, 0)) for label in subject.labels)]


def _color(text: str) -> png.Color:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue
