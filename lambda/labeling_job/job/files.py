"""The files that a job is started with, and what is remembered of its data objects."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import asdict, dataclass

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.errors import code_of
from dataset.layout import (
    COUNTS,
    INPUT_MANIFEST,
    LABEL_CATEGORIES,
    SKIPPED,
    WORKER_TEMPLATE,
    split_uri,
)
from labeling_job.clients import Clients
from labeling_job.input_properties import NO_JOB
from labeling_job.job.writing import write_lines, write_object
from labeling_job.manifest.manifest import Manifest
from labeling_job.request import Request


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What the deployment shows of a run's data objects."""

    objects: str = "0"
    carried_over: str = "0"
    left_out: str
    summary: str
    #: S3 URI of the list of what can't be labeled, or `none`.
    report_uri: str = NO_JOB

    @property
    def number(self) -> int | None:
        """The lines of the manifest; None where they are unknown."""
        return int(self.objects) if self.objects.isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class Written:
    """Where the files of a run are, as S3 URIs, and what is in them."""

    manifest: str
    #: None where the job has no labels, or no template.
    label_categories: str | None
    worker_template: str | None
    counts: Counts


def write_files(request: Request, manifest: Manifest, aws: Clients) -> Written:
    """Write the files below a prefix made from their content, so that a repetition is harmless."""
    contents = _contents(request, manifest)
    digest = hashlib.sha256(INPUT_MANIFEST.encode() + manifest.lines.sha256)
    for name, content in contents.items():
        digest.update(name.encode() + hashlib.sha256(content).digest())
    folder = f"{request.files.place}{digest.hexdigest()}/"
    uris = {name: f"{folder}{name}" for name in (INPUT_MANIFEST, *contents)}
    counts = Counts(
        objects=str(manifest.objects),
        carried_over=str(manifest.carried_over),
        left_out=str(manifest.skipped.total),
        summary=manifest.summary,
        report_uri=uris.get(SKIPPED, NO_JOB),
    )
    for uri, content in manifest.files.items():
        write_object(uri, content, request.account, aws)
    write_lines(uris[INPUT_MANIFEST], manifest.lines, request.account, aws)
    for name, content in contents.items():
        write_object(uris[name], content, request.account, aws)
    remembered = json.dumps(asdict(counts), ensure_ascii=False).encode()
    write_object(f"{folder}{COUNTS}", remembered, request.account, aws)
    aws.log.info("wrote %s to %s", manifest.summary, folder)
    return Written(
        manifest=uris[INPUT_MANIFEST],
        label_categories=uris.get(LABEL_CATEGORIES),
        worker_template=uris.get(WORKER_TEMPLATE),
        counts=counts,
    )


def read_counts(manifest_uri: str, account: str, aws: Clients) -> Counts:
    """Return what was remembered of a run; where that is gone, the counts are `unknown`."""
    bucket, key = split_uri(manifest_uri)
    try:
        answer = aws.s3.get_object(
            Bucket=bucket,
            Key=f"{key.rpartition('/')[0]}/{COUNTS}",
            ExpectedBucketOwner=account,
        )
        with closing(answer["Body"]) as body:
            remembered = json.loads(body.read())
        return Counts(
            objects=str(remembered["objects"]),
            # Runs of earlier versions carried nothing over.
            carried_over=str(remembered.get("carried_over", 0)),
            left_out=str(remembered["left_out"]),
            summary=str(remembered["summary"]),
            report_uri=str(remembered["report_uri"]),
        )
    except ClientError as error:
        # A job goes on without this file, so an update must too.
        aws.log.warning("the counts beside %s can't be read: %s", manifest_uri, code_of(error))
    except BotoCoreError as error:
        aws.log.warning("the counts beside %s can't be read: %s", manifest_uri, error)
    except (KeyError, TypeError, ValueError):
        aws.log.warning("the counts beside %s are damaged", manifest_uri)
    return Counts(
        objects="unknown",
        carried_over="unknown",
        left_out="unknown",
        summary=f"see {manifest_uri} for the data objects",
        report_uri="unknown",
    )


def _contents(request: Request, manifest: Manifest) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    if request.files.label_categories is not None:
        contents[LABEL_CATEGORIES] = json.dumps(
            request.files.label_categories, ensure_ascii=False, indent=2, sort_keys=True
        ).encode()
    if request.files.worker_template is not None:
        contents[WORKER_TEMPLATE] = request.files.worker_template.encode()
    report = manifest.skipped.report
    if report is not None:
        contents[SKIPPED] = report
    return contents
