"""A labeling job as SageMaker knows it: which one is ours, and how it is stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from custom_resource.age import seconds_since
from custom_resource.errors import (
    CustomResourceError,
    is_busy,
    is_denied,
    is_lost,
    may_mean_absent,
    refusal,
)
from custom_resource.retry import spread
from dataset.layout import output_manifest
from dataset.names import TAG_PREFIX, is_reserved, prefix_of, run_names
from labeling_job.clients import Clients
from labeling_job.hints import explain
from labeling_job.identity import Owner
from labeling_job.job.listed import is_listed

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import DescribeLabelingJobResponseTypeDef, TagTypeDef

_STACK: Final = f"{TAG_PREFIX}stack"
_RESOURCE: Final = f"{TAG_PREFIX}resource"

#: People may be at work on a job of these states, or soon.
LIVE: Final = frozenset({"Initializing", "InProgress"})
#: A job of these states will never be stopped or changed by anybody.
_ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})
#: SageMaker may show a new job's tags late: looks within half a minute, see `pauses`.
_TAG_ATTEMPTS: Final = 9
#: Its list may show a new job before it can be described.
_LISTED_ATTEMPTS: Final = 5
#: Seconds between two looks at a job, at most.
_PAUSE: Final = 5.0
#: Seconds between two looks for a job that is neither described nor listed.
_ABSENT_PAUSE: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """One labeling job; `status` is LabelingJobStatus."""

    name: str
    arn: str
    status: str
    #: Why it has Failed, empty if it has not or SageMaker doesn't say.
    failure_reason: str
    manifest_uri: str
    output_manifest_uri: str
    #: Data objects that have a label, and of how many; None where SageMaker doesn't say.
    labeled: int | None
    objects: int | None
    #: Data objects that SageMaker has counted in any way; 0 as long as it has not read them.
    counted: int
    #: Seconds since 1970, and until SageMaker was asked.
    created: float
    age: float
    tags: Mapping[str, str]

    @property
    def has_ended(self) -> bool:
        """Say whether nothing will change about the job any more."""
        return self.status in _ENDED

    @property
    def progress(self) -> str:
        """What is done, such as `InProgress with 12 of 100 data objects labeled`."""
        if self.labeled is None or not self.objects:
            return self.status
        return f"{self.status} with {self.labeled} of {self.objects} data objects labeled"

    def belongs_to(self, owner: Owner) -> bool:
        """Say whether the job was made for this resource of this stack."""
        return owner_tags(owner).items() <= self.tags.items()

    def may_belong_to(self, owner: Owner) -> bool:
        """Say the same of a job with one of the resource's names, whose tags may show late.

        The names have the stack in their hash, and no job of ours is made without tags: one that
        shows none at all is nobody else's.
        """
        return self.belongs_to(owner) or (not self.tags and prefix_of(self.name) is not None)


def owner_tags(owner: Owner) -> dict[str, str]:
    """Return the tags that say whose job it is."""
    return {_STACK: owner.stack_id, _RESOURCE: owner.logical_id}


def look(name: str, aws: Clients) -> Job | None:
    """Return the job of this name, or none if it does not exist.

    Waits while AWS is busy or out of reach. Raises CustomResourceError for a job that is there and
    stays refused, and errors of botocore.
    """
    attempts = 0
    while True:
        pause = 1.0
        try:
            return _described(name, aws)
        except (BotoCoreError, ClientError) as error:
            pause = spread(_PAUSE)
            may_come = is_busy(error) if isinstance(error, ClientError) else is_lost(error)
            if not may_come or aws.clock.now() + pause > aws.clock.deadline:
                raise
        except _ListedError as error:
            attempts += 1
            if attempts == _LISTED_ATTEMPTS:
                raise CustomResourceError(str(error)) from error.__cause__
        aws.clock.sleep(pause)


def find(name: str, owner: Owner, aws: Clients) -> Job | None:
    """Return the resource's own job of this name, or none if there is no such job.

    Raises CustomResourceError if somebody else has made it.
    """
    job = _settled(name, aws)
    if job is not None and not job.belongs_to(owner):
        raise CustomResourceError(
            f"the name {name} is in use by a job not made by this stack's {owner.logical_id}, "
            "choose another job key or raise the revision"
        )
    return job


def runs(identity: str, aws: Clients) -> Iterator[Job]:
    """Yield the jobs that have one of the names, also those of others, up to the first gap."""
    for name in run_names(identity):
        job = _settled(name, aws)
        if job is None:
            return
        yield job


def runs_to_stop(identity: str, aws: Clients) -> Iterator[Job]:
    """Yield the same, but take no look alone for a gap: what is not found is not stopped.

    What follows a job at work or Completed was not made a moment ago, since no run follows those.
    """
    may_be_new = True
    for name in run_names(identity):
        job = _settled(name, aws)
        end = aws.clock.now() + aws.absent_seconds
        while (
            job is None
            and may_be_new
            and aws.clock.now() + _ABSENT_PAUSE <= min(end, aws.clock.deadline)
        ):
            aws.clock.sleep(_ABSENT_PAUSE)
            job = _settled(name, aws)
        if job is None:
            return
        may_be_new = job.status in ("Failed", "Stopping", "Stopped")
        yield job


def stop(name: str, aws: Clients, *, until: float) -> bool:
    """Ask SageMaker to stop a job, unless it ends or has ended by itself; say whether it was asked.

    Some states refuse to be stopped for a while. Raises CustomResourceError if the job still
    refuses at `until`.
    """
    while True:
        job = look(name, aws)
        if job is None or job.status == "Stopping" or job.has_ended:
            return False
        refusal = _stop(name, aws)
        if refusal is None:
            aws.log.info("labeling job %s is being stopped, it was %s", name, job.status)
            return True
        if aws.clock.now() + _PAUSE > until:
            raise CustomResourceError(
                f"labeling job {name} is {job.status} and stays so: {refusal}"
            )
        aws.clock.sleep(_PAUSE)


def await_end(name: str, aws: Clients, *, until: float) -> None:
    """Return when a job that was asked to stop has ended, or at `until`: it will end anyway."""
    rests = pauses()
    while True:
        job = look(name, aws)
        if job is None or job.has_ended:
            aws.log.info("labeling job %s is %s", name, job.status if job else "gone")
            return
        pause = next(rests)
        if aws.clock.now() + pause > until:
            aws.log.warning("labeling job %s is still %s, it ends by itself", name, job.status)
            return
        aws.clock.sleep(pause)


def change_tags(
    job: Job, desired: Mapping[str, str], replaced: Mapping[str, str], aws: Clients
) -> None:
    """Set the user's tags and take away those that were the user's and no longer are."""
    added = {key: value for key, value in desired.items() if job.tags.get(key) != value}
    if added := without_reserved(added):
        aws.sagemaker.add_tags(ResourceArn=job.arn, Tags=tag_list(added))
        aws.log.info("set tags of labeling job %s: %s", job.name, ", ".join(sorted(added)))
    removed = without_reserved({key: "" for key in replaced if key not in desired})
    if removed:
        aws.sagemaker.delete_tags(ResourceArn=job.arn, TagKeys=sorted(removed))
        aws.log.info("removed tags of labeling job %s: %s", job.name, ", ".join(sorted(removed)))


def without_reserved(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that are the user's to set."""
    return {key: tags[key] for key in tags if not is_reserved(key)}


