"""Jobs that review the labels of others: whose labels, and what they take over from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema

from dataset.messages import shown
from ground_truth.catalogue.task_types import TASK_TYPES, TaskType
from ground_truth.config.effects import NOWHERE, Effect
from ground_truth.config.section import Section
from ground_truth.validators import inputs as input_validators
from ground_truth.validators import names_and_limits

Review = Literal["verify", "adjust"]
REVIEWS: tuple[Review, ...] = ("verify", "adjust")


class Reviewed(Section):
    """The labels that are verified or adjusted: of another job here, or in an output manifest."""

    #: A key of `jobs`; in the file it stands alone, without a mapping.
    job: Annotated[
        SkipJsonSchema[str | None], Effect("new run", "reviewed job", at="Input.PreviousJob")
    ] = None
    #: The output manifest with the labels, such as s3://bucket/key.
    manifest: Annotated[
        Annotated[str, AfterValidator(input_validators.manifest)] | None,
        Effect("new run", "input manifest", at="Input.ManifestUri"),
    ] = None
    #: The task that made the labels.
    task: Annotated[
        str,
        Field(
            json_schema_extra={
                "enum": [name for name, each in TASK_TYPES.items() if each.adjustment is not None]
            }
        ),
        Effect("new run", at=NOWHERE),
    ]
    #: The label attribute of what is in the manifest.
    label_attribute: Annotated[
        str | None,
        Effect("new run", "label attribute of the reviewed labels", at="Input.PreviousAttribute"),
    ] = None

    def task_type(self, review: Review) -> TaskType | None:
        """Return the catalogue's entry, None where the task has no such review."""
        found = TASK_TYPES.get(self.task)
        if found is None:
            return None
        return found.verification if review == "verify" else found.adjustment


def read_reviewed(value: object, jobs: Mapping[str, Any], review: Review) -> object:
    """Turn the key of a job into what is known of that job, and check what it leads to.

    `jobs` is the file's, as it is written, right or wrong. Raises ValueError.
    """
    if isinstance(value, str):
        value = _of_job(value, jobs)
    elif isinstance(value, Reviewed):  # made in Python
        value = value.model_dump()
    elif isinstance(value, Mapping):
        if value.get("job") is not None:
            raise ValueError(
                f"expected `{review}: {value['job']}` for a job of this file, got `job` in a"
                " mapping"
            )
        for name in ("manifest", "task", "label_attribute"):
            if value.get(name) is None:
                raise ValueError(
                    "expected the key of a job, or a mapping with `manifest`, `task` and"
                    f" `label_attribute`, got one without `{name}`"
                )
    else:
        return value
    allowed = [name for name, each in TASK_TYPES.items() if each.adjustment is not None]
    if value["task"] not in allowed:
        raise ValueError(
            f"expected labels of {', '.join(allowed)}, which can be reviewed with `{review}`, got"
            f" those of {shown(value['task'])}"
        )
    given = value.get("label_attribute")
    if given is not None and given != names_and_limits.label_attribute(
        given, TASK_TYPES[value["task"]]
    ):
        raise ValueError(
            f"expected a label attribute that ends with '-ref', as all of {value['task']} do, got"
            f" {shown(given)}"
        )
    return value


def complete(jobs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file's jobs with what a job has from its key or from the job that it reviews.

    `jobs` is the file's, as it is written, right or wrong.
    """
    completed = {}
    for key, job in jobs.items():
        if not isinstance(job, Mapping):
            completed[key] = job
            continue
        taken = {"label_attribute": key} | {
            name: inherited(jobs, key, name) for name in ("labels", "annotation")
        }
        given = {
            name: value for name, value in job.items() if value is not None or name not in taken
        }
        completed[key] = {name: value for name, value in taken.items() if value is not None} | given
    return completed


def inherited(jobs: Mapping[str, Any], key: str, name: str) -> Any:
    """Return what stands in the file under `name` for the job, or for the one whose labels it has.

    For the labels of verdicts nothing is inherited: they are questions of their own.
    """
    job = _mapping(jobs.get(key))
    if job.get(name) is not None:
        return job[name]
    source = _source(job)
    if source is None or _gives_verdicts(jobs, key) or named_task(jobs, key) is None:
        return None
    return inherited(jobs, source, name)


def check_kept(
    labels: list[str], jobs: Mapping[str, Any], reviewed: str, task_type: TaskType
) -> None:
    """Check that a review knows all labels that there are; it may add some of its own.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html
    """
    before = inherited(jobs, reviewed, "labels")
    if task_type.choices_are_verdicts or not isinstance(before, list):
        return
    names = [each.get("name") if isinstance(each, Mapping) else each for each in before]
    missing = [name for name in names if name not in labels]
    if missing:
        raise ValueError(
            f"expected all labels of the job {reviewed}, and others behind them if you like, got"
            f" none that is {shown(missing[0])}"
        )


def attributes_before(jobs: Mapping[str, Any], reviewed: Reviewed) -> Iterator[str]:
    """Yield the label attributes that the reviewed lines have, the latest first.

    Those that break a rule are left out: they are named where they stand.
    """
    if reviewed.label_attribute is not None:
        yield reviewed.label_attribute
    key = reviewed.job
    while key is not None:
        job = _mapping(jobs.get(key))
        try:
            name = str(job.get("label_attribute") or key)
            is_verdict = _gives_verdicts(jobs, key)
            yield (
                name
                if is_verdict
                else names_and_limits.label_attribute(name, TASK_TYPES[reviewed.task])
            )
        except ValueError:
            pass
        for review in REVIEWS:
            if isinstance(job.get(review), Mapping):
                yield str(job[review].get("label_attribute"))
        key = _source(job)


def named_task(jobs: Mapping[str, Any], key: str, before: tuple[str, ...] = ()) -> str | None:
    """Return the task whose labels the job has, as it is written; None if it leads nowhere."""
    if key in before:
        return None
    job = _mapping(jobs.get(key))
    source = _source(job)
    if source is not None:
        return named_task(jobs, source, (*before, key))
    for review in REVIEWS:
        if isinstance(job.get(review), Mapping):
            return str(job[review].get("task"))
    return str(job.get("task"))


def _of_job(key: str, jobs: Mapping[str, Any]) -> dict[str, Any]:
    if key not in jobs:
        raise ValueError(
            f"expected one of the jobs ({', '.join(jobs)}), or a mapping with `manifest`, `task`"
            f" and `label_attribute`, got {shown(key)}"
        )
    task = named_task(jobs, key)
    if task is None:
        raise ValueError(
            f"expected a job with labels of its own, got {shown(key)}, which leads back to itself"
        )
    if _gives_verdicts(jobs, key):
        raise ValueError(
            f"expected a job that makes labels, got {shown(key)}, which makes verdicts on"
            f" those of {shown(_source(_mapping(jobs[key])))}"
        )
    return {"job": key, "task": task}


def _gives_verdicts(jobs: Mapping[str, Any], key: str) -> bool:
    task_type = TASK_TYPES.get(named_task(jobs, key) or "")
    is_verification = _mapping(jobs.get(key)).get("verify") is not None
    return is_verification and task_type is not None and task_type.label_file == "classes"


def _source(job: Mapping[str, Any]) -> str | None:
    """Return the key of the job whose labels are reviewed, None where there is none."""
    return next((job[review] for review in REVIEWS if isinstance(job.get(review), str)), None)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
