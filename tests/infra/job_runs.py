"""What the jobs' function does with jobs of a template, from start to end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from cli.plan.assembly import AssembledEnvironment, Resource
from labeling_job.job import desired_state
from labeling_job.job.files import read_counts
from labeling_job.resource import run
from tests.infra.references import Resolver
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import FakeAws

JOB: Final = "Custom::LabelingJob"
#: A job of texts, and one that chooses some of them by chance.
_WHOLE, _SAMPLE = "even-odd", "even-odd-sample"
_SIGNED: Final = "https://example.com/?X-Amz-Date=20261127T{:06}Z&Signature=secret"


def stack_id_of(stack: str) -> str:
    """Return the id of a stack in an account that is always the same."""
    return f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{stack}/0a1b2c3d"


def job_properties(environment: AssembledEnvironment, key: str) -> dict[str, Any]:
    """Return the properties of a job as its function gets them: names instead of references."""
    found: dict[str, Any] = Resolver(environment).resolve(job(environment, key))
    return found


def of_runs(environment: AssembledEnvironment) -> dict[str, Any]:
    """Return what the function does with the jobs of an environment, from start to end."""
    objects = {f"Input/{number:02}.txt": str(number).encode() for number in range(1, 21)}
    first = Run(environment, _WHOLE, objects)
    first.send("Create")
    found = {
        "the first run": {
            "job's name": first.jobs[-1],
            "files": {key.rpartition("/")[2]: key.rpartition("/")[0] for key in first.files},
            "counts": dict.fromkeys(first.counts, "there"),
            "tags": first.tags,
            "attributes": dict.fromkeys(first.attributes, "there"),
            "marker": first.marker(0),
        }
    }
    first.label(objects=5)
    first.send("Update", Revision="2")
    found["a run that takes its place"] = {
        "job's name": first.jobs[-1],
        "carried over": first.attributes.get("CarriedOverCount", "nothing"),
        "marker of the first": first.marker(0),
        "marker": first.marker(1),
    }
    first.send("Delete")
    found["after its end"] = {"marker of the first": first.marker(0)}
    again = Run(environment, _WHOLE, objects)
    again.send("Create")
    again.end("Failed")
    again.send("Create")
    found["a run after one that failed"] = {"job's name": again.jobs[-1]}
    found["choices"] = {
        f"{sample} of 20 {order} with seed {seed}": _chosen(
            environment, objects, seed, sample, order
        )
        for seed in ("0", "7")
        for sample, order in (("5", "listed"), ("20", "shuffled"), ("5", "shuffled"))
    }
    return found


def _chosen(
    environment: AssembledEnvironment,
    objects: Mapping[str, bytes],
    seed: str,
    sample: str,
    order: str,
) -> list[str]:
    one = Run(environment, _SAMPLE, objects)
    choice = {"Seed": seed, "Sample": sample, "Order": order}
    one.send("Create", Input={**one.properties["Input"], **choice})
    return [json.loads(line)["object"].rpartition("/")[2] for line in one.manifest]


class Run:
    """A job of an environment, with its function and what the function sees of AWS."""

    def __init__(
        self,
        environment: AssembledEnvironment,
        key: str,
        objects: Mapping[str, bytes],
        reviewed: Run | None = None,
    ) -> None:
        self._resource = job(environment, key)
        self._stack = environment.stacks[self._resource.stack].name
        self.properties = job_properties(environment, key)
        self._ids: list[str] = []
        self._sent = 0
        self._before = self.properties
        self._aws: FakeAws = FakeAws() if reviewed is None else reviewed._aws
        if reviewed is not None:
            self.properties = reviewed.answer(self.properties)
        self._aws.objects[self.properties["Input"]["Bucket"]].update(objects)
        #: What the resource answers when it is asked for an attribute.
        self.attributes: Mapping[str, str] = {}

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs that were created, in order."""
        return [each["LabelingJobName"] for each in self._aws.called("CreateLabelingJob")]

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the last job."""
        tags = self._aws.called("CreateLabelingJob")[-1]["Tags"]
        return {each["Key"]: each["Value"] for each in tags}

    @property
    def files(self) -> list[str]:
        """The keys of what is in the output bucket."""
        return sorted(self._output)

    @property
    def _output(self) -> dict[str, bytes]:
        return self._aws.objects[self.properties["Files"]["Bucket"]]

    @property
    def counts(self) -> dict[str, Any]:
        """What is remembered of the only job's data objects."""
        found = [key for key in self._output if key.endswith("/run.json")]
        counts: dict[str, Any] = json.loads(self._output[found[0]]) if found else {}
        return counts

    @property
    def manifest(self) -> list[str]:
        """The lines that the last job was given."""
        source = self._aws.called("CreateLabelingJob")[-1]["InputConfig"]["DataSource"]
        _, _, place = source["S3DataSource"]["ManifestS3Uri"].partition("://")
        return self._output[place.partition("/")[2]].decode().splitlines()

    def content(self, uri: str) -> str:
        """Return what stands at an S3 URI."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return self._aws.objects[bucket][key].decode()

    @property
    def statuses(self) -> dict[str, str]:
        """What has become of each job."""
        return self._aws.statuses()

    @property
    def remembered(self) -> dict[str, str]:
        """Keys and content of the markers and counts in the output bucket."""
        return {key: self._output[key].decode() for key in self.files if _is_remembered(key)}

    def remember(self, files: Mapping[str, str]) -> None:
        """Put markers and counts that another tree has written in the place of all there are."""
        for key in self.remembered:
            del self._output[key]
        self._output.update({key: content.encode() for key, content in files.items()})

    def read(self, key: str) -> Any:
        """Return what the function reads of a marker or counts."""
        bucket, aws = self.properties["Files"]["Bucket"], self._aws.as_clients()
        if key.endswith("/run.json"):
            return read_counts(f"s3://{bucket}/{key}", ACCOUNT, aws)
        prefix = self.properties["Files"]["Prefix"]
        place = desired_state.Place(bucket=bucket, prefix=prefix, account=ACCOUNT)
        identity = key.rpartition("/")[2].removesuffix(".json")
        return desired_state.read(identity, place, aws)

    def answer(self, value: Any) -> Any:
        """Put what the resource has answered in the place of the names of its attributes."""
        if isinstance(value, Mapping):
            return {name: self.answer(each) for name, each in value.items()}
        beginning = f"{self._resource.stack}.{self._resource.logical_id}."
        if isinstance(value, str) and value.startswith(beginning):
            return self.attributes[value.removeprefix(beginning)]
        return value

    def marker(self, number: int) -> dict[str, str]:
        """Return what is remembered of a physical id, which is the first, second …, and where."""
        prefix = self.properties["Files"]["Prefix"]
        key = f"{prefix}wanted/{self._ids[number]}.json"
        content = json.loads(self._output[key]) if key in self._output else {}
        return {"key": key, **{name: json.dumps(value) for name, value in content.items()}}

    def send(self, kind: str, **changes: Any) -> None:
        """Let the function work on an event of CloudFormation."""
        self._sent += 1
        properties = _as_sent({**self.properties, **changes})
        event = {
            "RequestType": kind,
            "ResponseURL": _SIGNED.format(self._sent),
            "StackId": stack_id_of(self._stack),
            "RequestId": f"request-{self._sent}",
            "ResourceType": JOB,
            "LogicalResourceId": self._resource.logical_id,
            "ResourceProperties": properties,
        }
        if kind == "Update":
            event["OldResourceProperties"] = self._before
        if kind != "Create":
            # CloudFormation deletes the old one when the new one is there, and makes an id up for
            # what was never answered.
            ids = self._ids or [f"{self._stack}-{self._resource.logical_id}-1A2B3C4D5E6F"]
            event["PhysicalResourceId"] = ids[0 if kind == "Delete" else -1]
        outcome = run(event, self._aws.as_clients())
        if kind != "Delete":
            self._ids.append(outcome.physical_id)
            self.attributes = outcome.data
        self._before = properties

    def label(self, *, objects: int) -> None:
        """Put the labels of the last job's first data objects where Ground Truth puts them."""
        attribute = self.properties["Request"]["LabelAttributeName"]
        labels = {attribute: 0, f"{attribute}-metadata": {"class-name": "Even"}}
        labeled = [json.dumps(json.loads(line) | labels) for line in self.manifest[:objects]]
        place = self.attributes["OutputManifestUri"].removeprefix("s3://").partition("/")
        self._aws.objects[place[0]][place[2]] = "".join(f"{each}\n" for each in labeled).encode()

    def end(self, status: str) -> None:
        """Let the last job end."""
        self._aws.jobs[self.jobs[-1].lower()]["LabelingJobStatus"] = status


def job(environment: AssembledEnvironment, key: str) -> Resource:
    """Return the resource of a job."""
    (found,) = (
        each
        for each in environment.resources(JOB)
        if each.properties["NamePrefix"] == f"{environment.name}-{key}"
    )
    return found


def _is_remembered(key: str) -> bool:
    return "/wanted/" in key or key.endswith("/run.json")


def _as_sent(value: Any) -> Any:
    """Make texts of scalars, as CloudFormation does."""
    if isinstance(value, Mapping):
        return {name: _as_sent(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_sent(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
