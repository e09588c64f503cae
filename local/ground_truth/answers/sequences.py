"""Objects in video frames: found in each frame, or tracked through them.

The ready interface's raw answer is documented nowhere. Here it has the form of the output's
`SeqLabel.json` (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html), so that an
earlier job's file can be sent back as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.boxes import check_box
from local.ground_truth.answers.json_values import is_number
from local.ground_truth.answers.label_attributes import check_values
from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.review import ATTRIBUTES, check_frames_of, check_unchanged, status
from local.ground_truth.answers.subject import Consolidated, Subject

#: The list of tracked objects, by frame.
TRACKING: Final = "tracking-annotations"
#: annotationType → the list of a frame's annotations, and what says where each of them is.
TOOLS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "BoundingBox": ("annotations", ("left", "top", "width", "height")),
    "Polygon": ("polygons", ("vertices",)),
    "Polyline": ("polylines", ("vertices",)),
    "Keypoint": ("keypoints", ("x", "y")),
}
_LEAST_VERTICES: Final = {"Polygon": 3, "Polyline": 2}
_COMMON: Final = ("class-id", ATTRIBUTES)
_TRACKED: Final = ("object-id", "object-name")


@dataclass(frozen=True, kw_only=True)
class FrameObjects:
    """Workers draw boxes, polygons, polylines or points into video frames."""

    #: Whether objects have an identity through all frames.
    is_tracking: bool = False
    #: Whether workers adjust or verify the labels of an earlier job.
    is_review: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer is a list of frames with known labels in them.

        `{"detection-annotations" | "tracking-annotations": [{"frame-no": "0"[, "frame": …],
        "annotations" | "polygons" | "polylines" | "keypoints": [{"class-id": "0", …[,
        "label-category-attributes": {}][, "object-id": …, "object-name": "car:1"]}][,
        "frame-attributes": {}]}]}`; frames without objects may be left out.
        """
        frames = answer.get(self._list)
        if not isinstance(frames, list) or set(answer) != {self._list}:
            raise ValueError(
                f"an answer is {{'{self._list}': [<frames>]}}, got {str(dict(answer))[:300]}; send"
                " one like it"
            )
        check_frames(frames, "frame-no", "frame", subject)
        objects: dict[str, str] = {}
        for frame in frames:
            where = f"frame {frame['frame-no']}"
            self._check_frame(frame, where, subject)
            for each in frame[TOOLS[subject.label_file.annotation_type][0]]:
                if self.is_tracking:
                    check_identity(each, objects, where)
        if self.is_review:
            check_unchanged(
                self._flat(answer, subject), self._flat(subject.previous, subject), subject
            )

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the first worker's labels: no consolidation of several is documented."""
        kind = "tracking" if self.is_tracking else "detection"
        frames = [self._written(frame, subject) for frame in answers[0][self._list]]
        metadata = {
            "class-map": class_map(self._flat(answers[0], subject), subject),
            "type": f"groundtruth/video-object-{kind}",
            **subject.origin,
        }
        if self.is_review:
            flat = [self._flat(each, subject) for each in (*answers, subject.previous)]
            metadata["adjustment-status"] = status(flat[:-1], flat[-1])
        path = subject.path("SeqLabel.json")
        return Consolidated(
            value=f"{subject.folder}/{path}",
            metadata=metadata,
            files={path: json.dumps({self._list: frames}, ensure_ascii=False).encode()},
        )

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        if subject.previous is not None:
            return dict(subject.previous)
        list_name, _ = TOOLS[subject.label_file.annotation_type]
        places: dict[str, dict[str, Any]] = {
            "annotations": {"left": 10, "top": 20, "width": 30, "height": 40},
            "keypoints": {"x": 10, "y": 20},
        }
        corners = [{"x": 10, "y": 20}, {"x": 40, "y": 20}, {"x": 40, "y": 60}]
        each = {**places.get(list_name, {"vertices": corners}), "class-id": "0"}
        if self.is_tracking:
            each.update({"object-id": "1", "object-name": f"{subject.labels[0]}:1"})
        each[ATTRIBUTES] = {}
        first = subject.frames[0]
        frame = {list_name: [each], "frame-no": str(first.number), "frame-attributes": {}}
        return {self._list: [frame]}

    def check_previous(self, previous: Any, labels: LabelFile) -> None:
        """Raise ValueError unless `previous` is what a job of this task type and tool writes."""
        list_name, _ = TOOLS[labels.annotation_type]
        check_frames_of(previous, self._list, "frame-no", list_name)

    @property
    def _list(self) -> str:
        return TRACKING if self.is_tracking else "detection-annotations"

    def _check_frame(self, frame: Mapping[str, Any], where: str, subject: Subject) -> None:
        kind = subject.label_file.annotation_type
        name, places = TOOLS[kind]
        if not isinstance(frame.get(name), list):
            raise ValueError(f"{where} has a list of {name}, got {frame.get(name)!r}; send one")
        tracked = _TRACKED if self.is_tracking else ()
        for number, each in enumerate(frame[name], start=1):
            what = f"number {number} of the {name} of {where}"
            check_members(each, (*places, "class-id", *tracked), what)
            check_class(each, subject, what)
            if kind == "BoundingBox":
                check_box(each, None, what)
            elif kind == "Keypoint":
                _check_point(each, what)
            else:
                _check_vertices(each["vertices"], _LEAST_VERTICES[kind], what)
        known = {"frame-no", "frame", name, "frame-attributes"}
        if set(frame) - known:
            raise ValueError(f"{where} has {', '.join(sorted(known))}, got {sorted(frame)}")

    def _flat(self, answer: Mapping[str, Any], subject: Subject) -> list[dict[str, Any]]:
        name, _ = TOOLS[subject.label_file.annotation_type]
        return [
            {**each, "frame": str(frame["frame-no"])}
            for frame in answer[self._list]
            for each in frame.get(name, ())
        ]

    def _written(self, frame: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
        name, places = TOOLS[subject.label_file.annotation_type]
        order = (*places, *_COMMON, *(_TRACKED if self.is_tracking else ()))
        names = {str(each.number): each.name for each in subject.frames}
        return {
            name: [{key: {ATTRIBUTES: {}, **each}[key] for key in order} for each in frame[name]],
            "frame-no": str(frame["frame-no"]),
            "frame": names[str(frame["frame-no"])],
            "frame-attributes": frame.get("frame-attributes", {}),
        }


def check_frames(
    frames: Sequence[Any], number: str, name: str, subject: Subject, *, complete: bool = True
) -> None:
    """Raise ValueError unless `frames` are some of the subject's, each once.

    `number` and `name` are the members by which a frame says which it is. With `complete` each has
    the frame attributes that are required.
    """
    known = {str(frame.number): frame.name for frame in subject.frames}
    attributes = subject.label_file.frame_attributes
    seen = set()
    for frame in frames:
        which = str(frame.get(number)) if isinstance(frame, Mapping) else repr(frame)
        if not isinstance(frame, Mapping) or which not in known or which in seen:
            raise ValueError(
                f"each frame has one {number} of {', '.join(list(known)[:10])} …, got {which}; send"
                " each at most once"
            )
        if frame.get(name, known[which]) != known[which]:
            raise ValueError(
                f"frame {which} is {known[which]}, got {frame[name]!r}; leave {name} out"
            )
        seen.add(which)
        if complete:
            values = frame.get("frame-attributes", {})
            check_values(values, attributes, f"frame {which}")
    needed = [each.name for each in attributes if each.is_required]
    if complete and needed and len(seen) < len(known):
        missing = next(number for number in known if number not in seen)
        raise ValueError(f"every frame has {', '.join(needed)}, got no frame {missing}; send all")


def check_members(each: Any, needed: Sequence[str], where: str) -> None:
    """Raise ValueError unless an annotation has exactly these members, attributes apart."""
    if not isinstance(each, Mapping) or set(each) - {ATTRIBUTES} != set(needed):
        raise ValueError(f"{where} has {', '.join(needed)}, got {each!r}; send exactly these")


def check_class(each: Mapping[str, Any], subject: Subject, where: str) -> None:
    """Raise ValueError unless the annotation's class, name and attributes are of a known label."""
    labels = subject.label_file.labels
    which = str(each["class-id"])
    if not which.isdecimal() or int(which) >= len(labels):
        raise ValueError(
            f"{where} has a class-id from 0 to {len(labels) - 1}, got {each['class-id']!r}; send"
            " the label's place in the label file"
        )
    label = labels[int(which)]
    name = each.get("object-name", f"{label.name}:1")
    start, _, number = str(name).rpartition(":")
    if start != label.name or not number.isdecimal():
        raise ValueError(
            f"{where} has an object-name such as {label.name}:1, got {name!r}; send one"
        )
    check_values(each.get(ATTRIBUTES, {}), label.attributes, where)


def check_identity(each: Mapping[str, Any], objects: dict[str, str], where: str) -> None:
    """Raise ValueError unless an object's id and name always go together; remember both."""
    identity, name = each["object-id"], each["object-name"]
    if not isinstance(identity, str) or not identity:
        raise ValueError(f"objects of {where} have a text as object-id, got {identity!r}; send one")
    if objects.setdefault(identity, name) != name:
        raise ValueError(
            f"an object has one name in all frames, got {objects[identity]!r} and {name!r} for"
            f" {identity!r}; give each object its own id"
        )


def class_map(annotations: Sequence[Mapping[str, Any]], subject: Subject) -> dict[str, str]:
    """Return the names of the classes that occur, by their numbers."""
    used = {str(each["class-id"]) for each in annotations}
    return {str(i): name for i, name in enumerate(subject.labels) if str(i) in used}


def _check_vertices(vertices: Any, least: int, where: str) -> None:
    if not isinstance(vertices, list) or len(vertices) < least:
        raise ValueError(f"{where} has at least {least} vertices, got {vertices!r}; draw them")
    for vertex in vertices:
        if not isinstance(vertex, Mapping) or set(vertex) != {"x", "y"}:
            raise ValueError(f"a vertex of {where} has x and y, got {vertex!r}; send both")
        _check_point(vertex, f"a vertex of {where}")


def _check_point(point: Mapping[str, Any], where: str) -> None:
    for name in ("x", "y"):
        value = point[name]
        if not is_number(value) or value < 0:
            raise ValueError(f"{where} has a number as {name}, got {value!r}; send one")
