"""Looks at what the input manifest names in S3, with the rights of the job's role.

https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.ground_truth.answers import image_size
from local.ground_truth.answers.data_kinds import MAXIMUM_PIXELS
from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.answers.point_cloud_frames import count_points
from local.ground_truth.answers.sequence_files import read_sequence
from local.ground_truth.api import automation
from local.ground_truth.api.job_rules import check_cors
from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.cloud import Cloud, Missing, Scope, split_uri
from local.ground_truth.errors import AwsError

#: How many objects are checked. AWS finds what is wrong with others when a worker gets them.
SAMPLE: Final = 100


@dataclass(frozen=True, kw_only=True)
class DataChecks:
    """The checks of one job's data."""

    cloud: Cloud
    scope: Scope
    job: LocalJob

    def check(self, objects: Sequence[DataObject]) -> None:
        """Read sequence files and look at the first objects.

        Denied or Missing, or ValueError if something can't be labeled.
        """
        kind = self.job.labeling.data
        named = [each for each in objects if "source-ref" in each.content]
        if kind.maximum_frames is not None:
            for each in named:
                self._read_sequence(each)
            self._check_prefixes(named)
        # A custom template may show what is elsewhere on the web.
        uris = [uri for each in named for uri in _uris(each) if kind.source or _is_s3(uri)]
        self._check_buckets(uris)
        if kind.is_image:
            for uri in uris[:SAMPLE]:
                self._check_image(uri)
        elif kind.is_point_cloud and kind.maximum_frames is None:
            for each in named[:SAMPLE]:
                each.points = self._count(each)
        else:
            for uri in uris[:SAMPLE]:
                self.cloud.object_size(self.scope, self.job.role, *split_uri(uri))

    def read_reviewed(self, each: DataObject, value: Any) -> Any:
        """Return the labels that are reviewed, from their file if `value` names one."""
        if self.job.labeling.reviewed_type is not None or not isinstance(value, str):
            return value
        body = self._read(value)
        try:
            return list(zlib.decompress(body)) if value.endswith(".zlib") else json.loads(body)
        except (ValueError, zlib.error) as error:
            raise ValueError(
                f"{value} has the labels of data object {each.index}, got {body[:80]!r}: {error}"
            ) from error

    def _read(self, uri: str) -> bytes:
        return self.cloud.read_object(self.scope, self.job.role, *split_uri(uri))

    def _read_sequence(self, each: DataObject) -> None:
        uri = each.content["source-ref"]
        sequence = read_sequence(self._read(uri), uri, self.job.labeling.data)
        each.frames = sequence.frames

    def _check_prefixes(self, objects: Iterable[DataObject]) -> None:
        # https://docs.aws.amazon.com/sagemaker/latest/dg/sms-point-cloud-video-input-data.html
        owners: dict[str, str] = {}
        for each in objects:
            prefix = each.frames[0].uri.removesuffix(each.frames[0].name)
            uri = each.content["source-ref"]
            if owners.setdefault(prefix, uri) != uri:
                raise ValueError(
                    f"each sequence of frames has a prefix of its own, got {prefix} in"
                    f" {owners[prefix]} and {uri}"
                )

    def _check_buckets(self, uris: Iterable[str]) -> None:
        for name in sorted({split_uri(uri)[0] for uri in uris}):
            bucket = self.cloud.bucket(name)
            if bucket is None:
                raise Missing(f"s3://{name}")
            if bucket.region != self.scope.region:
                raise ValueError(
                    f"the bucket of data objects is in the labeling job's Region"
                    f" {self.scope.region}, got {name} in {bucket.region}"
                )
            try:
                check_cors(bucket, f"s3://{name}", self.job.labeling.data.cors)
            except AwsError as error:
                raise ValueError(error.message) from error

    def _check_image(self, uri: str) -> None:
        size = self.cloud.object_size(self.scope, self.job.role, *split_uri(uri))
        limit = self.job.labeling.data.maximum_bytes
        if limit is not None and size > limit:
            raise ValueError(f"an image has at most {limit} bytes, got {size} in {uri}")
        found = image_size.size_of(self._read(uri))
        if found is None:
            return
        width, height = found
        if width * height > MAXIMUM_PIXELS:
            raise ValueError(
                f"an image has at most {MAXIMUM_PIXELS} pixels, got {width} x {height} in {uri}"
            )
        most = automation.maximum_size(self.job)
        if most is not None and (width > most[0] or height > most[1]):
            raise ValueError(
                f"an image has at most {most[0]} x {most[1]} pixels for automated labeling, got"
                f" {width} x {height} in {uri}"
            )

    def _count(self, each: DataObject) -> int | None:
        uri = each.content["source-ref"]
        data_format = each.content["source-ref-metadata"].get("format")
        return count_points(self._read(uri), uri, data_format)


def _uris(each: DataObject) -> list[str]:
    """Return what workers' browsers load: the frames of a sequence, or the object itself."""
    return [frame.uri for frame in each.frames] or [each.content["source-ref"]]


def _is_s3(uri: str) -> bool:
    return uri.startswith("s3://")
