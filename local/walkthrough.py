"""What a person does around the deployments of the even/odd example, as functions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient

    from local.worker import Task, Worker

SAMPLES: Final = Path(__file__).parents[1] / "samples" / "even-odd"
#: The statuses in which a labeling job stays.
ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})


@dataclass(frozen=True, kw_only=True)
class Label:
    """What a person wants to see of one line of an output manifest."""

    object_key: str
    text: str
    #: `None` if the object has not been labeled.
    label: str | None
    confidence: float | None


def upload(s3: S3Client, bucket: str, folder: Path = SAMPLES) -> list[str]:
    """Upload all files below `folder` under their relative names, which are returned."""
    keys = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = file.relative_to(folder).as_posix()
        s3.upload_file(str(file), bucket, key)
        keys.append(key)
    return keys


def even_or_odd(text: str) -> str:
    """Return the label that is right."""
    return "Even" if int(text) % 2 == 0 else "Odd"


def label_all(
    worker: Worker, answer: Callable[[str], str] = even_or_odd, *, at_most: int | None = None
) -> list[Task]:
    """Let `worker` do all open tasks, or the first ones; return them."""
    done: list[Task] = []
    while (at_most is None or len(done) < at_most) and (tasks := worker.tasks()):
        for task in tasks[: None if at_most is None else at_most - len(done)]:
            label = answer(task.input["taskObject"].strip())
            worker.answer(task, {"crowd-classifier": {"label": label}})
            done.append(task)
    return done


def wait_for_end(sagemaker: SageMakerClient, job_name: str, seconds: float) -> str:
    """Return the status of the job once it has ended; TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        status = sagemaker.describe_labeling_job(LabelingJobName=job_name)["LabelingJobStatus"]
        if status in ENDED:
            return status
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"labeling job {job_name} should have ended within {seconds:.0f} s, it is {status}"
            )
        time.sleep(min(1.0, seconds / 20))


def wait_for_labels(
    s3: S3Client, manifest_uri: str, attribute: str, *, number: int, seconds: float
) -> list[Label]:
    """Return the lines of a job at work once so many have labels; TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    lines: list[Label] = []
    while True:
        # There is no manifest before the first label.
        with suppress(s3.exceptions.NoSuchKey):
            lines = read_labels(s3, manifest_uri, attribute)
        labeled = sum(line.label is not None for line in lines)
        if labeled >= number:
            return lines
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"{manifest_uri} should have {number} labels within {seconds:.0f} s, it has"
                f" {labeled}"
            )
        time.sleep(min(1.0, seconds / 20))


def read_labels(s3: S3Client, manifest_uri: str, attribute: str) -> list[Label]:
    """Read the output manifest of a text classification with the label attribute `attribute`."""
    lines = _read_json_lines(s3, manifest_uri)
    return [
        Label(
            object_key=line["object"].split("/", 3)[3],
            text=line["source"].strip(),
            label=line.get(f"{attribute}-metadata", {}).get("class-name"),
            confidence=line.get(f"{attribute}-metadata", {}).get("confidence"),
        )
        for line in lines
    ]


def who_labeled(
    s3: S3Client, cognito: CognitoIdentityProviderClient, manifest_uri: str
) -> dict[str, list[str]]:
    """Return the e-mail addresses of those who labeled each data object, by its place.

    Raw answers name a worker by the `sub` of the user pool
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
    """
    bucket, manifest_key = manifest_uri.removeprefix("s3://").split("/", 1)
    folder = manifest_key.rsplit("manifests/", 1)[0]
    prefix = f"{folder}annotations/worker-response/"
    workers: dict[str, list[str]] = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            object_id = item["Key"].removeprefix(prefix).split("/")[1]
            response = json.loads(s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
            for answer in response["answers"]:
                identity = answer["workerMetadata"]["identityData"]
                workers.setdefault(object_id, []).append(
                    _email(cognito, identity["issuer"].rsplit("/", 1)[1], identity["sub"])
                )
    return workers


def _email(cognito: CognitoIdentityProviderClient, user_pool_id: str, sub: str) -> str:
    users = cognito.list_users(UserPoolId=user_pool_id, Filter=f'sub = "{sub}"')["Users"]
    attributes: dict[str, str] = {
        item["Name"]: item.get("Value", "") for item in users[0].get("Attributes", [])
    }
    return attributes["email"]


def _read_json_lines(s3: S3Client, uri: str) -> Iterable[dict[str, Any]]:
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [json.loads(line) for line in body.splitlines()]
