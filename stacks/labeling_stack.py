"""What is being labeled now: the jobs of an environment."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth import (
    TASK_TYPES,
    ExecutionRole,
    InputData,
    Instructions,
    JobEvents,
    LabelingData,
    LabelingJob,
    LabelingJobFunction,
)
from stacks.config import Environment, Job


class LabelingStack(cdk.Stack):
    """Comes and goes without touching data or people: it holds roles, a function and jobs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        data: LabelingData,
        topic: sns.ITopic,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)

        job_name_prefix = f"{environment.name}-"
        execution_role = ExecutionRole(
            self, "ExecutionRole", output_bucket=data.output_bucket, key=data.key
        )
        #: Starts and stops the jobs.
        self.function = LabelingJobFunction(
            self,
            "LabelingJobFunction",
            job_name_prefix=job_name_prefix,
            execution_role=execution_role.role,
            output_bucket=data.output_bucket,
            key=data.key,
        )
        events = JobEvents(self, "JobEvents", job_name_prefix=job_name_prefix, topic=topic)
        jobs = Construct(self, "Jobs")
        for key, job in environment.jobs.items():
            labeling_job = LabelingJob(
                jobs,
                key,
                name_prefix=environment.job_name_prefix(key),
                task_type=TASK_TYPES[job.task],
                input_data=InputData(
                    bucket=self._input_bucket(key, job, data),
                    prefix=job.input.prefix,
                    split=job.input.split,
                    when_empty=job.input.when_empty,
                ),
                labels=job.labels,
                label_attribute=job.label_attribute,
                title=job.title,
                description=job.description,
                instructions=Instructions(**job.instructions.model_dump()),
                team_name=environment.team_name(job.team),
                workers_per_object=job.workers_per_object,
                task_time_limit=job.task_time_limit,
                task_availability=job.task_availability,
                max_concurrent_tasks=job.max_concurrent_tasks,
                revision=job.revision,
                tags={**environment.tags, **job.tags},
                function=self.function,
                execution_role=execution_role,
            )
            # The end of a short job must not go unnoticed.
            labeling_job.node.add_dependency(events)
            self._outputs(key, labeling_job)

    def _input_bucket(self, key: str, job: Job, data: LabelingData) -> s3.IBucket:
        if job.input.bucket is None:
            return data.input_bucket
        return s3.Bucket.from_bucket_name(self, f"{key}-input", job.input.bucket)

    def _outputs(self, key: str, job: LabelingJob) -> None:
        name = "".join(word.capitalize() for word in key.split("-"))
        for output, description, value in (
            ("JobName", "The labeling job", job.job_name),
            ("ManifestUri", "What workers were given", job.manifest_uri),
            ("ObjectCount", "Data objects in the manifest", job.object_count),
            ("OutputManifestUri", "The labels, as they come", job.output_manifest_uri),
            ("Summary", "What was left out of the manifest and why", job.summary),
        ):
            cdk.CfnOutput(self, f"{name}{output}", description=description, value=value)
