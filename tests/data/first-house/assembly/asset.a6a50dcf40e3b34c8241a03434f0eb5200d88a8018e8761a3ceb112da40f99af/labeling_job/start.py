"""Starts a labeling job, and leaves none behind that did not start."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from custom_resource.errors import CustomResourceError, patiently
from labeling_job import jobs, wanted
from labeling_job.advice import explain
from labeling_job.coerce import coerce
from labeling_job.collaborators import Collaborators
from labeling_job.files import Written
from labeling_job.jobs import Job
from labeling_job.request import Request

#: Seconds for taking back a job at the end; the deadline's margin covers them.
_TAKE_BACK: float = 45.0


def start_job(name: str, written: Written, request: Request, aws: Collaborators) -> Job:
    """Create the job and return it when workers can label.

    An answer of SageMaker may get lost, and the same event may be worked on twice at the same
    time: whatever CreateLabelingJob says, a job of this name with our tags is the one we want.
    Whatever goes wrong after that, a job that this call has created is stopped. Raises
    CancelledError if the resource is no longer wanted.
    """
    arguments = _arguments(name, written, request, aws)
    created = patiently(lambda: _create(arguments, request, aws), aws)
    try:
        job = jobs.await_start(name, aws)
        wanted.finish(request.physical_id, request.event, request.markers, aws)
        return job
    except Exception:
        if not created:
            raise
        _take_back(name, aws)
        raise


def _arguments(name: str, written: Written, request: Request, aws: Collaborators) -> dict[str, Any]:
    shape = aws.sagemaker.meta.service_model.operation_model("CreateLabelingJob").input_shape
    if shape is None:
        raise CustomResourceError("botocore's model of CreateLabelingJob has no input")
    arguments: dict[str, Any] = coerce(request.job, shape, "ResourceProperties.Request")
    if written.label_categories is not None:
        arguments["LabelCategoryConfigS3Uri"] = written.label_categories
    if written.worker_template is not None:
        task = arguments.get("HumanTaskConfig", {})
        interface = {**task.get("UiConfig", {}), "UiTemplateS3Uri": written.worker_template}
        arguments["HumanTaskConfig"] = {**task, "UiConfig": interface}
    tags = {**jobs.without_reserved(request.tags), **jobs.owner_tags(request.owner)}
    return {
        **arguments,
        "LabelingJobName": name,
        "InputConfig": {
            **arguments.get("InputConfig", {}),
            "DataSource": {"S3DataSource": {"ManifestS3Uri": written.manifest}},
        },
        "Tags": jobs.tag_list(tags),
    }


def _create(arguments: dict[str, Any], request: Request, aws: Collaborators) -> bool:
    """Say whether this call has created the job; otherwise it is there all the same."""
    name = arguments["LabelingJobName"]
    wanted.check(request.physical_id, request.markers, aws)
    try:
        aws.sagemaker.create_labeling_job(**arguments)
    except ParamValidationError as error:
        raise CustomResourceError(
            f"ResourceProperties.Request is no CreateLabelingJob request: {error}"
        ) from error
    except (BotoCoreError, ClientError) as error:
        job = jobs.find(name, request.owner, aws)
        if job is None and isinstance(error, ClientError):
            raise CustomResourceError(
                f"labeling job {name} can't be started: {explain(error)}"
            ) from error
        if job is None:
            raise
        aws.log.info("labeling job %s exists already", name)
        # Without an answer the job is most likely from this call's own attempts.
        return not isinstance(error, ClientError)
    aws.log.info("created labeling job %s", name)
    return True


def _take_back(name: str, aws: Collaborators) -> None:
    try:
        jobs.stop(name, aws, until=aws.clock.now() + _TAKE_BACK)
    except (BotoCoreError, ClientError, CustomResourceError):
        # The reason for stopping matters more; CloudFormation's Delete will try again.
        aws.log.exception("labeling job %s could not be stopped", name)
