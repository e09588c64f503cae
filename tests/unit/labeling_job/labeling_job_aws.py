"""S3 and SageMaker in memory, behind real clients: botocore checks every request by its model."""

from __future__ import annotations

import datetime
import hashlib
import io
import itertools
import json
import urllib.parse
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials

from custom_resource.context import Clock, step_log
from labeling_job.clients import S3_CONFIG, Clients
from labeling_job.connections import REQUEST_ID, Answer
from labeling_job.identity import Owner, physical_id
from labeling_job.manifest.manifest import Manifest, read_manifest
from labeling_job.request import from_event
from tests.unit.fake_services import ACCOUNT, PLAIN, FakeServices, RefusedError
from tests.unit.labeling_job.s3_over_http import STATUSES, by_api_names, listing

STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/dev-Labeling/0a1b2c3d"
RESOURCE = "EvenOddJob"
CREDENTIALS = ReadOnlyCredentials("example", "example", None, None)
_S3_CONFIG = S3_CONFIG.merge(PLAIN)
_REQUESTS = itertools.count()
#: Headers that tell an answer of S3.
OF_S3 = {REQUEST_ID: "example"}
_DAY = 86_400
_COUNTERS = (
    "TotalLabeled",
    "HumanLabeled",
    "MachineLabeled",
    "FailedNonRetryableError",
    "Unlabeled",
)
OWNER_TAGS = {"ground-truth-cdk:stack": STACK, "ground-truth-cdk:resource": RESOURCE}


