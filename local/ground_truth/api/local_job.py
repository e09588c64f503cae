"""One labeling job: what it is, what its answers become, and how it ends. It knows no AWS.

Times are seconds since the epoch and always an argument.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from local.ground_truth.answers.data_object import EXPIRED, Answer, DataObject, Inputs
from local.ground_truth.answers.subject import Consolidated, Subject
from local.ground_truth.answers.task_queue import Refused, TaskQueue
from local.ground_truth.answers.task_types import Labeling, TaskType
from local.ground_truth.cloud import User

ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})
#: "Labeling jobs fail after 30 days with an appropriate client error message": botocore,
#: StoppingConditions. The same time is the longest for which a task is available.
LONGEST: Final = 30 * 24 * 3600.0
#: MaxConcurrentTaskCount, and the most that it may be without a higher quota.
MOST_AT_ONCE: Final = 1000
#: The output manifest's place below a job's folder.
MANIFEST: Final = "manifests/output/output.manifest"


@dataclass(frozen=True, kw_only=True)
class Functions:
    """The ARNs of a custom task's Lambda functions."""

    pre_annotation: str | None = None
    post_annotation: str | None = None


@dataclass(kw_only=True)
class LocalJob:
    """A run of Ground Truth over a manifest; `request` is CreateLabelingJob's."""

    name: str
    arn: str
    request: Mapping[str, Any]
    task_type: TaskType
    functions: Functions = field(default_factory=Functions)
    #: Who knows its workers: `Cognito` or `OIDC`, and the issuer of their identities.
    provider: tuple[str, str]
    created: float
    modified: float
    #: When the next step that needs no worker is due.
    due: float
    #: Seconds of InProgress before it has read anything.
    unread: float = 0.0
    #: Whether the class of a text is a text in the output.
    has_classes_as_texts: bool = False
    status: str = "Initializing"
    failure: str = ""
    #: Why the job can't go on, until the step that ends it.
    problem: str = ""
    inputs: Inputs | None = None
    #: Whether the output manifest is behind the answers.
    dirty: bool = False
    written: bool = False
    #: The output manifest is not written before, so that a large one does not slow all else.
    write_from: float = 0.0
    queue: TaskQueue = field(init=False)

    def __post_init__(self) -> None:
        self.queue = TaskQueue(
            job_arn=self.arn,
            most_at_once=int(self.task.get("MaxConcurrentTaskCount", MOST_AT_ONCE)),
            workers_per_object=self.workers_per_object,
            is_prepared=self.functions.pre_annotation is not None,
        )

    @property
    def labeling(self) -> Labeling:
        """How its objects are labeled."""
        return self.task_type.labeling

    @property
    def task(self) -> Mapping[str, Any]:
        """HumanTaskConfig."""
        config: Mapping[str, Any] = self.request["HumanTaskConfig"]
        return config

    @property
    def role(self) -> str:
        """The ARN of the role that it reads and writes with."""
        return str(self.request["RoleArn"])

    @property
    def kms_key(self) -> str | None:
        """The key that encrypts its output, None for S3's own."""
        return self.request["OutputConfig"].get("KmsKeyId") or None

    @property
    def manifest_uri(self) -> str:
        """Where its input manifest is."""
        return str(self.request["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"])

    @property
    def attribute(self) -> str:
        """The label attribute's name."""
        return str(self.request["LabelAttributeName"])

    @property
    def region(self) -> str:
        """The Region that it is in."""
        return self.arn.split(":")[3]

    @property
    def workers_per_object(self) -> int:
        """How many workers label each object."""
        return int(self.task["NumberOfHumanWorkersPerDataObject"])

    @property
    def counters(self) -> dict[str, int]:
        """LabelCounters."""
        people, machine, failed = (
            self.queue.counts[name] for name in ("people", "machine", "failed")
        )
        return {
            "TotalLabeled": people + machine,
            "HumanLabeled": people,
            "MachineLabeled": machine,
            "FailedNonRetryableError": failed,
            "Unlabeled": len(self.objects) - people - machine - failed,
        }

    @property
    def objects(self) -> Sequence[DataObject]:
        """Its data objects, none before it has read its inputs."""
        return self.queue.objects

    @property
    def output_uri(self) -> str:
        """Where the output manifest is."""
        return f"{self.folder}/{MANIFEST}"

    @property
    def folder(self) -> str:
        """The job's folder in the output bucket, as an S3 URI without a slash at its end."""
        return f"{self.request['OutputConfig']['S3OutputPath'].rstrip('/')}/{self.name}"

    def show(self, now: float) -> None:
        """Go to InProgress, of nothing yet."""
        self._to("InProgress", now)
        self.due = now + self.unread

    def begin(self, inputs: Inputs, now: float) -> None:
        """Be InProgress with what was read, and offer the first objects."""
        self.inputs = inputs
        self.queue.fill(inputs.objects, self.attribute)
        self._to("InProgress", now)
        self.queue.top_up(now)

    def fail(self, reason: str, now: float) -> None:
        """End as Failed."""
        self.failure = reason[:1024]
        self.queue.clear()
        self._to("Failed", now)

    def stop(self, now: float, delay: float) -> None:
        """Go to Stopping; nobody gets a task any more."""
        self.queue.clear()
        self._to("Stopping", now)
        self.due = now + delay

    def end(self, status: str, now: float) -> None:
        """End as Completed or Stopped."""
        self.queue.clear()
        self._to(status, now)

    def advance(self, now: float, delay: float) -> None:
        """Let time pass for tasks: end what is over, offer the next objects."""
        if self.status != "InProgress":
            return
        if now - self.created >= LONGEST:
            self.fail("ClientError: Labeling job expired after 30 days", now)
            return
        before = self.finished
        available = float(self.task.get("TaskAvailabilityLifetimeInSeconds", LONGEST))
        for each in self.queue.expired(now, available):
            self._finish(each, now)
        self.queue.release(now, float(self.task["TaskTimeLimitInSeconds"]))
        self.queue.top_up(now)
        if self.finished and not before:
            self.due = now + delay

    @property
    def finished(self) -> bool:
        """Whether no object needs a worker any more, or a stopping condition is met."""
        if self.inputs is None or self.queue.consolidating:
            return False
        return (self.queue.is_done and not self.queue.counts["left"]) or self._is_enough()

    def open_tasks(self, worker: User) -> list[tuple[str, DataObject]]:
        """Return the tasks that `worker` can do now, in the manifest's order."""
        return [] if self._is_enough() else self.queue.open_to(worker)

    def accept(self, task_id: str, worker: User, now: float) -> None:
        """Hold the task for `worker` until TaskTimeLimitInSeconds is over; Refused if taken."""
        self.queue.accept(task_id, worker, now)

    def answer(
        self, task_id: str, worker: User, content: Mapping[str, Any], now: float, delay: float
    ) -> None:
        """Take an answer; Refused if it is none, comes twice or too late."""
        each = self.queue.find(task_id)
        try:
            self.labeling.answers.check(content, self.subject(each, now))
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
        self._go_on(now, delay)

    def prepared(
        self, each: DataObject, task_input: Mapping[str, Any] | None, now: float, delay: float
    ) -> None:
        """Offer an object to workers, or let it fail if no worker should see it."""
        if self.queue.preparing.pop(each.index, None) is None:
            return
        if task_input is None:
            self._fail_object(each)
        else:
            each.task_input = task_input
            self.queue.offer(each, now)
        self._go_on(now, delay)

    def consolidated(
        self, each: DataObject, label: Consolidated | None, now: float, delay: float
    ) -> None:
        """Take an object's label from a post-annotation function, or let it fail without one."""
        if self.queue.consolidating.pop(each.index, None) is None:
            return
        if label is None:
            self._fail_object(each)
        else:
            self.label(each, label, by="people")
        self._go_on(now, delay)

    def label(self, each: DataObject, label: Consolidated, *, by: str) -> None:
        """Give an object its label, by `people` or by the `machine`."""
        each.label = {
            self.attribute: label.value,
            f"{self.attribute}-metadata": dict(label.metadata),
        }
        each.files = label.files
        each.state = "labeled"
        each.unwritten = self.dirty = True
        self.queue.counts[by] += 1

    def subject(self, each: DataObject, now: float, *, human: bool = True) -> Subject:
        """Return what an answer on an object is about."""
        assert self.inputs is not None  # noqa: S101  # an object has been read
        created = dt.datetime.fromtimestamp(now, dt.UTC).replace(tzinfo=None)
        path = each.responses_path
        return Subject(
            index=each.index,
            content=each.content,
            label_file=self.inputs.label_file,
            frames=each.frames,
            points=each.points,
            previous=each.previous,
            workers=self.workers_per_object,
            responses_uri=path and f"{self.folder}/{path}",
            job_name=self.name,
            folder=self.folder,
            created=created.isoformat(timespec="microseconds"),
            human=human,
            has_classes_as_texts=self.has_classes_as_texts,
        )

    def _go_on(self, now: float, delay: float) -> None:
        if self.status == "InProgress":
            self.queue.top_up(now)
        if self.finished:
            self.due = now + delay

    def _is_enough(self) -> bool:
        conditions = self.request.get("StoppingConditions", {})
        objects, counters = len(self.objects), self.counters
        people, labeled = counters["HumanLabeled"], counters["TotalLabeled"]
        most = conditions.get("MaxHumanLabeledObjectCount", objects)
        percentage = conditions.get("MaxPercentageOfInputDatasetLabeled", 100)
        return bool(conditions) and (people >= most or labeled * 100 >= percentage * objects)

    def _finish(self, each: DataObject, now: float) -> None:
        self.queue.finish(each)
        self.dirty = True
        if not each.answers:
            each.label = {f"{self.attribute}-metadata": EXPIRED}
            self._fail_object(each)
        elif self.functions.post_annotation:
            each.state = "consolidating"
            self.queue.consolidating[each.index] = each
        else:
            answers = [answer.content for answer in each.answers]
            label = self.labeling.answers.consolidate(answers, self.subject(each, now))
            self.label(each, label, by="people")

    def _fail_object(self, each: DataObject) -> None:
        self.queue.fail(each)
        self.dirty = True

    def _to(self, status: str, now: float) -> None:
        self.status, self.modified = status, now
