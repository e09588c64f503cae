"""A labeling job in its parts: which data objects, what is asked of them, who answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from aws_cdk import aws_s3 as s3

from ground_truth.catalogue.data_kinds import DataKind
from ground_truth.catalogue.task_types import TaskType
from ground_truth.templates.instructions import Instructions
from ground_truth.templates.label_categories import Attribute, Label

if TYPE_CHECKING:
    from ground_truth.templates.custom_template import CustomTemplate


@dataclass(frozen=True, kw_only=True)
class InputManifest:
    """A manifest to take data objects from."""

    uri: str
    #: What the function must be allowed to read; None for one that this environment's jobs write,
    #: since it may read all of theirs.
    arn: str | None = None


@dataclass(frozen=True, kw_only=True)
class InputData:
    """Which data objects are labeled."""

    kind: DataKind
    #: Where they are; in the job's Region.
    bucket: s3.IBucket
    #: Ends with a slash, or is empty for the whole bucket.
    prefix: str
    #: Names the data objects, instead of all that is below the prefix.
    manifest: InputManifest | None = None
    #: Whether a text file is one data object, one per line that is not blank, or one per row of a
    #: CSV file, of which `column` is shown.
    split: Literal["file", "line", "column"] = "file"
    column: str | None = None
    #: Patterns for keys below the prefix.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: How many are chosen by chance, and how many are labeled at most.
    sample: int | None = None
    limit: int | None = None
    order: Literal["listed", "shuffled"] = "listed"
    #: Gives the same sample and order each time.
    seed: int = 0
    #: Whether a deployment fails when there is nothing to label, or goes on without a job.
    when_empty: Literal["fail", "skip"] = "fail"


@dataclass(frozen=True, kw_only=True)
class Previous:
    """The labels that are verified or adjusted; `InputData.manifest` holds them."""

    #: The label attribute that they have.
    attribute: str
    #: The name of the job that makes them, where it is one of the same stack.
    job_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """What workers are asked of each data object."""

    type: TaskType
    #: What workers see in their list of jobs.
    title: str
    description: str
    #: The key of the answers in the output manifest.
    label_attribute: str
    labels: tuple[Label, ...] = ()
    #: For all labels.
    attributes: tuple[Attribute, ...] = ()
    frame_attributes: tuple[Attribute, ...] = ()
    #: One of the task type's annotations.
    annotation: str | None = None
    #: Of all tasks but custom ones, whose template has them.
    instructions: Instructions | None = None
    template: CustomTemplate | None = None
    #: ARNs of a custom task's own functions.
    pre_annotation: str | None = None
    post_annotation: str | None = None
    previous: Previous | None = None


@dataclass(frozen=True, kw_only=True)
class Workers:
    """Who does the tasks and in which time. Times are in seconds."""

    team_name: str
    per_object: int
    task_time_limit: int
    task_availability: int
    max_concurrent_tasks: int | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AutoLabel:
    """Automated labeling: Ground Truth trains a model that labels what it is sure of.

    Training costs what its instances cost
    (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-automated-labeling.html).
    """

    #: Encrypts the volumes of the training instances.
    volume_key_arn: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a job may have besides."""

    auto_label: AutoLabel | None = None
    #: The job ends when so many data objects are labeled by people, or such a part of all.
    maximum_labeled_objects: int | None = None
    maximum_labeled_percentage: int | None = None
    #: What is said of the data (botocore: ContentClassifiers); only what a person declares.
    content_classifiers: tuple[str, ...] = ()
    #: Encrypts the labels instead of the output bucket's key.
    output_key_arn: str | None = None
    #: Raised to start a new run over what no earlier run has labeled.
    revision: int = 1
    #: Whether a change may end a running job, or the deployment fails instead.
    on_change: Literal["replace", "fail"] = "replace"
    #: Whether a new run labels again what earlier runs of the same name prefix have labeled.
    relabel: bool = False
    #: Whether deleting the resource may end a running job, or fails instead.
    stop_on_delete: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)