@dataclass
class FakeAws(FakeServices):
    """S3 and SageMaker's labeling jobs."""

    #: Bucket to key to content.
    objects: dict[str, dict[str, bytes]] = field(default_factory=lambda: defaultdict(dict))
    #: Multipart uploads that are neither complete nor aborted: their parts by number.
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    #: Key to storage class, where it is not the usual one.
    storage_classes: dict[str, str] = field(default_factory=dict)
    #: Lower-case name to what DescribeLabelingJob answers.
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 1000
    #: What a new job's status is at each look; the last one stays.
    course: tuple[str, ...] = ("Initializing", "InProgress")
    #: The same for each of the next jobs, in their order.
    courses: list[tuple[str, ...]] = field(default_factory=list)
    #: Seconds after its creation at which a new job fails; None: not by itself.
    fails_after: float | None = None
    #: Of jobs that fail.
    failure_reason: str = ""
    #: Jobs that can be created in one second; all others are refused.
    creations_per_second: int | None = None
    #: What a stopped job's status is at each look; the last one stays.
    stop_course: tuple[str, ...] = ("Stopping", "Stopped")
    #: Lower-case name to the statuses that its next looks show.
    ahead: dict[str, list[str]] = field(default_factory=dict)
    #: Looks at jobs that show no tags.
    looks_without_tags: int = 0
    #: Seconds after its creation in which a job has not counted its data objects.
    seconds_to_count: float = 0.0
    #: What jobs in progress show all the time, whatever they have.
    shown_counters: dict[str, int] | None = None
    #: When jobs were created.
    creations: list[float] = field(default_factory=list)
    #: Jobs in one page of their list, and lists that show none yet.
    job_page_size: int = 2
    lists_behind: int = 0

    def _config(self, service: str) -> Config:
        return _S3_CONFIG if service == "s3" else PLAIN

    def as_clients(self, *, seconds: float = 780.0) -> Clients:
        """Return real clients whose calls end here."""
        return Clients(
            s3=self._client("s3"),
            sagemaker=self._client("sagemaker"),
            credentials=lambda: CREDENTIALS,
            http=self.get,
            clock=Clock(now=lambda: self.time, sleep=self._sleep, deadline=self.time + seconds),
            log=step_log(f"Test {RESOURCE}"),
        )

    def add_job(
        self, name: str, status: str, *, tags: Mapping[str, str] = OWNER_TAGS, **changes: Any
    ) -> dict[str, Any]:
        """Put a job there that exists already."""
        self.jobs[name.lower()] = {
            "LabelingJobName": name,
            "LabelingJobArn": f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:labeling-job/{name.lower()}",
            "LabelingJobStatus": status,
            "LabelCounters": {},
            # Long ago, in the order of their making.
            "CreationTime": _moment(len(self.jobs) - _DAY),
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

    def statuses(self) -> dict[str, str]:
        """Return what each job has come to."""
        return {job["LabelingJobName"]: job["LabelingJobStatus"] for job in self.jobs.values()}

    def get(
        self, url: str, headers: Mapping[str, str], *, maximum_bytes: int, seconds: float
    ) -> Answer:
        """Answer a GET that the function has signed, as S3 does."""
        assert seconds > 0
        parts = urllib.parse.urlsplit(url)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        bucket, _, key = parts.path.lstrip("/").partition("/")
        if not parts.netloc.startswith("s3."):
            bucket, key = parts.netloc.partition(".")[0], parts.path[1:]
        parameters = {"Bucket": bucket, **_signed_parameters(query, headers)}
        is_listing = "list-type" in query
        if not is_listing:
            parameters["Key"] = urllib.parse.unquote(key)
        try:
            answer = self._serve("ListObjectsV2" if is_listing else "GetObject", parameters)
        except RefusedError as refusal:
            body = (
                f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
                "</Error>"
            ).encode()
            return Answer(STATUSES.get(refusal.code, 400), OF_S3, body, len(body))
        if is_listing:
            body, size = listing(answer), len(listing(answer))
        else:
            body, size = answer["Body"].read(), answer["ContentLength"]
        return Answer(200, OF_S3, body if size <= maximum_bytes else b"", size)

    def _list_objects_v2(self, parameters: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket(parameters)
        prefix, delimiter = parameters.get("Prefix", ""), parameters.get("Delimiter")
        token = parameters.get("ContinuationToken")
        after = urllib.parse.unquote(token) if token else parameters.get("StartAfter", "")

        def shown(key: str) -> str:
            folder, slash, _ = key[len(prefix) :].partition(delimiter) if delimiter else ("", "", 0)
            return f"{prefix}{folder}{slash}" if slash else key

        found = {shown(key): None for key in sorted(bucket) if key.startswith(prefix)}
        names = [name for name in found if name > after]
        shown_here = names[: min(self.page_size, int(parameters.get("MaxKeys", 1000)))]
        page: dict[str, Any] = {
            "EncodingType": parameters["EncodingType"],
            "IsTruncated": len(shown_here) < len(names),
            "Contents": [
                {
                    "Key": urllib.parse.quote_plus(key),
                    "Size": len(bucket[key]),
                    "StorageClass": self.storage_classes.get(key, "STANDARD"),
                }
                for key in shown_here
                if key in bucket
            ],
            "CommonPrefixes": [
                {"Prefix": urllib.parse.quote_plus(name)}
                for name in shown_here
                if name not in bucket
            ],
        }
        if not page["IsTruncated"]:
            return page
        return page | {"NextContinuationToken": urllib.parse.quote(shown_here[-1])}

    def _get_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket(parameters)
        if parameters["Key"] not in bucket:
            raise RefusedError("NoSuchKey", "The specified key does not exist.")
        content = bucket[parameters["Key"]]
        etag = _etag(content)
        return {"Body": io.BytesIO(content), "ContentLength": len(content), "ETag": etag}

    def _put_object(self, parameters: dict[str, Any]) -> dict[str, Any]:
        bucket = self._bucket(parameters)
        before = bucket.get(parameters["Key"])
        desired = parameters.get("IfMatch", None if before is None else _etag(before))
        if desired != (None if before is None else _etag(before)) or (
            "IfNoneMatch" in parameters and before is not None
        ):
            raise RefusedError("PreconditionFailed", "At least one precondition did not hold")
        bucket[parameters["Key"]] = parameters["Body"].read()
        return {}

    def _create_multipart_upload(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._bucket(parameters)
        upload = f"upload-{len(self.calls)}"
        self.uploads[upload] = {}
        return {"UploadId": upload}

    def _upload_part(self, parameters: dict[str, Any]) -> dict[str, Any]:
        content = parameters["Body"].read()
        self._upload(parameters)[parameters["PartNumber"]] = content
        return {"ETag": f'"{len(content)}"'}

    def _complete_multipart_upload(self, parameters: dict[str, Any]) -> dict[str, Any]:
        parts = self._upload(parameters)
        named = [(p["PartNumber"], p["ETag"]) for p in parameters["MultipartUpload"]["Parts"]]
        if named != [(number, f'"{len(part)}"') for number, part in sorted(parts.items())]:
            raise RefusedError("InvalidPart", "One or more of the parts could not be found.")
        self._bucket(parameters)[parameters["Key"]] = b"".join(parts[n] for n in sorted(parts))
        del self.uploads[parameters["UploadId"]]
        return {}

    def _abort_multipart_upload(self, parameters: dict[str, Any]) -> dict[str, Any]:
        self._upload(parameters)
        del self.uploads[parameters["UploadId"]]
        return {}

    def _upload(self, parameters: dict[str, Any]) -> dict[int, bytes]:
        self._bucket(parameters)
        if parameters["UploadId"] not in self.uploads:
            raise RefusedError("NoSuchUpload", "The specified multipart upload does not exist.")
        return self.uploads[parameters["UploadId"]]

    def _bucket(self, parameters: dict[str, Any]) -> dict[str, bytes]:
        if parameters["ExpectedBucketOwner"] != ACCOUNT:
            raise RefusedError("AccessDenied", "Access Denied")
        return self.objects[parameters["Bucket"]]

    def _create_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["LabelingJobName"]
        if name.lower() in self.jobs:
            raise RefusedError("ResourceInUse", f"Labeling job {name} exists")
        recent = [made for made in self.creations if made > self.time - 1]
        if self.creations_per_second is not None and len(recent) >= self.creations_per_second:
            raise RefusedError("ThrottlingException", "Rate exceeded")
        self.creations.append(self.time)
        made = _moment(self.time + len(self.jobs) / 1000)
        job = self.add_job(name, "Initializing", **parameters, CreationTime=made)
        self.ahead[name.lower()] = list(self.courses.pop(0) if self.courses else self.course)
        return {"LabelingJobArn": job["LabelingJobArn"]}

    def _describe_labeling_job(self, parameters: dict[str, Any]) -> dict[str, Any]:
        job = self._job(parameters["LabelingJobName"])
        if ahead := self.ahead.get(parameters["LabelingJobName"].lower()):
            job["LabelingJobStatus"] = ahead.pop(0)
        age = self.time - job["CreationTime"].timestamp()
        if self.fails_after is not None and self.fails_after <= age < _DAY / 2:
            job["LabelingJobStatus"] = "Failed"
        answer = {
            **job,
            "LabelCounters": self._counters(job),
            "ResponseMetadata": {"HTTPHeaders": {"date": formatdate(self.time, usegmt=True)}},
        }
        if job["LabelingJobStatus"] == "Failed" and self.failure_reason:
            answer["FailureReason"] = self.failure_reason
        if self.looks_without_tags:
            self.looks_without_tags -= 1
            return {**answer, "Tags": []}
        return answer

    def _counters(self, job: dict[str, Any]) -> dict[str, int]:
        """Return what a job has counted: all its data objects as soon as it has read them."""
        counters: dict[str, int] = job["LabelCounters"]
        if counters or job["LabelingJobStatus"] != "InProgress":
            return counters
        if self.shown_counters is not None:
            return self.shown_counters
        unlabeled = 0
        if self.time >= job["CreationTime"].timestamp() + self.seconds_to_count:
            uri = job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            unlabeled = self.objects[bucket].get(key, b"").count(b"\n")
        return {**dict.fromkeys(_COUNTERS, 0), "Unlabeled": unlabeled}

    def _list_labeling_jobs(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.lists_behind:
            self.lists_behind -= 1
            return {"LabelingJobSummaryList": []}
        found = [
            {name: job[name] for name in ("LabelingJobName", "LabelingJobStatus")}
            for job in self.jobs.values()
            if parameters.get("NameContains", "") in job["LabelingJobName"]
        ]
        start = int(parameters.get("NextToken", 0))
        end = start + self.job_page_size
        page: dict[str, Any] = {"LabelingJobSummaryList": found[start:end]}
        return page | {"NextToken": str(end)} if end < len(found) else page

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


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _signed_parameters(query: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, str]:
    """Return parameters by the names of the API; a header that is sent must be signed."""
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    if {*signed.split(";"), "authorization"} != set(headers):
        raise AssertionError(f"signed {signed}, got {sorted(headers)}")
    return by_api_names(query, headers)


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


def user_properties(kind: str, **changes: Any) -> dict[str, Any]:
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
    return read_manifest(from_event(event("Create", props)), aws.as_clients())


def all_lines(manifest: Manifest) -> bytes:
    """Return all lines of a manifest."""
    return manifest.lines.read()


def user_lines(*lines: Any) -> dict[str, bytes]:
    """Return the input bucket with a user's manifest of these lines; texts are put as they are."""
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return {"own.jsonl": "".join(f"{text}\n" for text in texts).encode()}


def event(kind: str, props: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return an event for the resource, unlike all others."""
    return {
        "RequestType": kind,
        "ResponseURL": "https://example.com/answer?Signature=secret-signature",
        "StackId": STACK,
        "RequestId": f"b1946ac9-2d43-4a5f-8a8e-{next(_REQUESTS):012}",
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
