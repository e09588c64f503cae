"""AWS as the labeling jobs' function sees it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labeling_job.clients import Clients
from labeling_job.connections import Answer, Get
from labeling_job.handler import handler
from local.ground_truth.api.unkindness import KIND, Unkindness
from tests.lifecycle.simulation import Simulation, begin_call, end_call
from tests.unit.fake_services import RefusedError
from tests.unit.labeling_job.labeling_job_aws import FakeAws

#: What SageMaker and S3 say where there are too many calls.
_THROTTLING = (("ThrottlingException", "Rate exceeded"), ("SlowDown", "Reduce your request rate"))
#: Statuses of jobs that cost money.
LIVE = frozenset({"Initializing", "InProgress"})


@dataclass
class World(Simulation, FakeAws):
    """S3 and Ground Truth's jobs."""

    #: Code and text of the error for a job that does not exist.
    absent: tuple[str, str] = ("ResourceNotFound", "Nothing is known of it")
    #: Of whose calls some are refused for being too many.
    unkindness: Unkindness = KIND

    def be_unkind(self, unkindness: Unkindness) -> None:
        """Do what AWS does now and then."""
        self.unkindness = unkindness
        self.seconds_to_count = unkindness.unread
        self.looks_without_tags = int(unkindness.untagged)
        self.absent = unkindness.absent

    def state(self) -> dict[str, Any]:
        """Return what is there in the end, but for what tells one event or time from another."""
        untold = {"CreationTime", "LabelingJobArn", "JobReferenceCode", "LastModifiedTime"}
        return {
            "jobs": {
                name: {key: value for key, value in job.items() if key not in untold}
                for name, job in self.jobs.items()
            },
            "objects": {
                f"s3://{bucket}/{key}": _without_event(content) if "/wanted/" in key else content
                for bucket, objects in self.objects.items()
                for key, content in objects.items()
            },
        }

    def live_jobs(self) -> set[str]:
        """Return the names of the jobs that would go on."""
        return {name for name, status in self.statuses().items() if status in LIVE}

    def label(self, job: str, *sources: str, attribute: str = "parity") -> None:
        """Let workers label the data objects of a job whose lines have these texts in them."""
        uri = self.jobs[job]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        lines = [json.loads(line) for line in self.objects[bucket][key].splitlines()]
        labels = {attribute: 0, f"{attribute}-metadata": {"human-annotated": "yes"}}
        labeled = [line for line in lines if any(text in json.dumps(line) for text in sources)]
        folder = self.jobs[job]["OutputConfig"]["S3OutputPath"].removeprefix("s3://")
        bucket, _, prefix = folder.partition("/")
        self.objects[bucket][f"{prefix}{job}/manifests/output/output.manifest"] = b"".join(
            json.dumps({**line, **labels}).encode() + b"\n" for line in labeled
        )
        self.jobs[job]["LabelCounters"] = {"TotalLabeled": len(labeled)}

    def lines(self, job: str) -> list[dict[str, Any]]:
        """Return what a job's workers have to label."""
        uri = self.jobs[job]["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return [json.loads(line) for line in self.objects[bucket][key].splitlines()]

    def refuse_for(
        self, bucket: str, operation: str, code: str, message: str, *, times: int = 1
    ) -> None:
        """Let the next calls of an operation on one bucket fail with an error of AWS."""
        self.refuse(f"{operation} {bucket}", code, message, times=times)

    def handle(self, event: dict[str, Any], context: Any) -> None:
        """Run the function's entry point."""
        handler(event, context)

    def connect(self, *, step: str, seconds: float) -> Clients:
        """Stand in for the function's real clients."""
        del step
        aws = self.as_clients(seconds=seconds)
        return replace(aws, http=functools.partial(_counted, self.stage.actor, aws.http))

    def _serve(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        of_bucket = self._refusals[f"{operation} {parameters.get('Bucket')}"]
        if of_bucket:
            raise of_bucket.pop(0)
        number = 1 + sum(name == operation for name, _ in self.calls)
        if self.unkindness.is_throttled(operation, number):
            self.calls.append((operation, parameters))
            raise RefusedError(*_THROTTLING[operation == "ListObjectsV2"])
        return super()._serve(operation, parameters)

    def _job(self, name: str) -> dict[str, Any]:
        if name.lower() not in self.jobs:
            raise RefusedError(*self.absent)
        return super()._job(name)


def _counted(actor: int, get: Get, url: str, headers: Mapping[str, str], **limits: Any) -> Answer:
    begin_call(actor)
    answer = get(url, headers, **limits)
    end_call(actor)
    return answer


def _without_event(marker: bytes) -> dict[str, Any]:
    content = json.loads(marker)
    return {name: content[name] for name in content.keys() & {"wanted", "ready", "replaced_by"}}
