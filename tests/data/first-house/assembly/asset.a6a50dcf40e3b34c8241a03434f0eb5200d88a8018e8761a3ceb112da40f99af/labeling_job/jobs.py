"""A labeling job as SageMaker knows it: which one is ours, its end, and how to bring it about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from custom_resource.errors import CustomResourceError, is_absent, is_invalid, is_throttled, refusal
from labeling_job.collaborators import Collaborators
from labeling_job.identity import Owner

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import DescribeLabelingJobResponseTypeDef, TagTypeDef

#: Begins the keys of the tags that say whose job it is.
TAG_PREFIX: Final = "ground-truth-cdk:"
_STACK: Final = f"{TAG_PREFIX}stack"
_RESOURCE: Final = f"{TAG_PREFIX}resource"

STARTED: Final = frozenset({"InProgress", "Completed"})
#: People may be at work on a job of these states, or soon.
LIVE: Final = frozenset({"Initializing", "InProgress"})
#: A job of these states will never be stopped or changed by anybody.
_ENDED: Final = frozenset({"Completed", "Failed", "Stopped"})
#: The last suffix of a name; -99 still fits 63 characters.
_MAXIMUM_RUNS: Final = 99
#: SageMaker may show a new job's tags some seconds late.
_TAG_ATTEMPTS: Final = 5
#: Seconds between two looks at a job, at most.
_PAUSE: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Job:
    """One labeling job; `status` is LabelingJobStatus."""

    name: str
    arn: str
    status: str
    failure_reason: str
    manifest_uri: str
    output_manifest_uri: str
    #: Data objects that have a label, and of how many; None where SageMaker doesn't say.
    labeled: int | None
    objects: int | None
    #: Seconds since 1970.
    created: float
    tags: Mapping[str, str]

    @property
    def has_ended(self) -> bool:
        """Say whether nothing will change about the job any more."""
        return self.status in _ENDED

    @property
    def progress(self) -> str:
        """What is done, such as `InProgress with 12 of 100 data objects labeled`."""
        if self.labeled is None or self.objects is None:
            return self.status
        return f"{self.status} with {self.labeled} of {self.objects} data objects labeled"

    def belongs_to(self, owner: Owner) -> bool:
        """Say whether the job was made for this resource of this stack."""
        return owner_tags(owner).items() <= self.tags.items()


def owner_tags(owner: Owner) -> dict[str, str]:
    """Return the tags that say whose job it is."""
    return {_STACK: owner.stack_id, _RESOURCE: owner.logical_id}


def look(name: str, aws: Collaborators) -> Job | None:
    """Return the job of this name, or none if it does not exist.

    Waits where there are too many calls for botocore's patience.
    """
    while True:
        try:
            return _job(aws.sagemaker.describe_labeling_job(LabelingJobName=name))
        except ClientError as error:
            if is_absent(error):
                return None
            if not is_throttled(error) or aws.clock.now() + _PAUSE > aws.clock.deadline:
                raise
        aws.clock.sleep(_PAUSE)


def names(identity: str) -> Iterator[str]:
    """Yield the names of all runs of a resource: a job's name is used up for ever."""
    yield identity
    for number in range(2, _MAXIMUM_RUNS + 1):
        yield f"{identity}-{number}"


def find(name: str, owner: Owner, aws: Collaborators) -> Job | None:
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


def runs(identity: str, aws: Collaborators) -> Iterator[Job]:
    """Yield the jobs that have one of the names, also those of others, up to the first gap."""
    for name in names(identity):
        job = _settled(name, aws)
        if job is None:
            return
        yield job


def await_start(name: str, aws: Collaborators) -> Job:
    """Return the job as soon as workers can label, or all is labeled already.

    Raises CustomResourceError if it failed or was stopped, or time is running out.
    """
    pauses = _pauses()
    while True:
        job = look(name, aws)
        status = job.status if job else "not visible yet"
        if job and status in STARTED:
            return job
        if job and status == "Failed":
            raise CustomResourceError(f"labeling job {name} failed to start: {job.failure_reason}")
        if status in ("Stopping", "Stopped"):
            raise CustomResourceError(f"labeling job {name} was stopped while it started")
        pause = next(pauses)
        if aws.clock.now() + pause > aws.clock.deadline:
            raise CustomResourceError(
                f"labeling job {name} did not start in time, its last status was {status}; "
                "deploy again, or ask AWS Support about it"
            )
        aws.clock.sleep(pause)


