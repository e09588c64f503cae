"""S3 and SageMaker in memory, behind real clients: botocore checks every request by its model."""

from __future__ import annotations

import functools
import io
import json
import threading
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name

from labeling_job.collaborators import Clock, Collaborators, step_log
from labeling_job.identity import Owner, physical_id
from labeling_job.manifest import Manifest, read_manifest
from labeling_job.request import from_event

ACCOUNT = "111122223333"
STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/dev-Labeling/0a1b2c3d"
RESOURCE = "EvenOddJob"
OWNER_TAGS = {"ground-truth-cdk:stack": STACK, "ground-truth-cdk:resource": RESOURCE}


class RefusedError(Exception):
    """What AWS answers instead of a result."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass
class FakeAws:
    """Two services and a clock that never waits."""

    #: Bucket to key to content.
    objects: dict[str, dict[str, bytes]] = field(default_factory=lambda: defaultdict(dict))
    #: Key to storage class, where it is not the usual one.
    storage_classes: dict[str, str] = field(default_factory=dict)
    #: Lower-case name to what DescribeLabelingJob answers.
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Operation and parameters of every call, refused ones included.
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    page_size: int = 1000
    #: What a new job's status is at each look; the last one stays.
    course: tuple[str, ...] = ("Initializing", "InProgress")
    #: What a stopped job's status is at each look; the last one stays.
    stop_course: tuple[str, ...] = ("Stopping", "Stopped")
    #: Lower-case name to the statuses that its next looks show.
    ahead: dict[str, list[str]] = field(default_factory=dict)
    #: Looks at jobs that show no tags.
    looks_without_tags: int = 0
    time: float = 0.0
    #: Operation to the seconds that each of its calls takes.
    durations: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._refusals: dict[str, list[Exception]] = defaultdict(list)
        self._lock = threading.Lock()

    def collaborators(self, *, seconds: float = 780.0) -> Collaborators:
        """Return real clients whose calls end here."""
        return Collaborators(
            s3=self._client("s3"),
            sagemaker=self._client("sagemaker"),
            clock=Clock(now=lambda: self.time, sleep=self._sleep, deadline=self.time + seconds),
            log=step_log(f"Test {RESOURCE}"),
        )

    def refuse(self, operation: str, code: str, message: str, *, times: int = 1) -> None:
        """Let the next calls of an operation fail with an error of AWS."""
        self.disturb(operation, *[RefusedError(code, message)] * times)

    def disturb(self, operation: str, *errors: Exception) -> None:
        """Let the next calls of an operation raise these errors."""
        self._refusals[operation].extend(errors)

    def add_job(
        self, name: str, status: str, *, tags: Mapping[str, str] = OWNER_TAGS, **changes: Any
    ) -> dict[str, Any]:
        """Put a job there that exists already."""
        self.jobs[name.lower()] = {
            "LabelingJobName": name,
            "LabelingJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:labeling-job/{name.lower()}",
            "LabelingJobStatus": status,
            "LabelCounters": {},
            "CreationTime": 0,
            "LastModifiedTime": 0,
            "JobReferenceCode": "code",
            "InputConfig": {
                "DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://out/old/input.manifest"}}
            },
            "OutputConfig": {"S3OutputPath": "s3://out/labels/"},
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            **changes,
        }
        return self.jobs[name.lower()]

    def called(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of all calls of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]

    def statuses(self) -> dict[str, str]:
        """Return what each job has come to."""
        return {job["LabelingJobName"]: job["LabelingJobStatus"] for job in self.jobs.values()}

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def _client(self, service: str) -> Any:
        client = _session().client(
            service,  # type: ignore[call-overload]  # one of two services
            region_name="us-east-1",
            aws_access_key_id="example",
            aws_secret_access_key="example",  # noqa: S106  # nothing is signed for anybody
        )
        client.meta.events.register_last("before-parameter-build", _remember)
        client.meta.events.register_first("before-call", self._answer)
        return client

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        parameters = context["remembered"]
        with self._lock:
            self.calls.append((model.name, parameters))
            self.time += self.durations.get(model.name, 0.0)
            try:
                if self._refusals[model.name]:
                    raise self._refusals[model.name].pop(0)
                operation: Callable[[dict[str, Any]], dict[str, Any]]
                operation = getattr(self, f"_{xform_name(model.name)}")
                return SimpleNamespace(status_code=200, headers={}), operation(parameters)
            except RefusedError as refusal:
                error = {"Code": refusal.code, "Message": refusal.message}
                return SimpleNamespace(status_code=400, headers={}), {"Error": error}

    def _list_objects_v2(self, parameters: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket(parameters)
        keys = sorted(key for key in bucket if key.startswith(parameters["Prefix"]))
        start = int(parameters.get("ContinuationToken", "0"))
        end = start + self.page_size
        page: dict[str, Any] = {
            "EncodingType": parameters["EncodingType"],
            "IsTruncated": end < len(keys),
            "Contents": [
                {
                    "Key": urllib.parse.quote_plus(key),
                    "Size": len(bucket[key]),
                    "StorageClass": self.storage_classes.get(key, "STANDARD"),
                }
                for key in keys[start:end]
            ],
        }
        return page | ({"NextContinuationToken": str(end)} if end < len(keys) else {})

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket(parameters)
        if parameters["Key"] not in bucket:
            raise RefusedError("NoSuchKey", "The specified key does not exist.")
        content = bucket[parameters["Key"]]
        return {"Body": io.BytesIO(content), "ContentLength": len(content)}

    def _put_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._bucket(parameters)[parameters["Key"]] = parameters["Body"].read()
        return {}

    def _bucket(self, parameters: dict[str, Any]) -> dict[str, bytes]:
        if parameters["ExpectedBucketOwner"] != ACCOUNT:
            raise RefusedError("AccessDenied", "Access Denied")
        return self.objects[parameters["Bucket"]]

    def _create_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["LabelingJobName"]
        if name.lower() in self.jobs:
            raise RefusedError("ResourceInUse", f"Labeling job {name} exists")
        job = self.add_job(name, "Initializing", **parameters)
        self.ahead[name.lower()] = list(self.course)
        return {"LabelingJobArn": job["LabelingJobArn"]}

    def _describe_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        job = self._job(parameters["LabelingJobName"])
        if ahead := self.ahead.get(parameters["LabelingJobName"].lower()):
            job["LabelingJobStatus"] = ahead.pop(0)
        if self.looks_without_tags:
            self.looks_without_tags -= 1
            return {**job, "Tags": []}
        return dict(job)

    def _stop_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        job = self._job(parameters["LabelingJobName"])
        if job["LabelingJobStatus"] not in ("Initializing", "InProgress"):
            raise RefusedError("ValidationException", f"The job is {job['LabelingJobStatus']}")
        job["LabelingJobStatus"] = "Stopping"
        self.ahead[parameters["LabelingJobName"].lower()] = list(self.stop_course)
        return {}

    def _add_tags(self, parameters: dict[str, Any]) -> dict[str, Any]:
        job = self._job(parameters["ResourceArn"].rpartition("/")[2])
        tags = {tag["Key"]: tag["Value"] for tag in (*job["Tags"], *parameters["Tags"])}
        job["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        return {"Tags": job["Tags"]}

    def _delete_tags(self, parameters: dict[str, Any]) -> dict[str, Any]:
        job = self._job(parameters["ResourceArn"].rpartition("/")[2])
        job["Tags"] = [tag for tag in job["Tags"] if tag["Key"] not in parameters["TagKeys"]]
        return {}

    def _job(self, name: str) -> dict[str, Any]:
        if name.lower() not in self.jobs:
            raise RefusedError("ResourceNotFound", f"No labeling job {name}")
        return self.jobs[name.lower()]


@functools.cache
def _session() -> boto3.Session:
    return boto3.Session()  # reads the models of the services once for all tests


def _remember(params: Any, context: dict[str, Any], **_: Any) -> None:
    context["remembered"] = dict(params)


def properties(**changes: Any) -> dict[str, Any]:
    """Return the resource's properties as CloudFormation sends them: scalars are strings."""
    return {
        "ServiceToken": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:labeling",
        "ServiceTimeout": "1200",
        "NamePrefix": "dev-even-odd",
        "Revision": "1",
        "Input": {
            "Bucket": "in",
            "Prefix": "Input/",
            "Extensions": [".txt"],
            "Kind": "text",
            "Split": "file",
            "MaximumObjects": "100000",
            "MaximumCharacters": "20000",
            "WhenEmpty": "fail",
        },
        "Files": {
            "Bucket": "out",
            "Prefix": "requests/even-odd/",
            "LabelCategories": {
                "document-version": "2018-11-28",
                "labels": [{"label": "Even"}, {"label": "Odd"}],
            },
            "WorkerTemplate": "<crowd-form></crowd-form>",
        },
        "Request": {
            "LabelAttributeName": "parity",
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/labeling",
            "OutputConfig": {"S3OutputPath": "s3://out/labels/"},
            "HumanTaskConfig": {
                "WorkteamArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:workteam/private-crowd/ana",
                "TaskTitle": "Even or odd?",
                "TaskDescription": "Classify the number",
                "NumberOfHumanWorkersPerDataObject": "1",
                "TaskTimeLimitInSeconds": "300",
                "TaskAvailabilityLifetimeInSeconds": "864000",
            },
        },
        "Tags": [{"Key": "team", "Value": "readers"}],
        **changes,
    }


