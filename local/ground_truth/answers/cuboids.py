"""Objects in 3D point clouds: found in one, or tracked through a sequence of them.

As for video frames, the raw answers are documented nowhere. Here they have the form of the output
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html): of the manifest's value for
object detection, of `SeqLabel.json` for object tracking.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.boxes import check_box
from local.ground_truth.answers.json_values import is_number
from local.ground_truth.answers.label_attributes import check_values
from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.review import (
    ATTRIBUTES,
    check_annotations_of,
    check_frames_of,
    check_unchanged,
    status,
)
from local.ground_truth.answers.sequences import (
    TRACKING,
    check_class,
    check_frames,
    check_identity,
    check_members,
    class_map,
)
from local.ground_truth.answers.subject import Consolidated, Subject

_CENTER: Final = ("center-x", "center-y", "center-z")
_SIZE: Final = ("length", "width", "height")
_TURN: Final = ("roll", "pitch", "yaw")
_CUBOID: Final = ("object-name", "class-id", *_CENTER, *_SIZE, *_TURN)
_BOX: Final = ("object-name", "class-id", "width", "height", "top", "left", "object-id")
_LIDAR: Final = "lidar"


@dataclass(frozen=True, kw_only=True)
class Cuboids:
    """Workers put cuboids around the objects of one point cloud."""

    is_review: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer is a list of cuboids with known labels.

        `{"annotations": [{"object-name": "Car:1", "class-id": 0, "center-x", "center-y",
        "center-z", "length", "width", "height", "roll", "pitch", "yaw"[,
        "label-category-attributes": {}]}][, "frame-attributes": {}]}`
        """
        cuboids = answer.get("annotations")
        if not isinstance(cuboids, list) or set(answer) - {"annotations", "frame-attributes"}:
            raise ValueError(
                f"an answer is {{'annotations': […], 'frame-attributes': {{…}}}}, got"
                f" {str(dict(answer))[:300]}; send one like it"
            )
        for number, cuboid in enumerate(cuboids, start=1):
            _check_cuboid(cuboid, _CUBOID, subject, f"cuboid {number}")
        check_frame_attributes(answer, subject)
        if self.is_review:
            check_unchanged(cuboids, subject.previous["annotations"], subject)

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the first worker's cuboids: no consolidation of several is documented."""
        cuboids = answers[0]["annotations"]
        metadata: dict[str, Any] = {
            "objects": [],
            # The guide's only sample spells it so; all other types have `class-map`.
            "class_map": class_map(cuboids, subject),
            "type": "groundtruth/point_cloud_object_detection",
            **subject.origin,
        }
        if self.is_review:
            given = [answer["annotations"] for answer in answers]
            metadata["adjustment-status"] = status(given, subject.previous["annotations"])
        metadata.update(object_attributes(answers[0], subject))
        value = {"annotations": [_written(cuboid, _CUBOID) for cuboid in cuboids]}
        return Consolidated(value=value, metadata=metadata)

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        if subject.previous is not None:
            return {"annotations": subject.previous["annotations"]}
        return {"annotations": [_example(subject)], "frame-attributes": {}}

    def check_previous(self, previous: Any, _labels: LabelFile) -> None:
        """Raise ValueError unless `previous` is what a job of this task type writes."""
        check_annotations_of(previous, "annotations")


