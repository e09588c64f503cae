"""What may be said of where data objects are and which of them are labeled."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from dataset.limits import MAXIMUM_OBJECTS
from dataset.messages import shown
from ground_truth.validators.names_and_limits import between, length, one_line

_LOCATION: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^/].*/)?|(?!.*://)[^/].*/")
_OBJECT: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.*[^/]|(?!.*://)[^/](.*[^/])?")


def location(value: str) -> str:
    """Check where data objects are: a prefix of the environment's bucket, or `s3://…/`."""
    if not _LOCATION.fullmatch(value):
        raise ValueError(
            "expected a prefix such as Input/ or s3://bucket/prefix/, with a slash at the end,"
            f" got {shown(value)}"
        )
    return _as_resource(value, "a prefix")


def manifest(value: str) -> str:
    """Check where a manifest is: a key of the environment's bucket, or `s3://…`."""
    if not _OBJECT.fullmatch(value):
        raise ValueError(
            "expected a manifest such as manifests/cars.jsonl or s3://bucket/cars.manifest, got"
            f" {shown(value)}"
        )
    return _as_resource(value, "a manifest")


def glob(value: str) -> str:
    """Check a pattern for keys below the prefix, such as `*.jpg` or `2024/**`."""
    one_line(value, longest=256)
    if value.startswith("/") or value.endswith("/"):
        raise ValueError(
            "expected a pattern such as *.jpg or drafts/**, without a slash at its ends, got"
            f" {shown(value)}"
        )
    if value.count("[") != value.count("]"):
        raise ValueError(f"expected a ] for each [ of a pattern, got {shown(value)}")
    for first, last in re.findall(r"\[[^]]*?(.)-(.)[^]]*\]", value):
        if first > last:
            raise ValueError(
                f"expected a range such as [a-z] in a pattern, got {first}-{last} in {shown(value)}"
            )
    return value


def seed(value: int) -> int:
    """Check what gives a sample or an order."""
    return between(value, -(10**17), 10**17, unit="as a seed")


def sample(value: int) -> int:
    """Check how many data objects are chosen."""
    return between(value, 1, MAXIMUM_OBJECTS, unit="data objects")


def column(value: str) -> str:
    """Check the name of a column in the first row of CSV files."""
    return one_line(value, longest=256)


def _as_resource(value: str, what: str) -> str:
    """Check a place that stands in IAM policies, where `*`, `?` and `${}` have a meaning.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html;
    its URI has at most 1,024 characters (botocore: S3Uri).
    """
    for character in value:
        if character in "*?${}" or unicodedata.category(character)[0] == "C":
            raise ValueError(
                f"expected {what} without *, ?, $, braces and control characters, which IAM"
                f" policies read otherwise, got {character!r} in {shown(value)}"
            )
    length(value, longest=900)
    return value
