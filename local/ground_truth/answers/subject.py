"""What an answer is about, and the label that many answers become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.ground_truth.answers.label_files import LabelFile
from local.ground_truth.answers.sequence_files import Frame


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A data object together with what its job says of all of them."""

    index: int
    #: The manifest's line.
    content: Mapping[str, Any]
    label_file: LabelFile
    #: The frames of a sequence.
    frames: tuple[Frame, ...] = ()
    #: How many points a point cloud has, if its format tells.
    points: int | None = None
    #: The labels of an earlier job that are reviewed, as its output has them.
    previous: Any = None
    #: How many workers label each object.
    workers: int
    #: Where the raw answers are; None where nobody has answered.
    responses_uri: str | None = None
    job_name: str
    #: The job's folder in the output bucket, as an S3 URI without a slash at its end.
    folder: str
    #: When the label was made, without a time zone.
    created: str
    #: Whether people labeled it.
    human: bool = True
    #: Whether the class of a text is a text, not a number.
    has_classes_as_texts: bool = False

    @property
    def labels(self) -> list[str]:
        """The names of the labels."""
        return self.label_file.names

    @property
    def origin(self) -> dict[str, str]:
        """The metadata that all built-in types have.

        https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
        """
        return {
            "job-name": f"labeling-job/{self.job_name}",
            "human-annotated": "yes" if self.human else "no",
            "creation-date": self.created,
        }

    def path(self, name: str) -> str:
        """Return the place, below the job's folder, of a file that is this object's label."""
        return f"annotations/consolidated-annotation/output/{self.index}/{name}"

    def confidence(self, share: float) -> float:
        """Return the confidence in what `share` of the workers say: 0 with one for each object."""
        return 0.0 if self.workers == 1 else round(share, 2)


@dataclass(frozen=True, kw_only=True)
class Consolidated:
    """The label of an object: what the output manifest adds to its line, and files beside it."""

    value: Any
    metadata: Mapping[str, Any]
    #: Path below the job's folder → content.
    files: Mapping[str, bytes] = field(default_factory=dict)


def only_member(answer: Mapping[str, Any], name: str, members: str) -> Mapping[str, Any]:
    """Return what a crowd element of that `name` says; ValueError if it says nothing.

    `members` shows, for the message, what it says.
    """
    content = answer.get(name)
    if not isinstance(content, Mapping):
        raise ValueError(
            f"an answer is {{'{name}': {members}}}, got {str(dict(answer))[:300]}; send one like it"
        )
    return content