@dataclass(frozen=True, kw_only=True)
class TrackedCuboids:
    """Workers follow objects through a sequence of point clouds, and through camera images."""

    is_review: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer is a list of frames with cuboids in them.

        `{"tracking-annotations": [{"frame-number": 0[, "frame-name": …], "annotations": [<as for
        detection, with "object-id">][, "frame-attributes": {}]}]}`. A job that links point clouds
        with images has this below `lidar`, and boxes below `camera-0`, `camera-1`, …:
        `{"tracking-annotations": [{"frame-no": 0[, "frame": …], "annotations": [{"object-name",
        "class-id", "width", "height", "top", "left", "object-id"}]}]}`.
        """
        cameras = max((frame.cameras for frame in subject.frames), default=0)
        wanted = {TRACKING}
        if subject.label_file.linked:
            wanted = {_LIDAR, *(f"camera-{number}" for number in range(cameras))}
        if not set(answer) <= wanted or not {*wanted} & {TRACKING, _LIDAR} <= set(answer):
            raise ValueError(
                f"an answer has {', '.join(sorted(wanted))}, got {', '.join(sorted(answer))}; send"
                " these"
            )
        objects: dict[str, str] = {}
        for sensor, content in _sensors(answer):
            is_lidar = sensor == _LIDAR
            frames = content.get(TRACKING) if isinstance(content, Mapping) else None
            if not isinstance(frames, list):
                raise ValueError(f"{sensor} has a list of {TRACKING}, got {content!r}; send one")
            names = ("frame-number", "frame-name") if is_lidar else ("frame-no", "frame")
            check_frames(frames, *names, subject, complete=is_lidar)
            for frame in frames:
                _check_tracked(frame, subject, objects, f"{sensor} in frame {frame[names[0]]}")
        if self.is_review:
            check_unchanged(_flat(answer), _flat(subject.previous), subject)

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the first worker's labels: no consolidation of several is documented."""
        file = {
            sensor: {
                TRACKING: [_written_frame(sensor, each, subject) for each in content[TRACKING]]
            }
            for sensor, content in _sensors(answers[0])
        }
        metadata: dict[str, Any] = {
            "objects": [{"frame-no": frame.number, "confidence": []} for frame in subject.frames],
            "class-map": class_map(_flat(answers[0]), subject),
            "type": "groundtruth/point_cloud_object_tracking",
            **subject.origin,
        }
        if self.is_review:
            given = [_flat(answer) for answer in answers]
            metadata["adjustment-status"] = status(given, _flat(subject.previous))
        path = subject.path("SeqLabel.json")
        content = file if subject.label_file.linked else file[_LIDAR]
        return Consolidated(
            value=f"{subject.folder}/{path}",
            metadata=metadata,
            files={path: json.dumps(content, ensure_ascii=False).encode()},
        )

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        if subject.previous is not None:
            return dict(subject.previous)
        cuboid = {**_example(subject), "object-id": "1"}
        frame = {
            "frame-number": subject.frames[0].number,
            "annotations": [cuboid],
            "frame-attributes": {},
        }
        tracking = {TRACKING: [frame]}
        return {_LIDAR: tracking} if subject.label_file.linked else tracking

    def check_previous(self, previous: Any, labels: LabelFile) -> None:
        """Raise ValueError unless `previous` is what a job of this task type writes."""
        if not labels.linked:
            check_frames_of(previous, TRACKING, "frame-number", "annotations")
            return
        if not isinstance(previous, dict) or _LIDAR not in previous:
            raise ValueError(f"the labels to review have lidar, got {str(previous)[:80]!r}")
        for sensor, content in previous.items():
            number = "frame-number" if sensor == _LIDAR else "frame-no"
            check_frames_of(content, TRACKING, number, "annotations")


def check_frame_attributes(answer: Mapping[str, Any], subject: Subject) -> None:
    """Raise ValueError unless the answer says of the point cloud what the label file asks."""
    attributes = subject.label_file.frame_attributes
    check_values(answer.get("frame-attributes", {}), attributes, "the point cloud")


def object_attributes(answer: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """Return what workers say of the whole point cloud, if the label file asks."""
    if not subject.label_file.frame_attributes:
        return {}
    return {"dataset-object-attributes": answer.get("frame-attributes", {})}


def _check_cuboid(each: Any, members: Sequence[str], subject: Subject, where: str) -> None:
    check_members(each, members, where)
    check_class(each, subject, where)
    for name in (*_CENTER, *_SIZE, *_TURN):
        value = each[name]
        if not is_number(value):
            raise ValueError(f"{where} has a number as {name}, got {value!r}; send one")
        if name in _SIZE and value <= 0:
            raise ValueError(f"{where} has a {name} greater than 0, got {value!r}; draw it larger")


def _check_tracked(
    frame: Mapping[str, Any], subject: Subject, objects: dict[str, str], where: str
) -> None:
    if not isinstance(frame.get("annotations"), list):
        raise ValueError(f"{where} has a list of annotations, got {frame!r}; send one")
    for number, each in enumerate(frame["annotations"], start=1):
        what = f"annotation {number} of {where}"
        if where.startswith(_LIDAR):
            _check_cuboid(each, (*_CUBOID, "object-id"), subject, what)
        else:
            check_members(each, _BOX, what)
            check_class(each, subject, what)
            check_box(each, None, what)
        check_identity(each, objects, where)


def _sensors(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what each sensor has seen; without images there is a lidar only."""
    if TRACKING in answer:
        yield _LIDAR, answer
    else:
        yield from sorted(answer.items(), key=lambda item: (item[0] != _LIDAR, item[0]))


def _flat(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "frame": f"{sensor} {frame.get('frame-number', frame.get('frame-no'))}",
        }
        for sensor, content in _sensors(answer)
        for frame in content[TRACKING]
        for each in frame["annotations"]
    ]


def _written_frame(sensor: str, frame: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    is_lidar = sensor == _LIDAR
    number, name = ("frame-number", "frame-name") if is_lidar else ("frame-no", "frame")
    members = (*_CUBOID, "object-id") if is_lidar else _BOX
    names = {str(each.number): each for each in subject.frames}
    which = names[str(frame[number])]
    return {
        number: which.number,
        name: which.name,
        "annotations": [_written(each, members) for each in frame["annotations"]],
        "frame-attributes": frame.get("frame-attributes", {}),
    }


def _written(each: Mapping[str, Any], members: Sequence[str]) -> dict[str, Any]:
    content = {name: each[name] for name in members}
    content["class-id"] = int(content["class-id"])
    return {ATTRIBUTES: each.get(ATTRIBUTES, {}), **content}


def _example(subject: Subject) -> dict[str, Any]:
    numbers = {**dict.fromkeys(_CENTER, 1.5), **dict.fromkeys(_SIZE, 2), **dict.fromkeys(_TURN, 0)}
    return {
        ATTRIBUTES: {},
        "object-name": f"{subject.labels[0]}:1",
        "class-id": 0,
        **numbers,
    }
