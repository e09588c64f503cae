"""Which of a job's data objects wait, are with workers, and are done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.cloud import User


class Refused(Exception):  # noqa: N818  # the portal's answer to a worker, with its HTTP status
    """A worker can't do this; the message says why."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status


@dataclass(kw_only=True)
class TaskQueue:
    """The data objects of one labeling job, from the manifest to workers and back.

    Times are seconds since the epoch.
    """

    job_arn: str
    #: How many objects may be with workers at once.
    most_at_once: int
    workers_per_object: int
    #: Whether a function has to prepare an object before workers see it.
    is_prepared: bool
    objects: Sequence[DataObject] = ()
    #: Labeled by people or by the machine, failed, or left to the machine.
    counts: dict[str, int] = field(
        default_factory=lambda: {"people": 0, "machine": 0, "failed": 0, "left": 0}
    )
    #: By index, those whose functions have still to answer.
    preparing: dict[int, DataObject] = field(default_factory=dict)
    consolidating: dict[int, DataObject] = field(default_factory=dict)
    _waiting: int = 0
    _offered: dict[str, DataObject] = field(default_factory=dict)
    _task_ids: dict[str, int] = field(default_factory=dict)

    def fill(self, objects: Sequence[DataObject], attribute: str) -> None:
        """Take the manifest's objects, some of which are done already."""
        self.objects = objects
        for each in objects:
            # A job that continues another one with the same attribute leaves its labels alone.
            if attribute in each.content:
                each.state = "labeled"
                self.counts["people"] += 1
            elif each.state in ("failed", "left"):
                self.counts[each.state] += 1

    def clear(self) -> None:
        """Take all tasks from the workers."""
        self._offered.clear()
        self.preparing.clear()

    @property
    def is_done(self) -> bool:
        """Whether no object is with workers or functions, or waits for them."""
        busy = self._offered or self.preparing or self.consolidating
        return not busy and self._next() is None

    def top_up(self, now: float) -> None:
        """Offer the next objects to workers, or to the function that prepares them."""
        while len(self._offered) + len(self.preparing) < self.most_at_once:
            each = self._next()
            if each is None:
                return
            if self.is_prepared:
                each.state = "preparing"
                self.preparing[each.index] = each
            else:
                self.offer(each, now)

    def offer(self, each: DataObject, now: float) -> None:
        """Offer an object to workers."""
        each.state, each.offered = "offered", now
        task_id = self.task_id(each.index)
        self._offered[task_id] = each
        self._task_ids[task_id] = each.index

    def finish(self, each: DataObject) -> None:
        """Take an object back from the workers."""
        self._offered.pop(self.task_id(each.index))
        each.held.clear()

    def fail(self, each: DataObject) -> None:
        """Leave an object without a label for good."""
        each.state = "failed"
        self.counts["failed"] += 1

    def expired(self, now: float, available: float) -> list[DataObject]:
        """Return the objects that workers have had for `available` seconds."""
        # They are in the order in which they were offered.
        return [each for each in self._offered.values() if now - each.offered >= available]

    def release(self, now: float, limit: float) -> None:
        """Let go the tasks that workers hold for `limit` seconds or longer."""
        for each in self._offered.values():
            for worker in [sub for sub, since in each.held.items() if now - since >= limit]:
                del each.held[worker]

    def open_to(self, worker: User) -> list[tuple[str, DataObject]]:
        """Return the tasks that `worker` can do now, in the manifest's order."""
        return [(i, each) for i, each in self._offered.items() if self._is_open_to(each, worker)]

    def accept(self, task_id: str, worker: User, now: float) -> None:
        """Hold the task for `worker`; Refused if others have it."""
        each = self.find(task_id)
        if not self._is_open_to(each, worker):
            raise Refused("this task has been answered or is being done by others; take another")
        each.held.setdefault(worker.sub, now)

    def find(self, task_id: str) -> DataObject:
        """Return the object of an open task; Refused if it is open no more."""
        if task_id not in self._offered:
            raise Refused("this task is not open any more; take another")
        return self._offered[task_id]

    def task_id(self, index: int) -> str:
        """Return the id of the task on an object; no two jobs share one."""
        return hashlib.sha256(f"{self.job_arn} {index}".encode()).hexdigest()[:32]

    def has(self, task_id: str) -> bool:
        """Say whether the task is, or has ever been, one of this job's."""
        return task_id in self._task_ids

    def object_of(self, task_id: str) -> DataObject:
        """Return the object of a task that is, or has been, one of this job's."""
        return self.objects[self._task_ids[task_id]]

    def _is_open_to(self, each: DataObject, worker: User) -> bool:
        if any(answer.worker.sub == worker.sub for answer in each.answers):
            return False
        if worker.sub in each.held:
            return True
        return len(each.answers) + len(each.held) < self.workers_per_object

    def _next(self) -> DataObject | None:
        while self._waiting < len(self.objects):
            if self.objects[self._waiting].state == "waiting":
                return self.objects[self._waiting]
            self._waiting += 1
        return None
