"""Checks what is said of one frame of a 3D point cloud.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-single-frame-input-data.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-multi-frame-input-data.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from labeling_job.problems import shown

_FORMATS: Final = tuple(
    f"{encoding}/{values}"
    for encoding in ("binary", "text")
    for values in ("xyz", "xyzi", "xyzrgb", "xyzirgb")
)
_CAMERA_MODELS: Final = ("pinhole", "fisheye")
_MAXIMUM_IMAGES: Final = 8
_CAMERA: Final = ("unix-timestamp", "fx", "fy", "cx", "cy")
_DISTORTION: Final = ("k1", "k2", "k3", "k4", "p1", "p2", "skew")
_POSE: Final = {"position": ("x", "y", "z"), "heading": ("qx", "qy", "qz", "qw")}


def frame_problems(frame: Any, where: str, places: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with format, time, pose and camera images; `where` leads to the frame.

    `places` are the S3 URIs below which all that the frame names must be.
    """
    if not isinstance(frame, Mapping):
        yield f"expected an object with a unix-timestamp, got {shown(frame)} in {where}"
        return
    yield from _number_problems(frame, ("unix-timestamp",), where)
    yield from _choice_problems(frame, "format", _FORMATS, where)
    if "ego-vehicle-pose" in frame:
        yield from _pose_problems(frame["ego-vehicle-pose"], f"{where}.ego-vehicle-pose")
    if "prefix" in frame:
        yield from prefix_problems(frame["prefix"], f"{where}.prefix", places)
    images = frame.get("images", [])
    if not isinstance(images, list):
        yield f"expected a list, got {shown(images)} in {where}.images"
        return
    if len(images) > _MAXIMUM_IMAGES:
        yield f"expected at most {_MAXIMUM_IMAGES} images, got {len(images)} in {where}.images"
    for index, image in enumerate(images):
        yield from _image_problems(image, f"{where}.images[{index}]")


def prefix_problems(prefix: Any, where: str, places: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with the prefix of files that belong to a frame or a sequence."""
    if not isinstance(prefix, str) or not prefix.startswith(places) or not prefix.endswith("/"):
        expected = " or ".join(places)
        yield (
            f"expected a prefix below {expected} that ends with '/', got {shown(prefix)} in {where}"
        )


def _image_problems(image: Any, where: str) -> Iterator[str]:
    if not isinstance(image, Mapping):
        yield f"expected an object with an image-path, got {shown(image)} in {where}"
        return
    path = image.get("image-path")
    if not isinstance(path, str) or not path:
        yield f"expected a path below the prefix, got {shown(path)} in {where}.image-path"
    yield from _number_problems(image, _CAMERA, where)
    yield from _number_problems(image, [name for name in _DISTORTION if name in image], where)
    yield from _pose_problems(image, where)
    yield from _choice_problems(image, "camera-model", _CAMERA_MODELS, where)


def _pose_problems(pose: Any, where: str) -> Iterator[str]:
    if not isinstance(pose, Mapping):
        yield f"expected an object with position and heading, got {shown(pose)} in {where}"
        return
    for name, members in _POSE.items():
        part = pose.get(name)
        if isinstance(part, Mapping):
            yield from _number_problems(part, members, f"{where}.{name}")
        else:
            yield (
                f"expected an object with {', '.join(members)}, got {shown(part)} in {where}.{name}"
            )


def _number_problems(
    values: Mapping[str, Any], names: tuple[str, ...] | list[str], where: str
) -> Iterator[str]:
    for name in names:
        value = values.get(name)
        if type(value) is not int and not (type(value) is float and math.isfinite(value)):
            yield f"expected a number, got {shown(value)} in {where}.{name}"


def _choice_problems(
    values: Mapping[str, Any], name: str, choices: tuple[str, ...], where: str
) -> Iterator[str]:
    if name in values and values[name] not in choices:
        yield f"expected {', '.join(choices)}, got {shown(values[name])} in {where}.{name}"
