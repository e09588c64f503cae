"""Finds what earlier runs have labeled, so that nobody labels it, and pays for it, twice."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError
from dataset import layout, output_manifest
from dataset.lines import digest_of
from dataset.output_manifest import LONGEST_LINE, LongLineError, OutputManifest
from labeling_job.clients import Clients
from labeling_job.hints import explain
from labeling_job.request import Request

#: Objects of all runs that are remembered, at some 100 bytes each.
_MAXIMUM_LABELED: Final = 1_000_000


def labeled_before(request: Request, aws: Clients) -> frozenset[bytes]:
    """Return the digests of all data objects that have a label of an earlier run.

    A run that goes on is read as it stands. Empty where everything shall be labeled again. Raises
    CustomResourceError if labels can't be read: without them they would be paid twice.
    """
    labeled: set[bytes] = set()
    if request.relabel:
        return frozenset()
    for manifest in earlier_manifests(request, aws):
        before = len(labeled)
        _read(manifest, request, aws, labeled)
        if len(labeled) > _MAXIMUM_LABELED:
            raise CustomResourceError(
                f"expected at most {_MAXIMUM_LABELED} data objects labeled by earlier runs, got "
                "more; label everything again with `relabel: true`, or use another job key"
            )
        aws.log.info("%s has labeled %d objects more", manifest.run, len(labeled) - before)
    return frozenset(labeled)


def earlier_manifests(request: Request, aws: Clients) -> list[OutputManifest]:
    """Return the output manifests of all runs of the job, in the order of their names."""
    try:
        return list(
            output_manifest.find(
                request.output_path, request.name_prefix, account=request.account, s3=aws.s3
            )
        )
    except ClientError as error:
        raise CustomResourceError(
            "the labels of earlier runs under "
            f"{layout.labels_prefix(request.output_path, f'{request.name_prefix}-')} "
            f"can't be listed: {explain(error)}"
        ) from error


def _read(manifest: OutputManifest, request: Request, aws: Clients, labeled: set[bytes]) -> None:
    attribute = str(request.job.get("LabelAttributeName"))
    try:
        for line in output_manifest.read_lines(manifest, account=request.account, s3=aws.s3):
            if aws.clock.now() > aws.clock.deadline:
                raise CustomResourceError(
                    f"time ran out while the labels in {manifest.uri} were read, label everything "
                    "again with `relabel: true`, or use another job key"
                )
            if (found := output_manifest.labeled_object(line, attribute)) is not None:
                labeled.add(digest_of(found))
    except LongLineError as error:
        raise CustomResourceError(
            f"expected lines of at most {LONGEST_LINE} bytes in {manifest.uri}, got a longer one, "
            "label everything again with `relabel: true`"
        ) from error
    except ClientError as error:
        raise CustomResourceError(
            f"the labels in {manifest.uri} can't be read: {explain(error)}; or label everything "
            "again with `relabel: true`"
        ) from error
