"""A line of an input manifest on its way to a label."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from liquid import BoundTemplate

from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.sequence_files import Frame
from local.ground_truth.cloud import User

#: What the output has of an object that nobody finished: tests/data/recorded/custom-task.jsonl.
EXPIRED: Final[Mapping[str, Any]] = {
    "retry-count": 1,
    "failure-reason": "ClientError: Annotation tasks expired.  Probable Reasons are 1)"
    " TaskAvailabilityLifetimeInSeconds parameter is too small.  2) Reward is too low for workers"
    " to work on the task.  3) If you use a custom html template, your template may be broken.  4)"
    " Data (image/video/text) sent for annotation is broken or too big, preventing completion.  5)"
    " All workers declined the tasks.",
    "human-annotated": "true",
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a worker submitted for an object, and when."""

    worker: User
    content: Mapping[str, Any]
    accepted: float
    submitted: float


@dataclass(kw_only=True)
class DataObject:
    """A line of the input manifest."""

    index: int
    line: str
    content: Mapping[str, Any]
    #: What S3 says of it beside the line: see Subject.
    frames: tuple[Frame, ...] = ()
    points: int | None = None
    previous: Any = None
    #: waiting, preparing (its pre-annotation function is asked), offered, consolidating (its
    #: post-annotation function is asked), left (to the machine), labeled or failed.
    state: str = "waiting"
    offered: float = 0.0
    #: What the template sees as `task.input`, if a pre-annotation function said it.
    task_input: Mapping[str, Any] | None = None
    answers: list[Answer] = field(default_factory=list)
    #: Worker's `sub` → when the worker accepted the task that is not answered yet.
    held: dict[str, float] = field(default_factory=dict)
    #: What the output manifest adds to the line.
    label: dict[str, Any] = field(default_factory=dict)
    #: Files that are part of the label: path below the job's folder → content.
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: Whether there are answers or a label that are not yet written to S3.
    unwritten: bool = False

    @property
    def responses_path(self) -> str | None:
        """Where the raw answers are below the job's folder; None where there is none."""
        if not self.answers:
            return None
        time = stamp(self.answers[0].submitted)
        return f"annotations/worker-response/iteration-1/{self.index}/{time}.json"


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a job read from S3 and found good."""

    objects: Sequence[DataObject]
    label_file: LabelFile
    #: None for a ready user interface.
    template: BoundTemplate | None


def stamp(time: float) -> str:
    """Return a time as it is in file names."""
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%d_%H:%M:%S")


def worker_id(worker: User, region: str) -> str:
    """Return by which id the output names a worker."""
    return f"private.{region}.{hashlib.sha256(worker.sub.encode()).hexdigest()[:16]}"