def input_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties with another Input."""
    source = properties()["Input"]
    return properties(Input={**source, **changes})


def image_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties of a job on the images below `Images/`."""
    source = {
        "Kind": "object",
        "Bucket": "in",
        "Prefix": "Images/",
        "Extensions": [".jpg", ".png"],
        "MaximumObjects": "100000",
        "MaximumBytes": "1000",
        "WhenEmpty": "fail",
    }
    return properties(Input={**source, **changes})


def frame_properties(**changes: Any) -> dict[str, Any]:
    """Return the properties of a job on the folders of frames below `Frames/`."""
    source = {
        "Kind": "frames",
        "Bucket": "in",
        "Prefix": "Frames/",
        "Extensions": [".jpg", ".png"],
        "MaximumObjects": "10",
        "MaximumFrames": "2000",
        "WhenEmpty": "fail",
    }
    return properties(Input={**source, **changes})


def own_properties(kind: str, **changes: Any) -> dict[str, Any]:
    """Return the properties of a job on `s3://in/own.jsonl`, which names what is below `Data/`."""
    source = {
        "Kind": kind,
        "Bucket": "in",
        "Prefix": "Data/",
        "ManifestUri": "s3://in/own.jsonl",
        "Extensions": [],
        "MaximumObjects": "100000",
        "WhenEmpty": "fail",
    }
    return properties(Input={**source, **changes})


