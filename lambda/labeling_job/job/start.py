"""Starts a labeling job, and leaves none behind that did not start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from custom_resource.errors import CustomResourceError, is_busy
from custom_resource.retry import retry
from dataset.names import run_names_from
from labeling_job.clients import Clients
from labeling_job.hints import explain
from labeling_job.job import desired_state, jobs
from labeling_job.job.beginning import await_start
from labeling_job.job.failed import JobFailedError
from labeling_job.job.files import Written
from labeling_job.job.jobs import Job
from labeling_job.job.typed_request import coerce
from labeling_job.request import Request

#: Seconds for taking back a job at the end; the deadline's margin covers them.
_TAKE_BACK: Final = 45.0
#: Seconds before a job of the next name is tried.
_PAUSE: Final = 10.0
#: Hexadecimal digits at the end of a physical id, as many as say when its job begins.
_DIGITS: Final = 4


def start_job(name: str, written: Written, request: Request, aws: Clients) -> Job:
    """Create the job and return it when workers can label; see `beginning.await_start`.

    A job that fails because Ground Truth doesn't know its role yet is followed by one of the next
    name, for `aws.propagation_seconds`. Raises CustomResourceError or an error of botocore, and
    CancelledError if the resource is no longer wanted; a note at the error says what was stopped.
    """
    if aws.spread_seconds:
        aws.clock.sleep(_begins_after(request.physical_id, aws))
    end: float | None = None
    for each in run_names_from(name):
        try:
            return _begun(each, written, request, aws)
        except JobFailedError as failure:
            now = aws.clock.now()
            end = now + aws.propagation_seconds if end is None else end
            if not failure.has_new_role or now + _PAUSE > min(end, aws.clock.deadline):
                raise
            aws.log.info("%s, trying again with the next name", failure)
        aws.clock.sleep(_PAUSE)
    raise CustomResourceError(
        f"all names of labeling job {request.physical_id} are used up, raise the revision"
    )


def _begins_after(identity: str, aws: Clients) -> float:
    """Return the seconds to wait, always the same for an id.

    CloudFormation makes all jobs of a file in the same second, which is more than SageMaker takes.
    """
    return int(identity[-_DIGITS:], 16) / 16**_DIGITS * aws.spread_seconds


def _begun(name: str, written: Written, request: Request, aws: Clients) -> Job:
    """Create one job and wait for it.

    An answer of SageMaker may get lost, and the same event may be worked on twice at the same
    time: whatever CreateLabelingJob says, a job of this name with our tags is the one we want.
    Whatever goes wrong after that, a job that this call has created, or may have, is stopped.
    """
    arguments = _arguments(name, written, request, aws)
    creation = _Creation(arguments=arguments, request=request, aws=aws)
    created = retry(creation.attempt, aws)
    try:
        job = await_start(name, written.counts.number, aws)
        retry(
            lambda: desired_state.finish(request.physical_id, request.event, request.markers, aws),
            aws,
        )
        return job
    except Exception as error:
        if created:
            _take_back(name, error, aws)
        raise


def _arguments(name: str, written: Written, request: Request, aws: Clients) -> dict[str, Any]:
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


@dataclass(kw_only=True)
class _Creation:
    """The attempts to create one job."""

    arguments: dict[str, Any]
    request: Request
    aws: Clients
    #: Whether an attempt may have created the job without saying so.
    is_unclear: bool = False

    def attempt(self) -> bool:
        """Say whether the job is from these attempts; otherwise it is there all the same."""
        name, aws = self.arguments["LabelingJobName"], self.aws
        desired_state.check(self.request.physical_id, self.request.markers, aws)
        try:
            aws.sagemaker.create_labeling_job(**self.arguments)
        except ParamValidationError as error:
            raise CustomResourceError(
                f"ResourceProperties.Request is no CreateLabelingJob request: {error}"
            ) from error
        except (BotoCoreError, ClientError) as error:
            refused = error if isinstance(error, ClientError) else None
            is_refused_busy = refused is not None and is_busy(refused)
            self.is_unclear |= refused is None or is_refused_busy or _was_repeated(refused)
            # Whoever is busy is not asked for more; the next attempt finds the job if it is there.
            job = None if is_refused_busy else jobs.find(name, self.request.owner, aws)
            if job is None and refused is not None:
                raise CustomResourceError(
                    f"labeling job {name} can't be started: {explain(refused)}"
                ) from refused
            if job is None:
                raise
            aws.log.info("labeling job %s exists already", name)
            return self.is_unclear
        aws.log.info("created labeling job %s", name)
        return True


def _was_repeated(error: ClientError) -> bool:
    """Say whether botocore had asked before: what came then is not known."""
    return error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0


def _take_back(name: str, cause: Exception, aws: Clients) -> None:
    if aws.clock.now() > aws.clock.deadline:
        # The answer is due; CloudFormation's Delete stops it.
        cause.add_note(f"could not yet stop what it had started: labeling job {name}")
        return
    try:
        if jobs.stop(name, aws, until=aws.clock.now() + _TAKE_BACK):
            cause.add_note(f"stopped what it had started: labeling job {name}")
    except (BotoCoreError, ClientError, CustomResourceError):
        # The reason for stopping matters more; CloudFormation's Delete will try again.
        aws.log.exception("labeling job %s could not be stopped", name)
        cause.add_note(f"could not yet stop what it had started: labeling job {name}")
