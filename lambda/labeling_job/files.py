"""The files that a job is started with, and what is remembered of its data objects."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

from botocore.exceptions import ClientError

from labeling_job.collaborators import Collaborators
from labeling_job.errors import LabelingJobError, code_of, explain
from labeling_job.manifest import Manifest
from labeling_job.request import Files

_MANIFEST: Final = "input.manifest"
_LABEL_CATEGORIES: Final = "label-categories.json"
_WORKER_TEMPLATE: Final = "worker-template.liquid"
#: Stands beside the manifest, because a manifest doesn't say what was left out, and the words of
#: a summary are not allowed in a job's tags.
_COUNTS: Final = "run.json"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What the deployment shows of a run's data objects."""

    objects: str
    left_out: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where the files of a run are, as S3 URIs."""

    manifest: str
    label_categories: str
    worker_template: str


def counts_of(manifest: Manifest) -> Counts:
    """Return what is remembered of a manifest."""
    return Counts(
        objects=str(manifest.objects),
        left_out=str(sum(manifest.left_out.values())),
        summary=manifest.summary,
    )


def write_files(files: Files, manifest: Manifest, account: str, aws: Collaborators) -> Written:
    """Write the files below a prefix made from their content, so that a repetition is harmless."""
    contents = {
        _MANIFEST: manifest.content,
        _LABEL_CATEGORIES: json.dumps(
            files.label_categories, ensure_ascii=False, indent=2, sort_keys=True
        ).encode(),
        _WORKER_TEMPLATE: files.worker_template.encode(),
    }
    digest = hashlib.sha256()
    for content in contents.values():
        digest.update(hashlib.sha256(content).digest())
    folder = f"{files.prefix}{digest.hexdigest()}/"
    contents[_COUNTS] = json.dumps(asdict(counts_of(manifest)), ensure_ascii=False).encode()
    for name, content in contents.items():
        try:
            aws.s3.put_object(
                Bucket=files.bucket,
                Key=f"{folder}{name}",
                Body=content,
                ExpectedBucketOwner=account,
            )
        except ClientError as error:
            raise LabelingJobError(
                f"s3://{files.bucket}/{folder}{name} can't be written: {explain(error)}"
            ) from error
    aws.log.info("wrote %s to s3://%s/%s", manifest.summary, files.bucket, folder)
    uri = f"s3://{files.bucket}/{folder}"
    return Written(
        manifest=f"{uri}{_MANIFEST}",
        label_categories=f"{uri}{_LABEL_CATEGORIES}",
        worker_template=f"{uri}{_WORKER_TEMPLATE}",
    )


def read_counts(manifest_uri: str, account: str, aws: Collaborators) -> Counts:
    """Return what was remembered of a run; where that is gone, the counts are `unknown`."""
    bucket, _, key = manifest_uri.removeprefix("s3://").partition("/")
    try:
        answer = aws.s3.get_object(
            Bucket=bucket,
            Key=f"{key.rpartition('/')[0]}/{_COUNTS}",
            ExpectedBucketOwner=account,
        )
        remembered = json.loads(answer["Body"].read())
        return Counts(
            objects=str(remembered["objects"]),
            left_out=str(remembered["left_out"]),
            summary=str(remembered["summary"]),
        )
    except ClientError as error:
        # A job goes on without this file, so an update must too.
        aws.log.warning("the counts beside %s can't be read: %s", manifest_uri, code_of(error))
    except (KeyError, TypeError, ValueError):
        aws.log.warning("the counts beside %s are damaged", manifest_uri)
    return Counts(
        objects="unknown", left_out="unknown", summary=f"see {manifest_uri} for the data objects"
    )