def stop(name: str, aws: Collaborators, *, until: float) -> None:
    """Ask SageMaker to stop a job, unless it ends or has ended by itself.

    Some states refuse to be stopped for a while. Raises CustomResourceError if the job still
    refuses at `until`.
    """
    while True:
        job = look(name, aws)
        if job is None or job.status == "Stopping" or job.has_ended:
            return
        refusal = _stop(name, aws)
        if refusal is None:
            aws.log.info("labeling job %s is being stopped, it was %s", name, job.status)
            return
        if aws.clock.now() + _PAUSE > until:
            raise CustomResourceError(
                f"labeling job {name} is {job.status} and stays so: {refusal}"
            )
        aws.clock.sleep(_PAUSE)


def await_end(name: str, aws: Collaborators, *, until: float) -> None:
    """Return when a job that was asked to stop has ended, or at `until`: it will end anyway."""
    pauses = _pauses()
    while True:
        job = look(name, aws)
        if job is None or job.has_ended:
            aws.log.info("labeling job %s is %s", name, job.status if job else "gone")
            return
        pause = next(pauses)
        if aws.clock.now() + pause > until:
            aws.log.warning("labeling job %s is still %s, it ends by itself", name, job.status)
            return
        aws.clock.sleep(pause)


def change_tags(
    job: Job, wanted: Mapping[str, str], replaced: Mapping[str, str], aws: Collaborators
) -> None:
    """Set the user's tags and take away those that were the user's and no longer are."""
    added = {key: value for key, value in wanted.items() if job.tags.get(key) != value}
    if added := without_reserved(added):
        aws.sagemaker.add_tags(ResourceArn=job.arn, Tags=tag_list(added))
        aws.log.info("set tags of labeling job %s: %s", job.name, ", ".join(sorted(added)))
    removed = without_reserved({key: "" for key in replaced if key not in wanted})
    if removed:
        aws.sagemaker.delete_tags(ResourceArn=job.arn, TagKeys=sorted(removed))
        aws.log.info("removed tags of labeling job %s: %s", job.name, ", ".join(sorted(removed)))


def without_reserved(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that are the user's to set."""
    return {key: tags[key] for key in tags if not key.lower().startswith(("aws:", TAG_PREFIX))}


def tag_list(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Return tags as SageMaker takes them."""
    return [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def _pauses() -> Iterator[float]:
    """Yield the seconds between looks at a job: short at first, since small jobs start quickly."""
    pause = 0.5
    while True:
        yield pause
        pause = min(2 * pause, _PAUSE)


def _job(answer: DescribeLabelingJobResponseTypeDef) -> Job:
    name = answer["LabelingJobName"]
    output = answer.get("LabelingJobOutput", {}).get("OutputDatasetS3Uri")
    folder = answer["OutputConfig"]["S3OutputPath"].rstrip("/")
    counters = answer["LabelCounters"]
    labeled, unlabeled = counters.get("TotalLabeled"), counters.get("Unlabeled")
    return Job(
        name=name,
        arn=answer["LabelingJobArn"],
        status=answer["LabelingJobStatus"],
        failure_reason=answer.get("FailureReason") or "SageMaker gives no reason",
        manifest_uri=answer["InputConfig"]["DataSource"]
        .get("S3DataSource", {})
        .get("ManifestS3Uri", "none"),
        # A job has an output only later, but always in the same place.
        output_manifest_uri=output or f"{folder}/{name}/manifests/output/output.manifest",
        labeled=labeled,
        objects=None
        if labeled is None or unlabeled is None
        else labeled + unlabeled + counters.get("FailedNonRetryableError", 0),
        created=answer["CreationTime"].timestamp(),
        tags={tag["Key"]: tag["Value"] for tag in answer.get("Tags", [])},
    )


def _settled(name: str, aws: Collaborators) -> Job | None:
    job = look(name, aws)
    for _ in range(_TAG_ATTEMPTS):
        if job is None or _STACK in job.tags:
            break
        aws.clock.sleep(1.0)
        job = look(name, aws)
    return job


def _stop(name: str, aws: Collaborators) -> str | None:
    """Return nothing, or why SageMaker does not stop the job now."""
    try:
        aws.sagemaker.stop_labeling_job(LabelingJobName=name)
    except ClientError as error:
        if is_invalid(error) or is_throttled(error) or is_absent(error):
            return refusal(error)
        raise
    return None
