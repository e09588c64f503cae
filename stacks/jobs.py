"""The jobs of an environment file as constructs."""

from __future__ import annotations

from dataclasses import replace

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
from constructs.ground_truth.labeling.labeling_job import DataObjects
from dataset.layout import labels_folder
from ground_truth.catalogue.task_types import TASK_TYPES
from ground_truth.config import Environment, Job
from ground_truth.config.input import place


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
        environment, job = self._environment, self._environment.jobs[key]
        reviewed = None if job.reviewed_job is None else self._add(job.reviewed_job)
        self.by_key[key] = LabelingJob(
            self,
            key,
            name_prefix=environment.job_name_prefix(key),
            job=job,
            data_objects=self._data_objects(key, job, reviewed),
            team_name=environment.team_name(job.team),
            on_change=environment.on_change(job),
            tags={**environment.tags, **job.tags},
            template=job.custom_template(environment.root),
            pre_annotation=self._custom_function(
                f"{key}-PreAnnotation", job.pre_annotation, reads_answers=False
            ),
            post_annotation=self._custom_function(
                f"{key}-PostAnnotation",
                job.post_annotation,
                reads_answers=True,
                key_arn=job.output_key,
            ),
            reviewed=reviewed,
            function=self._function,
            execution_role=self._execution_role,
        )
        return self.by_key[key]

    def _data_objects(self, key: str, job: Job, reviewed: LabelingJob | None) -> DataObjects:
        if reviewed is not None:
            return replace(
                reviewed.data_objects, manifest_uri=reviewed.output_manifest_uri, manifest_arn=None
            )
        name, prefix = place(job.input.prefix or "")
        objects = DataObjects(bucket=self._bucket(f"{key}-Bucket", name), prefix=prefix)
        location = job.input.manifest if job.reviewed is None else job.reviewed.manifest
        if location is None:
            return objects
        name, path = place(location)
        bucket = self._bucket(f"{key}-ManifestBucket", name)
        if job.reviewed is not None and TASK_TYPES[job.reviewed.task].attribute_is_reference:
            # Masks and sequences are files beside the manifest that names them.
            self._execution_role.allow_reading(bucket, labels_folder(path))
        return replace(
            objects,
            manifest_uri=bucket.s3_url_for_object(path),
            manifest_arn=bucket.arn_for_objects(path),
        )

    def _bucket(self, construct_id: str, name: str | None) -> s3.IBucket:
        if name is None:
            return self._data.input_bucket
        return s3.Bucket.from_bucket_name(self, construct_id, name)

    def _custom_function(
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
        custom = AnnotationFunction(
            self,
            construct_id,
            folder=self._environment.root / place,
            output_bucket=self._data.output_bucket,
            key=key,
            logs_key=self._data.key,
            reads_answers=reads_answers,
        )
        return custom.function.function_arn
