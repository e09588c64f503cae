"""A labeling job in the environment file: what may be said of it, and what its task demands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from dataset.messages import shown
from ground_truth.catalogue.data_kinds import CUSTOM_DATA, DataKind
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import CUSTOM, FEWEST_AUTOMATED, TASK_TYPES, TaskType
from ground_truth.config.auto_label import AutoLabel, check_automated
from ground_truth.config.custom_task import (
    check_custom,
    check_function,
    custom_data_kind,
    parsed_template,
)
from ground_truth.config.effects import NOWHERE, Effect
from ground_truth.config.fields import KeyArn, Positive, Seconds, Tags, Text
from ground_truth.config.input import Input
from ground_truth.config.labels import Attributes, Instructions, Label, Labels
from ground_truth.config.review import (
    REVIEWS,
    Reviewed,
    attributes_before,
    check_kept,
    read_reviewed,
)
from ground_truth.config.section import Section, SoFar, ValidationContext, context_of, rule
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits
from ground_truth.validators.messages import described

if TYPE_CHECKING:
    from ground_truth.templates.custom_template import CustomTemplate

_ContentClassifier: TypeAlias = Literal[
    "FreeOfPersonallyIdentifiableInformation", "FreeOfAdultContent"
]
_MISSING: Final = "expected a value, got nothing; add the key"
#: What a job's task follows from.
_TASK: Final = ("verify", "adjust", "task")
#: Where the job's properties have what is asked of workers, and what they are told of labels.
_CONFIG: Final = "Request.HumanTaskConfig"
_LABEL_FILE: Final = "Files.LabelCategories"


class StopWhen(Section):
    """When a job ends before all is labeled."""

    #: When people have labeled this many data objects.
    labeled_objects: Annotated[
        Positive | None,
        Effect("new run", at="Request.StoppingConditions.MaxHumanLabeledObjectCount"),
    ] = None
    #: When people have labeled this share of all data objects, in percent.
    labeled_percentage: Annotated[
        Annotated[int, AfterValidator(names_and_limits.percentage)] | None,
        Effect("new run", at="Request.StoppingConditions.MaxPercentageOfInputDatasetLabeled"),
    ] = None


class Job(Section):
    """A labeling job."""

    #: Whose labels workers judge: a job's key, or a mapping for labels from elsewhere.
    verify: Annotated[Reviewed | None, Effect("new run", at=NOWHERE)] = None
    #: Whose labels workers put right: a job's key, or a mapping for labels from elsewhere.
    adjust: Annotated[Reviewed | None, Effect("new run", at=NOWHERE)] = None
    #: The kind of question; none for a review, whose task is that of the labels.
    task: Annotated[
        str | None,
        Field(validate_default=True, json_schema_extra={"enum": list(TASK_TYPES)}),
        Effect("new run", at=NOWHERE),
    ] = None
    #: What a custom task is about.
    data: Annotated[
        str | None,
        Field(json_schema_extra={"enum": list(CUSTOM_DATA)}),
        Effect("new run", at="Input.Extensions"),
    ] = None
    #: Where the data objects are; a text is short for a prefix.
    input: Annotated[
        Input,
        BeforeValidator(Input.from_text, json_schema_input_type=str | Input),
        Field(validate_default=True),
        Effect("as its keys say"),
    ] = Input()
    #: The tool for video frames.
    annotation: Annotated[str | None, Effect("new run", at=f"{_LABEL_FILE}.annotationType")] = None
    #: What workers choose from, in this order.
    labels: Annotated[Labels, Field(validate_default=True), Effect("new run", at=NOWHERE)] = ()
    #: What is asked of each object, whatever its label.
    attributes: Annotated[
        Attributes, Effect("new run", at=f"{_LABEL_FILE}.categoryGlobalAttributes")
    ] = ()
    #: What is asked of each frame.
    frame_attributes: Annotated[
        Attributes, Effect("new run", at=f"{_LABEL_FILE}.frameAttributes")
    ] = ()
    #: Heads the job in the workers' list.
    title: Annotated[
        Text,
        AfterValidator(names_and_limits.task_title),
        Effect("new run", at=f"{_CONFIG}.TaskTitle"),
    ]
    #: Says in one line what is to be done.
    description: Annotated[
        Text,
        AfterValidator(names_and_limits.task_description),
        Effect("new run", at=f"{_CONFIG}.TaskDescription"),
    ]
    #: How to decide; not for custom tasks, whose template says it.
    instructions: Annotated[
        Instructions | None, Field(validate_default=True), Effect("new run", at=NOWHERE)
    ] = None
    #: The function that prepares what a custom task shows: an ARN, or a folder with a `handler.py`.
    pre_annotation: Annotated[
        str | None,
        Effect("new run", "pre-annotation function", at=f"{_CONFIG}.PreHumanTaskLambdaArn"),
    ] = None
    #: The function that makes one label of a custom task's answers: an ARN, or such a folder.
    post_annotation: Annotated[
        str | None,
        Effect(
            "new run", "post-annotation function", at=f"{_CONFIG}.AnnotationConsolidationConfig"
        ),
    ] = None
    #: The page of a custom task; a path in this repository, from the folder of `environments/`.
    template: Annotated[str | None, Field(validate_default=True), Effect("new run", at=NOWHERE)] = (
        None
    )
    #: A key of `workforce.teams`.
    team: Annotated[str, Effect("new run", at=f"{_CONFIG}.WorkteamArn")]
    #: How many people label each data object; no more than the team has.
    workers_per_object: Annotated[
        int,
        AfterValidator(names_and_limits.workers_per_object),
        Effect("new run", at=f"{_CONFIG}.NumberOfHumanWorkersPerDataObject"),
    ] = 1
    #: How long a worker may take for one task.
    task_time_limit: Annotated[
        Seconds, Effect("new run", at=f"{_CONFIG}.TaskTimeLimitInSeconds")
    ] = 300
    #: How long tasks wait for an answer.
    task_availability: Annotated[
        Seconds,
        AfterValidator(names_and_limits.task_availability),
        Effect("new run", at=f"{_CONFIG}.TaskAvailabilityLifetimeInSeconds"),
    ] = 864_000
    #: What the labels are called in the output manifest; without it the job's key. Ends with `-ref`
    #: where the task demands it.
    label_attribute: Annotated[str, Effect("new run", at="Request.LabelAttributeName")]
    #: How many tasks are handed out at a time; without it, 1,000.
    max_concurrent_tasks: Annotated[
        Annotated[int, AfterValidator(names_and_limits.max_concurrent_tasks)] | None,
        Effect("new run", "most concurrent tasks", at=f"{_CONFIG}.MaxConcurrentTaskCount"),
    ] = None
    #: Words by which workers find the job.
    keywords: Annotated[
        tuple[Text, ...],
        AfterValidator(names_and_limits.keywords),
        Effect("new run", at=f"{_CONFIG}.TaskKeywords"),
    ] = ()
    #: When the job ends before all is labeled.
    stop_when: Annotated[
        StopWhen, Effect("as its keys say", "stop_when", at="Request.StoppingConditions")
    ] = StopWhen()
    #: Ground Truth trains a model that labels what it is sure of; `true` is short for no settings.
    auto_label: Annotated[
        AutoLabel | None,
        BeforeValidator(AutoLabel.from_text, json_schema_input_type=bool | AutoLabel | None),
        Effect("new run", "auto_label", at="Request.LabelingJobAlgorithmsConfig"),
    ] = None
    #: What you declare of the data.
    content_classifiers: Annotated[
        tuple[_ContentClassifier, ...], Effect("new run", at="Request.InputConfig")
    ] = ()
    #: Encrypts the labels instead of the environment's key.
    output_key: Annotated[
        KeyArn | None,
        Effect("new run", "key of the labels", at="Request.OutputConfig.KmsKeyId"),
    ] = None
    #: Raised to start a new run over what no earlier run has labeled.
    revision: Annotated[Positive, Effect("new run")] = 1
    #: Whether a change may end a running job; without one, the environment says so.
    on_change: Annotated[Literal["replace", "fail"] | None, Effect("in place", "on_change")] = None
    #: Whether objects that earlier runs have labeled are labeled, and paid, again.
    relabel: Annotated[bool, Effect("in place")] = False
    #: Whether a running job may be ended by taking it out of the file, or by `cdk destroy`.
    stop_on_delete: Annotated[bool, Effect("in place", "stop_on_delete")] = True
    #: Put on the job, besides the environment's.
    tags: Annotated[Tags, Effect("in place", "tag")] = Field(default_factory=dict)

    @property
    def reviewed(self) -> Reviewed | None:
        """The labels that are reviewed."""
        return self.verify or self.adjust

    @property
    def reviewed_job(self) -> str | None:
        """The key of the job whose labels are reviewed, where it is one of the same file."""
        return None if self.reviewed is None else self.reviewed.job

    @property
    def only_shows(self) -> bool:
        """Whether workers see what the reviewed job says of objects, and can't change it."""
        return self.verify is not None and self.verify.job is not None

    @property
    def task_type(self) -> TaskType:
        """The catalogue's entry."""
        found = _task_type(dict(self))
        if found is None:
            raise ValueError(f"expected a job that was checked, got the task {self.task!r}")
        return found

    @property
    def data_kind(self) -> DataKind:
        """What a data object is."""
        task_type = self.task_type
        return custom_data_kind(self.input, self.data) if task_type is CUSTOM else task_type.data

    @property
    def when_empty(self) -> Literal["fail", "skip"]:
        """What happens when there is nothing to label.

        A job that waits for another one's labels doesn't fail the deployment that starts both.
        """
        return self.input.when_empty or ("fail" if self.reviewed_job is None else "skip")

    def custom_template(self, root: Path) -> CustomTemplate | None:
        """Return the parsed template, None for all but custom tasks."""
        if self.template is None:
            return None
        is_prepared = self.pre_annotation is not None
        return parsed_template(root, self.template, self.input, self.data, is_prepared=is_prepared)

    @field_validator("verify", mode="before", json_schema_input_type=str | Reviewed | None)
    @classmethod
    def _verify_is_read(cls, value: object, info: ValidationInfo) -> object:
        return read_reviewed(value, context_of(info).jobs, "verify")

    @rule("adjust", needs=("verify",), mode="before", json_schema_input_type=str | Reviewed | None)
    def _adjust_is_read(cls, value: object, so_far: SoFar) -> object:
        if value is not None and so_far.get("verify") is not None:
            raise ValueError("expected either `verify` or `adjust`, got both")
        return read_reviewed(value, so_far.context.jobs, "adjust")

    @field_validator("verify", "adjust")
    @classmethod
    def _is_known_in_region(cls, value: Reviewed | None, info: ValidationInfo) -> Reviewed | None:
        if value is not None:
            _interface_is_known(TASK_TYPES[value.task], context_of(info))
        return value

    @rule("task", needs=("verify", "adjust"))
    def _task_is_known(cls, value: str | None, so_far: SoFar) -> str | None:
        is_review = any(review not in so_far or so_far[review] for review in REVIEWS)
        if is_review:
            if value is not None:
                raise ValueError(
                    "expected no task beside `verify` or `adjust`, since it is that of the labels,"
                    f" got {shown(value)}"
                )
            return None
        if value is None:
            raise ValueError(_MISSING)
        if value not in TASK_TYPES:
            raise ValueError(f"expected one of {', '.join(TASK_TYPES)}, got {shown(value)}")
        _interface_is_known(TASK_TYPES[value], so_far.context)
        return value

    @rule("data", needs=_TASK)
    def _data_is_known(cls, value: str | None, so_far: SoFar) -> str | None:
        check_custom(_task_type(so_far), f"`data` {shown(value)}")
        if value not in CUSTOM_DATA:
            raise ValueError(f"expected one of {', '.join(CUSTOM_DATA)}, got {shown(value)}")
        return value

    @rule("input", needs=(*_TASK, "data"))
    def _input_fits_task(cls, value: Input, so_far: SoFar) -> Input:
        task_type = _task_type(so_far)
        if task_type is None or "data" not in so_far:
            return value
        reviewed = _reviewed(so_far)
        if reviewed is not None:
            value.check_count(1, task_type.maximum_objects, described(task_type))
            return value.for_review(of_job=reviewed.job is not None)
        if task_type is CUSTOM and value.manifest is None and so_far["data"] is None:
            raise ValueError(
                f"expected `data`, one of {', '.join(CUSTOM_DATA)}, for a custom task without a"
                " manifest, got nothing; add the key"
            )
        value.check_count(1, task_type.maximum_objects, described(task_type))
        is_custom = task_type is CUSTOM
        return value.for_data(
            custom_data_kind(value, so_far["data"]) if is_custom else task_type.data
        )

    @rule("annotation", needs=_TASK)
    def _annotation_fits_task(cls, value: str | None, so_far: SoFar) -> str | None:
        task_type = _task_type(so_far)
        if value is not None and task_type is not None and value not in task_type.annotations:
            expected = ", ".join(task_type.annotations)
            raise ValueError(
                f"expected {f'one of {expected}' if expected else 'no annotation'} for"
                f" {described(task_type)}, got {shown(value)}"
            )
        return value

    @rule("labels", needs=_TASK)
    def _labels_fit_task(cls, value: tuple[Label, ...], so_far: SoFar) -> tuple[Label, ...]:
        task_type = _task_type(so_far)
        if task_type is None:
            return value
        if not value and task_type.minimum_labels > 0:
            raise ValueError(_MISSING)
        label_validators.labels(value, task_type)
        reviewed = _reviewed(so_far)
        if reviewed is not None and reviewed.job is not None:
            names = [label.name for label in value]
            check_kept(names, so_far.context.jobs, reviewed.job, task_type)
        return value

    @rule("attributes", needs=(*_TASK, "labels"))
    def _attributes_fit_task(cls, value: Attributes, so_far: SoFar) -> Attributes:
        task_type = _task_type(so_far)
        if task_type is not None and "labels" in so_far:
            label_validators.attributes(value, so_far["labels"], task_type)
        return value

    @rule("frame_attributes", needs=_TASK)
    def _frame_attributes_fit_task(cls, value: Attributes, so_far: SoFar) -> Attributes:
        task_type = _task_type(so_far)
        if task_type is not None:
            label_validators.frame_attributes(value, task_type)
        return value

    @rule("instructions", needs=_TASK)
    def _instructions_fit_task(
        cls, value: Instructions | None, so_far: SoFar
    ) -> Instructions | None:
        task_type = _task_type(so_far)
        if task_type is CUSTOM and value is not None:
            raise ValueError(
                "expected no instructions for a custom task, whose template holds them, got some"
            )
        if task_type is not None and task_type is not CUSTOM:
            if value is None:
                raise ValueError(_MISSING)
            label_validators.instructions(value, task_type)
        return value

    @rule("pre_annotation", "post_annotation", needs=_TASK)
    def _function_is_there(cls, value: str | None, so_far: SoFar) -> str | None:
        if value is None:
            return None
        check_custom(_task_type(so_far), f"a custom function {shown(value)}")
        return check_function(value, so_far.context)

    @rule("template", needs=(*_TASK, "data", "input", "pre_annotation"))
    def _template_is_right(cls, value: str | None, so_far: SoFar) -> str | None:
        task_type = _task_type(so_far)
        if value is None:
            if task_type is CUSTOM:
                raise ValueError(_MISSING)
            return None
        check_custom(_task_type(so_far), f"a template {shown(value)}")
        if {"data", "input", "pre_annotation"} <= so_far.keys():
            is_prepared = so_far["pre_annotation"] is not None
            root = so_far.context.root
            parsed_template(root, value, so_far["input"], so_far["data"], is_prepared=is_prepared)
        return value

    @rule("task_time_limit", needs=_TASK)
    def _time_fits_task(cls, value: int, so_far: SoFar) -> int:
        task_type = _task_type(so_far)
        return value if task_type is None else names_and_limits.task_time_limit(value, task_type)

    @rule("label_attribute", needs=_TASK)
    def _attribute_fits_task(cls, value: str, so_far: SoFar) -> str:
        task_type = _task_type(so_far)
        if task_type is None:
            return value
        attribute = names_and_limits.label_attribute(value, task_type)
        reviewed = _reviewed(so_far)
        if reviewed is not None and attribute in attributes_before(so_far.context.jobs, reviewed):
            raise ValueError(
                "expected another name than that of the labels that are reviewed, got"
                f" {shown(attribute)}"
            )
        return attribute

    @field_validator("team")
    @classmethod
    def _team_exists(cls, value: str, info: ValidationInfo) -> str:
        sizes = context_of(info).team_sizes
        if sizes is not None and value not in sizes:
            raise ValueError(
                f"expected one of the teams in workforce.teams ({', '.join(sizes) or 'none'}),"
                f" got {shown(value)}"
            )
        return value

    @rule("workers_per_object", needs=("team",))
    def _team_is_large_enough(cls, value: int, so_far: SoFar) -> int:
        size = (so_far.context.team_sizes or {}).get(so_far.get("team", ""))
        if size is not None and value > size:
            raise ValueError(
                f"expected at most {size}, the number of workers in team {so_far['team']},"
                f" got {value}; the job would wait for ever"
            )
        return value

    @rule("auto_label", needs=(*_TASK, "labels", "input"))
    def _can_be_automated(cls, value: AutoLabel | None, so_far: SoFar) -> AutoLabel | None:
        task_type = _task_type(so_far)
        if value is None or task_type is None:
            return value
        check_automated(task_type, so_far.context.region)
        if "labels" in so_far:
            label_validators.automated(so_far["labels"], task_type)
        if "input" in so_far:
            what = f"{described(task_type)} with automated labeling"
            so_far["input"].check_count(FEWEST_AUTOMATED, task_type.maximum_objects, what)
        return value

    @field_validator("output_key")
    @classmethod
    def _key_is_near(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else names_and_limits.of_region(value, context_of(info).region)

    @field_validator("tags")
    @classmethod
    def _tags_fit_together(
        cls, value: Mapping[str, str], info: ValidationInfo
    ) -> Mapping[str, str]:
        names_and_limits.number_of_tags({**context_of(info).tags, **value})
        return value


def _interface_is_known(task_type: TaskType, context: ValidationContext) -> None:
    region = REGIONS.get(context.region)
    if task_type.interface and region and region.interface_account is None:
        raise ValueError(
            "expected a Region for which a public document names the user interface of"
            f" {task_type.name}, got {context.region}"
        )


def _reviewed(data: Mapping[str, Any]) -> Reviewed | None:
    found: Reviewed | None = data.get("verify") or data.get("adjust")
    return found


def _task_type(data: Mapping[str, Any]) -> TaskType | None:
    """Return the task of a job of which these fields are right so far, None if it isn't."""
    for review in REVIEWS:
        reviewed: Reviewed | None = data.get(review)
        if reviewed is not None:
            return reviewed.task_type(review)
    return TASK_TYPES.get(data.get("task") or "")
