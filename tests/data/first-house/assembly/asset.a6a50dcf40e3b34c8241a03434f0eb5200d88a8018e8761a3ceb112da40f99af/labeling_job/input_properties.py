"""Which objects are labeled, as types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

from custom_resource import properties as read
from custom_resource.errors import CustomResourceError
from labeling_job.globs import matcher

#: How data objects come into the manifest.
Kind = Literal["text", "object", "frames", "point-cloud", "point-cloud-sequence", "any"]
Split = Literal["file", "line", "column"]
Order = Literal["listed", "shuffled"]

#: What a resource has instead of a job that it did not start, and of the places of its files.
NO_JOB: Final = "none"
#: Characters of one attribute
#: (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-input-data-input-manifest.html).
MAXIMUM_VALUE: Final = 20_000

_WHERE: Final = "ResourceProperties.Input"
#: The others need what only a person knows.
_LISTED: Final = ("text", "object", "frames")
_MANIFEST_URI: Final = re.compile(r"s3://[^/]+/.+", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Input:
    """Where data objects come from, what they must be, and which of them are chosen."""

    kind: Kind
    bucket: str
    #: Empty, or ends with a slash.
    prefix: str
    #: Names the data objects, which are below the prefix, instead of a listing.
    manifest_uri: str | None
    #: Lower case, such as `.txt`; empty allows all. For frames those of the frames.
    extensions: tuple[str, ...]
    split: Split
    #: Of CSV files, where each row is a data object.
    column: str | None
    #: Patterns for what follows the prefix in keys.
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    #: How many are chosen by hash, and how many are labeled at most.
    sample: int | None
    limit: int | None
    order: Order
    seed: int
    minimum_objects: int | None
    #: Of what is left after sample and limit.
    maximum_objects: int
    #: Unicode characters of one text.
    maximum_characters: int
    #: Of one object of a listing.
    maximum_bytes: int | None
    #: Of one sequence.
    maximum_frames: int | None
    when_empty: Literal["fail", "skip"]
    #: What every line of an own manifest must have.
    required_names: tuple[str, ...]
    #: The label attribute of what is verified or adjusted.
    previous_attribute: str | None
    #: The job that writes the manifest, or `none`.
    previous_job: str | None

    @property
    def place(self) -> str:
        """Where the data objects are, as an S3 URI."""
        return f"s3://{self.bucket}/{self.prefix}"

    @property
    def origin(self) -> str:
        """What says which data objects there are: `under s3://…/` or `in s3://…`."""
        return f"under {self.place}" if self.manifest_uri is None else f"in {self.manifest_uri}"


def read_input(properties: Mapping[str, Any]) -> Input:
    """Return the properties as types; raises CustomResourceError that names what is wrong."""
    prefix = read.text(properties, "Prefix", _WHERE, empty=True)
    if prefix and not prefix.endswith("/"):
        raise CustomResourceError(
            f"expected a prefix that ends with '/', got {prefix!r} in {_WHERE}.Prefix"
        )
    kind = read.choice(properties, "Kind", _WHERE, get_args(Kind))
    manifest_uri = _manifest_uri(properties)
    split = _split(properties, kind, listed=manifest_uri is None)
    extensions = properties.get("Extensions")
    if extensions is None:
        raise CustomResourceError(f"expected a list of endings, got None in {_WHERE}.Extensions")
    return Input(
        kind=cast("Kind", kind),
        bucket=read.text(properties, "Bucket", _WHERE),
        prefix=prefix,
        manifest_uri=manifest_uri,
        extensions=tuple(
            ending.lower()
            for ending in read.texts(properties, "Extensions", _WHERE, what="endings")
        ),
        split=split,
        column=read.text(properties, "Column", _WHERE) if split == "column" else None,
        include=_globs(properties, "Include"),
        exclude=_globs(properties, "Exclude"),
        sample=read.optional_number(properties, "Sample", _WHERE),
        limit=read.optional_number(properties, "Limit", _WHERE),
        order=cast(
            "Order",
            read.choice(
                {"Order": "listed", **_given(properties)}, "Order", _WHERE, get_args(Order)
            ),
        ),
        seed=_seed(properties),
        minimum_objects=read.optional_number(properties, "MinimumObjects", _WHERE),
        maximum_objects=read.number(properties, "MaximumObjects", _WHERE),
        maximum_characters=read.optional_number(properties, "MaximumCharacters", _WHERE)
        or MAXIMUM_VALUE,
        maximum_bytes=read.optional_number(properties, "MaximumBytes", _WHERE),
        maximum_frames=read.optional_number(properties, "MaximumFrames", _WHERE),
        when_empty=read.choice(properties, "WhenEmpty", _WHERE, ("fail", "skip")),
        required_names=read.texts(properties, "RequiredNames", _WHERE, what="names"),
        previous_attribute=read.optional_text(properties, "PreviousAttribute", _WHERE),
        previous_job=read.optional_text(properties, "PreviousJob", _WHERE),
    )


def _manifest_uri(properties: Mapping[str, Any]) -> str | None:
    value = read.optional_text(properties, "ManifestUri", _WHERE)
    if value is None:
        names = ("RequiredNames", "PreviousAttribute", "PreviousJob")
        read.absent(properties, names, _WHERE, "without a ManifestUri")
        return None
    # A resource without a job has no output manifest either.
    if not _MANIFEST_URI.fullmatch(value) and (value, properties.get("PreviousJob")) != (
        NO_JOB,
        NO_JOB,
    ):
        raise CustomResourceError(
            f"expected a manifest such as s3://bucket/key, got {value!r} in {_WHERE}.ManifestUri"
        )
    read.absent(properties, ("Include", "Exclude"), _WHERE, "beside a ManifestUri")
    return value


def _split(properties: Mapping[str, Any], kind: str, *, listed: bool) -> Split:
    """Return how texts become data objects; a file where nothing is split."""
    if listed and kind not in _LISTED:
        raise CustomResourceError(
            f"expected a ManifestUri for the kind {kind!r}, got none in {_WHERE}.ManifestUri"
        )
    if not listed or kind != "text":
        read.absent(properties, ("Split", "Column"), _WHERE, "but for texts of a listing")
        return "file"
    split = read.choice(properties, "Split", _WHERE, get_args(Split))
    if split != "column":
        read.absent(properties, ("Column",), _WHERE, "without the Split column")
    return cast("Split", split)


def _globs(properties: Mapping[str, Any], name: str) -> tuple[str, ...]:
    globs = read.texts(properties, name, _WHERE, what="patterns")
    for glob in globs:
        try:
            matcher((glob,))
        except re.error as error:
            raise CustomResourceError(
                f"expected a pattern such as *.jpg, got {glob!r} in {_WHERE}.{name}: {error}"
            ) from error
    return globs


def _seed(properties: Mapping[str, Any]) -> int:
    value = _given(properties).get("Seed", 0)
    if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
        raise CustomResourceError(f"expected a number, got {value!r} in {_WHERE}.Seed")
    return int(str(value))


def _given(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