def made(
    objects: Mapping[str, bytes], props: Mapping[str, Any] | None = None, *, page_size: int = 1000
) -> Manifest:
    """Return the manifest that is made of the objects of the input bucket."""
    aws = FakeAws(page_size=page_size)
    aws.objects["in"].update(objects)
    return read_manifest(from_event(event("Create", props)), aws.collaborators())


def own_lines(*lines: Any) -> dict[str, bytes]:
    """Return the input bucket with an own manifest of these lines; texts are put as they are."""
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return {"own.jsonl": "".join(f"{text}\n" for text in texts).encode()}


def event(kind: str, props: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return an event for the resource."""
    return {
        "RequestType": kind,
        "ResponseURL": "https://example.com/answer?Signature=secret-signature",
        "StackId": STACK,
        "RequestId": "b1946ac9-2d43-4a5f-8a8e-5a1c0e7b1d11",
        "ResourceType": "Custom::LabelingJob",
        "LogicalResourceId": RESOURCE,
        "ResourceProperties": properties() if props is None else dict(props),
        **changes,
    }


def own_id(props: Mapping[str, Any] | None = None) -> str:
    """Return the physical id of the resource with these properties."""
    owner = Owner(stack_id=STACK, logical_id=RESOURCE)
    return physical_id(owner, properties() if props is None else props)


def json_lines(manifest: bytes) -> list[dict[str, Any]]:
    """Return the lines of a manifest as Ground Truth breaks and reads them."""
    return [json.loads(line) for line in manifest.decode().split("\n")[:-1]]
