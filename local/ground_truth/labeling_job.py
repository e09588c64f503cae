"""One labeling job: its objects, who works on them, and how it ends. It knows no AWS and no HTTP.

Times are seconds since the epoch and always an argument.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from liquid import BoundTemplate

from local.ground_truth.cloud import User
from local.ground_truth.task_types import Labeling

ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})
#: "Labeling jobs fail after 30 days with an appropriate client error message": botocore,
#: StoppingConditions. The same time is the longest for which a task is available.
LONGEST: Final = 30 * 24 * 3600.0


class Refused(Exception):  # noqa: N818  # the portal's answer to a worker, with its HTTP status
    """A worker can't do this; the message says why."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status


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
    #: waiting, offered, labeled (here or by an earlier job) or failed.
    state: str = "waiting"
    offered: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    #: Worker's `sub` → when the worker accepted the task that is not answered yet.
    held: dict[str, float] = field(default_factory=dict)
    #: What the output manifest adds to the line.
    label: dict[str, Any] = field(default_factory=dict)
    #: Answers that are not yet written to S3.
    unwritten: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a job read from S3 and found good."""

    objects: Sequence[DataObject]
    labels: Sequence[str]
    template: BoundTemplate


@dataclass(kw_only=True)
class LabelingJob:
    """A run of Ground Truth over a manifest; `request` is CreateLabelingJob's."""

    name: str
    arn: str
    request: Mapping[str, Any]
    labeling: Labeling
    #: The id of the pool that its workers are in.
    user_pool: str
    created: float
    modified: float
    #: When the next step that needs no worker is due.
    due: float
    status: str = "Initializing"
    failure: str = ""
    inputs: Inputs | None = None
    #: Whether the output manifest is behind the answers.
    dirty: bool = False
    written: bool = False
    #: The output manifest is not written before, so that a large one does not slow all else.
    write_from: float = 0.0
    _waiting: int = 0
    _offered: dict[str, DataObject] = field(default_factory=dict)
    _task_ids: dict[str, int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=lambda: {"labeled": 0, "failed": 0})

    @property
    def task(self) -> Mapping[str, Any]:
        """HumanTaskConfig."""
        config: Mapping[str, Any] = self.request["HumanTaskConfig"]
        return config

    @property
    def attribute(self) -> str:
        """The label attribute's name."""
        return str(self.request["LabelAttributeName"])

    @property
    def workers_per_object(self) -> int:
        """How many different workers label each object."""
        return int(self.task["NumberOfHumanWorkersPerDataObject"])

    @property
    def counters(self) -> dict[str, int]:
        """LabelCounters: nothing is labeled by a machine here."""
        objects = len(self.inputs.objects) if self.inputs else 0
        labeled, failed = self._counts["labeled"], self._counts["failed"]
        return {
            "TotalLabeled": labeled,
            "HumanLabeled": labeled,
            "MachineLabeled": 0,
            "FailedNonRetryableError": failed,
            "Unlabeled": objects - labeled - failed,
        }

    @property
    def output_uri(self) -> str:
        """Where the output manifest is."""
        return f"{self.folder}/manifests/output/output.manifest"

    @property
    def folder(self) -> str:
        """The job's folder in the output bucket, as an S3 URI without a slash at its end."""
        return f"{self.request['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    def begin(self, inputs: Inputs, now: float) -> None:
        """Go to InProgress and offer the first objects."""
        self.inputs = inputs
        for each in inputs.objects:
            # A job that continues another one with the same attribute leaves its labels alone.
            if self.attribute in each.content:
                each.state = "labeled"
                self._counts["labeled"] += 1
        self._to("InProgress", now)
        self._top_up(now)

    def fail(self, reason: str, now: float) -> None:
        """End as Failed."""
        self.failure = reason[:1024]
        self._offered.clear()
        self._to("Failed", now)

    def stop(self, now: float, delay: float) -> None:
        """Go to Stopping; nobody gets a task any more."""
        self._offered.clear()
        self._to("Stopping", now)
        self.due = now + delay

    def end(self, status: str, now: float) -> None:
        """End as Completed or Stopped."""
        self._offered.clear()
        self._to(status, now)

    def advance(self, now: float, delay: float) -> None:
        """Let time pass for tasks: availability, time limits, the next objects."""
        if self.status != "InProgress":
            return
        if now - self.created >= LONGEST:
            self.fail("ClientError: Labeling job expired after 30 days", now)
            return
        before = self.finished
        available = float(self.task.get("TaskAvailabilityLifetimeInSeconds", LONGEST))
        for each in list(self._offered.values()):
            if now - each.offered < available:
                break  # they are in the order in which they were offered
            self._finish(each, now)
        limit = float(self.task["TaskTimeLimitInSeconds"])
        for each in self._offered.values():
            for worker in [sub for sub, since in each.held.items() if now - since >= limit]:
                del each.held[worker]
        self._top_up(now)
        if self.finished and not before:
            self.due = now + delay

    @property
    def finished(self) -> bool:
        """Whether no object needs a worker any more, or a stopping condition is met."""
        if self.inputs is None:
            return False
        return (not self._offered and not self._next()) or self._is_enough()

    def open_tasks(self, worker: User) -> list[tuple[str, DataObject]]:
        """Return the tasks that `worker` can do now, in the manifest's order."""
        if self._is_enough():
            return []
        return [(i, each) for i, each in self._offered.items() if self._is_open_to(each, worker)]

    def accept(self, task_id: str, worker: User, now: float) -> None:
        """Hold the task for `worker` until TaskTimeLimitInSeconds is over; Refused if taken."""
        each = self._offered_object(task_id)
        if not self._is_open_to(each, worker):
            raise Refused("this task has been answered or is being done by others; take another")
        each.held.setdefault(worker.sub, now)

    def answer(
        self, task_id: str, worker: User, content: Mapping[str, Any], now: float, delay: float
    ) -> None:
        """Take an answer; Refused if it is none, comes twice or too late."""
        each = self._offered_object(task_id)
        assert self.inputs is not None  # noqa: S101  # what is offered has been read
        try:
            self.labeling.check(content, self.inputs.labels)
        except ValueError as problem:
            raise Refused(str(problem), status=400) from problem
        self.accept(task_id, worker, now)
        accepted = each.held.pop(worker.sub)
        each.answers.append(
            Answer(worker=worker, content=content, accepted=accepted, submitted=now)
        )
        each.unwritten = self.dirty = True
        if len(each.answers) == self.workers_per_object:
            self._finish(each, now)
            self._top_up(now)
        if self.finished:
            self.due = now + delay

    def _offered_object(self, task_id: str) -> DataObject:
        if task_id not in self._offered:
            raise Refused("this task is not open any more; take another")
        return self._offered[task_id]

    def _is_open_to(self, each: DataObject, worker: User) -> bool:
        if any(answer.worker.sub == worker.sub for answer in each.answers):
            return False
        if worker.sub in each.held:
            return True
        return len(each.answers) + len(each.held) < self.workers_per_object

    def _is_enough(self) -> bool:
        conditions = self.request.get("StoppingConditions", {})
        done, objects = self._counts["labeled"], len(self.inputs.objects) if self.inputs else 0
        most = conditions.get("MaxHumanLabeledObjectCount", objects)
        percentage = conditions.get("MaxPercentageOfInputDatasetLabeled", 100)
        return bool(conditions) and (done >= most or done * 100 >= percentage * objects)

    def _finish(self, each: DataObject, now: float) -> None:
        self._offered.pop(self.task_id(each.index))
        each.held.clear()
        self.dirty = True
        if not each.answers:
            each.state = "failed"
            self._counts["failed"] += 1
            return
        assert self.inputs is not None  # noqa: S101  # what is offered has been read
        value, metadata = self.labeling.consolidate(
            [answer.content for answer in each.answers], self.inputs.labels, self.workers_per_object
        )
        created = dt.datetime.fromtimestamp(now, dt.UTC).replace(tzinfo=None)
        each.label = {
            self.attribute: value,
            f"{self.attribute}-metadata": {
                **metadata,
                "job-name": f"labeling-job/{self.name}",
                "human-annotated": "yes",
                "creation-date": created.isoformat(timespec="microseconds"),
            },
        }
        each.state = "labeled"
        self._counts["labeled"] += 1

    def task_id(self, index: int) -> str:
        """Return the id of the task on an object; no two jobs share one."""
        return hashlib.sha256(f"{self.arn} {index}".encode()).hexdigest()[:32]

    def has_task(self, task_id: str) -> bool:
        """Say whether the task is, or has ever been, one of this job's."""
        return task_id in self._task_ids

    def index_of(self, task_id: str) -> int:
        """Return the index of the task's data object."""
        return self._task_ids[task_id]

    def _next(self) -> DataObject | None:
        if self.inputs is None:
            return None
        while self._waiting < len(self.inputs.objects):
            if self.inputs.objects[self._waiting].state == "waiting":
                return self.inputs.objects[self._waiting]
            self._waiting += 1
        return None

    def _top_up(self, now: float) -> None:
        most = int(self.task.get("MaxConcurrentTaskCount", 1000))
        while len(self._offered) < most and (each := self._next()):
            each.state, each.offered = "offered", now
            task_id = self.task_id(each.index)
            self._offered[task_id] = each
            self._task_ids[task_id] = each.index

    def _to(self, status: str, now: float) -> None:
        self.status, self.modified = status, now
