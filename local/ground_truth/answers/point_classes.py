"""Classes of the points of a 3D point cloud.

The ready interface's raw answer is documented nowhere; here it is what the output file has
(https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers.cuboids import check_frame_attributes, object_attributes
from local.ground_truth.answers.json_values import is_whole
from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.review import adjustment_status
from local.ground_truth.answers.subject import Consolidated, Subject

BACKGROUND: Final = "Background"
#: Of classes, in turn; AWS's own are not documented beyond its sample, which begins like this.
_COLORS: Final = ("#2ca02c", "#1f77b4", "#ff7f0e", "#d62728", "#9467bd", "#8c564b", "#e377c2")


@dataclass(frozen=True, kw_only=True)
class PointClasses:
    """Workers paint the points of one point cloud."""

    is_review: bool = False

    def check(self, answer: Mapping[str, Any], subject: Subject) -> None:
        """Raise ValueError unless the answer has a class for each point.

        `{"classes": [0, 1, …][, "frame-attributes": {}]}`, one number per point in the point
        cloud's order: 0 for the background, a label's place in the label file plus 1.
        """
        classes = answer.get("classes")
        if not isinstance(classes, list) or set(answer) - {"classes", "frame-attributes"}:
            raise ValueError(
                f"an answer is {{'classes': […], 'frame-attributes': {{…}}}}, got"
                f" {str(dict(answer))[:300]}; send one like it"
            )
        if subject.points is not None and len(classes) != subject.points:
            raise ValueError(
                f"classes has a number for each of the {subject.points} points, got {len(classes)};"
                " send all"
            )
        most = len(subject.labels)
        for number in classes:
            if not is_whole(number) or not 0 <= number <= most:
                raise ValueError(f"a class is a number from 0 to {most}, got {number!r}; send one")
        check_frame_attributes(answer, subject)
        labels = subject.label_file.labels
        frozen = {place for place, each in enumerate(labels, start=1) if not each.editable}
        if self.is_review and frozen:
            before = subject.previous
            if [each in frozen and each for each in classes] != [
                each in frozen and each for each in before
            ]:
                names = ", ".join(labels[place - 1].name for place in sorted(frozen))
                raise ValueError(
                    f"{names} can't be edited, got other points; send them as they were"
                )

    def consolidate(self, answers: Sequence[Mapping[str, Any]], subject: Subject) -> Consolidated:
        """Return the first worker's classes: no consolidation of several is documented."""
        names = [BACKGROUND, *subject.labels]
        confidence = subject.confidence(1.0)
        metadata: dict[str, Any] = {
            "color-map": {
                str(index): {
                    "class-name": name,
                    "hex-color": _COLORS[(index - 1) % len(_COLORS)] if index else "#ffffff",
                    "confidence": confidence,
                }
                for index, name in enumerate(names)
            },
            "type": "groundtruth/point_cloud_single_frame_semantic_segmentation",
            **subject.origin,
        }
        if self.is_review:
            changed = any(answer["classes"] != subject.previous for answer in answers)
            metadata["adjustment-status"] = adjustment_status(changed=changed)
        metadata.update(object_attributes(answers[0], subject))
        path = subject.path("labels.zlib")
        return Consolidated(
            value=f"{subject.folder}/{path}",
            metadata=metadata,
            files={path: zlib.compress(bytes(answers[0]["classes"]))},
        )

    def example(self, subject: Subject) -> dict[str, Any]:
        """Return an answer."""
        return {"classes": subject.previous or [1] * (subject.points or 3), "frame-attributes": {}}

    def check_previous(self, previous: Any, _labels: LabelFile) -> None:
        """Raise ValueError unless `previous` is what a job of this task type writes."""
        if not isinstance(previous, list):
            raise ValueError(f"the labels to review are a .zlib file, got {str(previous)[:80]!r}")
