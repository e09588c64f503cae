"""Who has labeled how many: counts the answers that Ground Truth keeps in the output bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from custom_resource.errors import code_of
from dataset import layout
from dataset.names import prefix_of
from ground_truth.config import Environment

#: Answers that are read without being asked for, some seconds' work.
MOST: Final = 3000
_AT_ONCE: Final = 16


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What one person has labeled."""

    number: int
    #: When the last one was submitted, in UTC.
    last: datetime


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Everybody's answers."""

    #: By the `sub` of the user pool; of those only who have any.
    by_sub: Mapping[str, Answers]
    #: Why nothing is known, or not all; empty where everything was read.
    why_not: str = ""


def count(
    environment: Environment, job: str | None, pool_id: str, services: Any, *, most: int | None
) -> Counted:
    """Count the answers of an environment's jobs, or of one job, by people of a user pool.

    `services` has clients `cloudformation` and `s3`. More than `most` are not read, since each is a
    file. An answer that was carried over is where it was given, so
    that none counts twice. Each has the `sub` of its worker
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
    """
    try:
        place = _place(environment, services.cloudformation)
        keys = [*_keys(environment, job, place, services.s3)]
        if most is not None and len(keys) > most:
            return Counted(
                by_sub={},
                why_not=f"who has labeled how many of {len(keys):,} takes a while:"
                f" ground-truth workers {environment.name} --labels",
            )

        def read(key: str) -> bytes:
            body: bytes = services.s3.get_object(**place, Key=key)["Body"].read()
            return body

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return _summed(zip(keys, threads.map(read, keys), strict=True), pool_id)
    except (ClientError, KeyError) as error:
        code = code_of(error) if isinstance(error, ClientError) else "no bucket"
        return Counted(
            by_sub={},
            why_not=f"who has labeled how many is not known, the labels can't be read ({code})",
        )


def _summed(files: Iterator[tuple[str, bytes]], pool_id: str) -> Counted:
    # Whoever answers again for an object has changed the answer.
    times: dict[str, dict[str, datetime]] = {}
    damaged = 0
    for key, content in files:
        try:
            given = [*_given(content, pool_id)]
        except (AttributeError, KeyError, TypeError, ValueError):
            damaged += 1
            continue
        for sub, time in given:
            times.setdefault(sub, {})[key.rpartition("/")[0]] = time
    return Counted(
        by_sub={
            sub: Answers(number=len(found), last=max(found.values()))
            for sub, found in times.items()
        },
        why_not=f"{damaged} files of answers can't be read" if damaged else "",
    )


def _given(content: bytes, pool_id: str) -> Iterator[tuple[str, datetime]]:
    for answer in json.loads(content)["answers"]:
        identity = answer["workerMetadata"]["identityData"]
        if str(identity["issuer"]).endswith(f"/{pool_id}"):
            time = str(answer["submissionTime"]).replace("Z", "+00:00")
            yield str(identity["sub"]), datetime.fromisoformat(time)


def _place(environment: Environment, cloudformation: Any) -> dict[str, str]:
    """Return the output bucket, and the account to which it must belong."""
    (stack,) = cloudformation.describe_stacks(StackName=f"{environment.name}-Data")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}
    return {
        "Bucket": outputs["OutputBucketName"],
        "ExpectedBucketOwner": stack["StackId"].split(":")[4],
    }


def _keys(
    environment: Environment, job: str | None, place: Mapping[str, str], s3: Any
) -> Iterator[str]:
    """Yield the files of answers of all runs."""
    pages = s3.get_paginator("list_objects_v2")
    folder = layout.LABELS_FOLDER
    wanted = None if job is None else environment.job_name_prefix(job)
    for page in pages.paginate(**place, Prefix=layout.labels_prefix(folder, ""), Delimiter="/"):
        for each in page.get("CommonPrefixes", []):
            run = layout.run_of(folder, each["Prefix"])
            if run is None or wanted not in (None, prefix_of(run)):
                continue
            for files in pages.paginate(**place, Prefix=layout.answers_prefix(folder, run)):
                yield from (found["Key"] for found in files.get("Contents", []))
