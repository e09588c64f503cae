"""What a manifest line or a sequence file says of one frame of a 3D point cloud.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-single-frame-input-data.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-multi-frame-input-data.html
"""

from __future__ import annotations

from typing import Any, Final

from local.ground_truth.answers.json_values import is_number

#: Values for each point.
_VALUES: Final = {"xyz": 3, "xyzi": 4, "xyzrgb": 6, "xyzirgb": 7}
_FORMATS: Final = [f"{kind}/{values}" for kind in ("binary", "text") for values in _VALUES]
#: Bytes of a value:
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-raw-data-types.html
_FLOAT: Final = 4
_MAXIMUM_IMAGES: Final = 8
_POSITION: Final = ("x", "y", "z")
_HEADING: Final = ("qx", "qy", "qz", "qw")
_CAMERA: Final = ("unix-timestamp", "fx", "fy", "cx", "cy")
_DISTORTION: Final = ("k1", "k2", "k3", "k4", "p1", "p2", "skew")


def check_frame(content: Any, where: str) -> None:
    """Raise ValueError unless time, format, pose and camera images are as documented."""
    if not isinstance(content, dict):
        raise ValueError(f"{where} is an object with a unix-timestamp, got {content!r}")
    _check_numbers(content, ("unix-timestamp",), where)
    if content.get("format", _FORMATS[0]) not in _FORMATS:
        raise ValueError(
            f"{where} has a format that is one of {', '.join(_FORMATS)}, got {content['format']!r}"
        )
    if "ego-vehicle-pose" in content:
        _check_pose(content["ego-vehicle-pose"], f"the ego-vehicle-pose of {where}")
    prefix = content.get("prefix", "s3://bucket/")
    if not isinstance(prefix, str) or not prefix.startswith("s3://") or not prefix.endswith("/"):
        raise ValueError(f"{where} has a prefix s3://…/, got {prefix!r}")
    images = content.get("images", [])
    if not isinstance(images, list) or len(images) > _MAXIMUM_IMAGES:
        raise ValueError(f"{where} has a list of at most {_MAXIMUM_IMAGES} images, got {images!r}")
    for number, image in enumerate(images, start=1):
        _check_image(image, f"image {number} of {where}")


def count_points(body: bytes, name: str, data_format: str | None) -> int | None:
    """Return how many points a frame's file has; None if its format doesn't tell."""
    if data_format is None:
        data_format = {"bin": "binary/xyzi", "txt": "text/xyzi"}.get(name.rsplit(".", 1)[-1])
    if data_format is None:
        return None
    kind, _, values = data_format.partition("/")
    if kind == "binary":
        return len(body) // (_VALUES[values] * _FLOAT)
    return sum(1 for line in body.splitlines() if line.strip())


def _check_image(image: Any, where: str) -> None:
    if not isinstance(image, dict) or not isinstance(image.get("image-path"), str):
        raise ValueError(f"{where} is an object with an image-path, got {image!r}")
    _check_numbers(image, _CAMERA, where)
    _check_numbers(image, [name for name in _DISTORTION if name in image], where)
    _check_pose(image, where)
    if image.get("camera-model", "pinhole") not in ("pinhole", "fisheye"):
        raise ValueError(
            f"{where} has the camera-model pinhole or fisheye, got {image['camera-model']!r}"
        )


def _check_pose(pose: Any, where: str) -> None:
    if not isinstance(pose, dict):
        raise ValueError(f"{where} is an object with position and heading, got {pose!r}")
    for part, names in (("position", _POSITION), ("heading", _HEADING)):
        if not isinstance(pose.get(part), dict):
            raise ValueError(f"{where} has a {part}, got {pose.get(part)!r}")
        _check_numbers(pose[part], names, f"the {part} of {where}")


def _check_numbers(content: dict[str, Any], names: Any, where: str) -> None:
    for name in names:
        value = content.get(name)
        if not is_number(value):
            raise ValueError(f"{where} has a number as {name}, got {value!r}")
