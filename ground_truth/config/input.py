"""Where a job's data objects are and which of them are labeled, in the environment file."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator

from ground_truth.catalogue.data_kinds import DataKind
from ground_truth.config.effects import Effect
from ground_truth.config.fields import Text
from ground_truth.config.section import Section
from ground_truth.validators import inputs as input_validators

_Globs: TypeAlias = tuple[Annotated[str, AfterValidator(input_validators.glob)], ...]
_Count: TypeAlias = Annotated[int, AfterValidator(input_validators.sample)]

#: What a manifest line says of the part of a file that it shows.
_NAMES_OF_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "file": (),
    "line": ("line",),
    "column": ("row",),
}


class Input(Section):
    """A prefix, or a manifest and where the objects that it names are; and what is chosen."""

    #: In the environment's input bucket, or `s3://bucket/prefix/`.
    prefix: Annotated[
        Annotated[str, AfterValidator(input_validators.location)] | None,
        Effect("new run", "input"),
    ] = None
    #: Your own manifest instead of all that is below the prefix, which its objects must be below.
    manifest: Annotated[
        Annotated[str, AfterValidator(input_validators.manifest)] | None,
        Effect("new run", "input manifest", at="Input.ManifestUri"),
    ] = None
    #: Whether a text file is one data object or one per line that is not blank.
    split: Annotated[Literal["file", "line"] | None, Effect("new run")] = None
    #: A column of CSV files; each row is a data object.
    column: Annotated[
        Annotated[Text, AfterValidator(input_validators.column)] | None, Effect("new run")
    ] = None
    #: Patterns of names below the prefix, one of which an object must fit.
    include: Annotated[_Globs, Effect("new run")] = ()
    #: Patterns of names below the prefix that leave objects out.
    exclude: Annotated[_Globs, Effect("new run")] = ()
    #: This many data objects, chosen by chance.
    sample: Annotated[_Count | None, Effect("new run")] = None
    #: At most this many data objects, the first of the order.
    limit: Annotated[_Count | None, Effect("new run")] = None
    #: In the order of their names, or mixed by chance, the same way each time.
    order: Annotated[Literal["listed", "shuffled"], Effect("new run")] = "listed"
    #: Another number gives another sample and another order, where one of them is by chance.
    seed: Annotated[int, AfterValidator(input_validators.seed), Effect("new run")] = 0
    #: Whether a deployment fails when there is nothing to label, or goes on without a job.
    when_empty: Annotated[Literal["fail", "skip"] | None, Effect("in place", "when_empty")] = None

    @staticmethod
    def from_text(value: object) -> object:
        """Read `input: Input/`, which is short for a prefix."""
        return {"prefix": value} if isinstance(value, str) else value

    @property
    def splitting(self) -> Literal["file", "line", "column"]:
        """How texts become data objects."""
        return "column" if self.column is not None else self.split or "file"

    def for_data(self, kind: DataKind) -> Input:
        """Check against what is labeled."""
        if self.manifest is None and kind.input_kind.startswith("point-cloud"):
            raise ValueError(
                f"expected a `manifest` for a {kind.name}, because only you know the poses and time"
                " stamps in it, got none"
            )
        if self.manifest is None and self.prefix is None:
            raise ValueError(
                "expected a prefix such as Input/, or a mapping with `prefix` or `manifest`, got"
                " neither"
            )
        if kind.input_kind != "text" or self.manifest is not None:
            self._has_none("split", "column", why="texts below a prefix")
        if self.split is not None and self.column is not None:
            raise ValueError("expected either `split` or `column`, got both")
        if self.manifest is not None:
            self._has_none("include", "exclude", why="objects below a prefix")
        return self

    def for_review(self, *, of_job: bool) -> Input:
        """Check against labels that are verified or adjusted, which tell the objects themselves."""
        taken = ("prefix", "manifest") if of_job else ("manifest",)
        self._has_none(*taken, why="jobs that label, since `verify` and `adjust` name the objects")
        self._has_none("split", "column", "include", "exclude", why="objects below a prefix")
        return self

    def check_count(self, fewest: int, most: int, what: str) -> None:
        """Check that as many data objects may be chosen as the task allows; raises ValueError."""
        given = [number for number in (self.sample, self.limit) if number is not None]
        if given and not fewest <= min(given) <= most:
            raise ValueError(
                f"expected a `sample` or `limit` of {fewest:,} to {most:,} data objects for {what},"
                f" got {min(given):,}"
            )

    def names_in_manifest(self, kind: DataKind) -> frozenset[str] | None:
        """Return the names that manifest lines will have, None where only the deployment knows."""
        if self.manifest is not None:
            return None
        if kind.input_kind == "text":
            return frozenset({"source", "object", *_NAMES_OF_PARTS[self.splitting]})
        return frozenset({"source-ref"})

    def _has_none(self, *names: str, why: str) -> None:
        for name in names:
            if getattr(self, name):
                raise ValueError(f"expected `{name}` only for {why}, got {getattr(self, name)!r}")


def place(location: str) -> tuple[str | None, str]:
    """Return bucket and key of a location; no bucket for the environment's own."""
    if not location.startswith("s3://"):
        return None, location
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key
