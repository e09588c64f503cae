"""The jobs of an environment file as constructs: a person's words put into the service's."""

from __future__ import annotations

from typing import Final

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth import (
    AnnotationFunction,
    ExecutionRole,
    LabelingData,
    LabelingJob,
    LabelingJobFunction,
)
from constructs.ground_truth.labeling.labeling_task import (
    AutoLabel,
    InputData,
    InputManifest,
    Options,
    Previous,
    Task,
    Workers,
)
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, Job
from ground_truth.config.attributes import job_attributes, job_labels
from ground_truth.config.input import place

_OUTPUT_MANIFEST: Final = "manifests/output/output.manifest"


class Jobs(Construct):
    """All labeling jobs of an environment, each under its key."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        data: LabelingData,
        function: LabelingJobFunction,
        execution_role: ExecutionRole,
    ) -> None:
        super().__init__(scope, construct_id)

        self._environment = environment
        self._data = data
        self._function = function
        self._execution_role = execution_role
        #: In an order in which each comes after the one whose labels it reviews.
        self.by_key: dict[str, LabelingJob] = {}
        for key in environment.jobs:
            self._add(key)

    def _add(self, key: str) -> LabelingJob:
        if key in self.by_key:
            return self.by_key[key]
        job = self._environment.jobs[key]
        if job.reviewed is not None and job.reviewed.job is not None:
            self._add(job.reviewed.job)
        labeling_job = LabelingJob(
            self,
            key,
            name_prefix=self._environment.job_name_prefix(key),
            input_data=self._input_data(key, job),
            task=self._task(key, job),
            workers=Workers(
                team_name=self._environment.team_name(job.team),
                per_object=job.workers_per_object,
                task_time_limit=job.task_time_limit,
                task_availability=job.task_availability,
                max_concurrent_tasks=job.max_concurrent_tasks,
                keywords=job.keywords,
            ),
            options=Options(
                auto_label=_auto_label(job),
                maximum_labeled_objects=job.stop_when.labeled_objects,
                maximum_labeled_percentage=job.stop_when.labeled_percentage,
                content_classifiers=job.content_classifiers,
                output_key_arn=job.output_key,
                revision=job.revision,
                on_change=self._environment.on_change(job),
                relabel=job.relabel,
                stop_on_delete=job.stop_on_delete,
                tags={**self._environment.tags, **job.tags},
            ),
            function=self._function,
            execution_role=self._execution_role,
        )
        self.by_key[key] = labeling_job
        return labeling_job

    def _input_data(self, key: str, job: Job) -> InputData:
        name, prefix = place(self._environment.source(job).input.prefix or "")
        return InputData(
            kind=job.data_kind,
            bucket=self._bucket(f"{key}-Bucket", name),
            prefix=prefix,
            manifest=self._manifest(key, job),
            split=job.input.splitting,
            column=job.input.column,
            include=job.input.include,
            exclude=job.input.exclude,
            sample=job.input.sample,
            limit=job.input.limit,
            order=job.input.order,
            seed=job.input.seed,
            when_empty=job.when_empty,
        )

    def _manifest(self, key: str, job: Job) -> InputManifest | None:
        if job.reviewed is not None and job.reviewed.job is not None:
            return InputManifest(uri=self.by_key[job.reviewed.job].output_manifest_uri)
        location = job.reviewed.manifest if job.reviewed is not None else job.input.manifest
        if location is None:
            return None
        name, path = place(location)
        bucket = self._bucket(f"{key}-ManifestBucket", name)
        if job.reviewed is not None and TASK_TYPES[job.reviewed.task].attribute_is_reference:
            # Masks and sequences are files beside the manifest that names them.
            self._execution_role.allow_reading(bucket, labels_folder(path))
        return InputManifest(uri=bucket.s3_url_for_object(path), arn=bucket.arn_for_objects(path))

    def _bucket(self, construct_id: str, name: str | None) -> s3.IBucket:
        if name is None:
            return self._data.input_bucket
        return s3.Bucket.from_bucket_name(self, construct_id, name)

    def _task(self, key: str, job: Job) -> Task:
        return Task(
            type=job.task_type,
            title=job.title,
            description=job.description,
            label_attribute=job.label_attribute,
            labels=job_labels(job),
            attributes=job_attributes(self._environment.jobs, job, "attributes"),
            frame_attributes=job_attributes(self._environment.jobs, job, "frame_attributes"),
            annotation=job.annotation,
            instructions=job.instructions.instructions if job.instructions else None,
            template=job.custom_template(self._environment.root),
            pre_annotation=self._own_function(
                f"{key}-PreAnnotation", job.pre_annotation, reads_answers=False
            ),
            post_annotation=self._own_function(
                f"{key}-PostAnnotation",
                job.post_annotation,
                reads_answers=True,
                key_arn=job.output_key,
            ),
            previous=self._previous(job),
        )

    def _previous(self, job: Job) -> Previous | None:
        if job.reviewed is None:
            return None
        if job.reviewed.job is None:
            return Previous(attribute=str(job.reviewed.label_attribute))
        return Previous(
            attribute=self._environment.jobs[job.reviewed.job].label_attribute,
            job_name=self.by_key[job.reviewed.job].job_name,
        )

    def _own_function(
        self,
        construct_id: str,
        place: str | None,
        *,
        reads_answers: bool,
        key_arn: str | None = None,
    ) -> str | None:
        """Return the ARN of a function; a folder becomes one."""
        if place is None or place.startswith("arn:"):
            return place
        key: kms.IKey = self._data.key
        if key_arn is not None:
            key = kms.Key.from_key_arn(self, f"{construct_id}-Key", key_arn)
        own = AnnotationFunction(
            self,
            construct_id,
            folder=self._environment.root / place,
            output_bucket=self._data.output_bucket,
            key=key,
            logs_key=self._data.key,
            reads_answers=reads_answers,
        )
        return own.function.function_arn


def labels_folder(manifest: str) -> str:
    """Return the prefix of the labels that an output manifest, given by its key, names.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
    """
    if manifest.endswith(_OUTPUT_MANIFEST):
        return manifest.removesuffix(_OUTPUT_MANIFEST)
    return manifest[: manifest.rfind("/") + 1]


def _auto_label(job: Job) -> AutoLabel | None:
    if job.auto_label is None:
        return None
    return AutoLabel(
        volume_key_arn=job.auto_label.volume_key,
        subnets=job.auto_label.subnets or (),
        security_groups=job.auto_label.security_groups or (),
    )
