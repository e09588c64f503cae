"""Automated data labeling: what it needs, and a machine that learns nothing.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.answers.label_attributes import FILE
from local.ground_truth.api.local_job import LocalJob

MINIMUM_OBJECTS: Final = 1_250
#: The percentage of the objects that people label first that may fail.
_MOST_FAILED: Final = 10
#: https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
_MAXIMUM_SIZE: Final[Mapping[str, tuple[int, int]]] = {
    "image-classification": (3840, 2160),
    "object-detection": (3840, 2160),
    "semantic-segmentation": (1920, 1080),
}
MAXIMUM_LABELS: Final[Mapping[str, int]] = {"semantic-segmentation": 20}


def is_automated(job: LocalJob) -> bool:
    """Say whether a machine labels for people."""
    return "LabelingJobAlgorithmsConfig" in job.request


def volume_key(job: LocalJob) -> str | None:
    """Return the ARN of the key for the machine's disks, None if there is none or it is an id."""
    config = job.request["LabelingJobAlgorithmsConfig"].get("LabelingJobResourceConfig", {})
    key = str(config.get("VolumeKmsKeyId", ""))
    return key if key.startswith("arn:") else None


def check_labels(job: LocalJob, labels: Sequence[str]) -> None:
    """Raise ValueError if there are more labels than the algorithm can tell apart."""
    most = MAXIMUM_LABELS.get(job.task_type.algorithm or "")
    if is_automated(job) and most is not None and len(labels) > most:
        raise ValueError(
            f"{FILE} has at most {most} labels for automated labeling, got {len(labels)}"
        )


def maximum_size(job: LocalJob) -> tuple[int, int] | None:
    """Return the largest width and height of an image that the algorithm takes."""
    return _MAXIMUM_SIZE.get(job.task_type.algorithm or "") if is_automated(job) else None


def leave_to_machine(job: LocalJob, objects: Sequence[DataObject]) -> None:
    """Leave to the machine all objects but the first that people label.

    AWS takes a sample by chance; here people get the manifest's first MaxConcurrentTaskCount
    objects, which is how many they label in one iteration. ValueError if there are too few objects.
    """
    if len(objects) < MINIMUM_OBJECTS:
        raise ValueError(
            f"the input manifest has at least {MINIMUM_OBJECTS} data objects for automated"
            f" labeling, got {len(objects)}"
        )
    for each in objects[job.queue.most_at_once :]:
        if job.attribute not in each.content:
            each.state = "left"


def label_left(job: LocalJob, now: float, most: int = 5_000) -> None:
    """Label objects that were left to the machine, once people have done their part.

    It takes them for repetitions of those that people labeled, in turn, and labels them with the
    same answers. At most `most` at once, so that all else goes on. ValueError if more of people's
    objects failed than may.
    """
    if not job.queue.counts["left"] or not job.queue.is_done:
        return
    people = [each for each in job.objects if each.answers and each.state == "labeled"]
    failed = sum(each.state == "failed" for each in job.objects)
    if not people or failed * 100 > _MOST_FAILED * (failed + len(people)):
        raise ValueError(
            f"automated labeling needs labels for at least {100 - _MOST_FAILED} percent of the"
            f" objects that workers get first, got {len(people)} of {failed + len(people)}"
        )
    left = [each for each in job.objects if each.state == "left"]
    for each in left[:most]:
        answers = _content(people[each.index % len(people)])
        subject = job.subject(each, now, human=False)
        job.queue.counts["left"] -= 1
        job.label(each, job.labeling.answers.consolidate(answers, subject), by="machine")


def _content(each: DataObject) -> list[Mapping[str, Any]]:
    return [answer.content for answer in each.answers]