def tag_list(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Return tags as SageMaker takes them."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def pauses() -> Iterator[float]:
    """Yield the seconds between looks at a job: short at first, since small jobs start quickly."""
    pause = 0.5
    while True:
        yield pause
        pause = min(2 * pause, _PAUSE)


class _ListedError(Exception):
    """A job is in the list of jobs, but SageMaker refuses to describe it."""


def _described(name: str, aws: Clients) -> Job | None:
    """Return the job or none; raises ClientError, or _ListedError because of one."""
    try:
        return _job(aws.sagemaker.describe_labeling_job(LabelingJobName=name))
    except ClientError as error:
        if not may_mean_absent(error):
            raise
        if not is_listed(name, error, aws):
            return None
        raise _ListedError(
            f"labeling job {name} is in the list of jobs, but can't be looked at: {explain(error)}"
        ) from error


def _job(answer: DescribeLabelingJobResponseTypeDef) -> Job:
    name = answer["LabelingJobName"]
    output = answer.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri")
    counters = answer["LabelCounters"]
    labeled, unlabeled = counters.get("TotalLabeled"), counters.get("Unlabeled")
    counted = (labeled or 0) + (unlabeled or 0) + counters.get("FailedNonRetryableError", 0)
    return Job(
        name=name,
        arn=answer["LabelingJobArn"],
        status=answer["LabelingJobStatus"],
        failure_reason=answer.get("FailureReason", ""),
        manifest_uri=answer["InputConfig"]["DataSource"]
        .get("S3DataSource", {})
        .get("ManifestS3Uri", "none"),
        # A job has an output only later, but always in the same place.
        output_manifest_uri=output or output_manifest(answer["OutputConfig"]["S3OutputPath"], name),
        labeled=labeled,
        objects=None if labeled is None or unlabeled is None else counted,
        counted=counted,
        created=answer["CreationTime"].timestamp(),
        age=seconds_since(answer["CreationTime"], answer),
        tags={tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])},
    )


def _settled(name: str, aws: Clients) -> Job | None:
    job = look(name, aws)
    for pause in islice(pauses(), _TAG_ATTEMPTS):
        if job is None or _STACK in job.tags or aws.clock.now() + pause > aws.clock.deadline:
            break
        aws.clock.sleep(pause)
        job = look(name, aws)
    return job


def _stop(name: str, aws: Clients) -> str | None:
    """Return nothing, or why SageMaker does not stop the job now."""
    try:
        aws.sagemaker.stop_labeling_job(LabelingJobName=name)
    except ClientError as error:
        if is_denied(error):
            raise
        return refusal(error)
    except BotoCoreError as error:
        if not is_lost(error):
            raise
        return str(error)
    return None
