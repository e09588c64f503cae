"""What is being labeled now: the jobs of an environment."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs.ground_truth import (
    ExecutionRole,
    JobEvents,
    LabelingData,
    LabelingJob,
    LabelingJobFunction,
)
from ground_truth.config import Environment
from stacks.jobs import Jobs


class LabelingStack(cdk.Stack):
    """Comes and goes without touching data or people: it holds roles, a function and jobs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        data: LabelingData,
        topic: sns.Topic,
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
        events = JobEvents(
            self,
            "JobEvents",
            job_name_prefixes=[environment.job_name_prefix(key) for key in environment.jobs],
            topic=topic,
        )
        jobs = Jobs(
            self,
            "Jobs",
            environment=environment,
            data=data,
            function=self.function,
            execution_role=execution_role,
        )
        # The end of a short job must not go unnoticed.
        jobs.node.add_dependency(events)
        for key, job in jobs.by_key.items():
            self._outputs(key, job)

    def _outputs(self, key: str, job: LabelingJob) -> None:
        name = "".join(word.capitalize() for word in key.split("-"))
        for output, description, value in (
            ("JobName", "The labeling job", job.job_name),
            ("ManifestUri", "What workers were given", job.manifest_uri),
            ("ObjectCount", "Data objects in the manifest", job.object_count),
            ("OutputManifestUri", "The labels, as they come", job.output_manifest_uri),
            (
                "ReportUri",
                "The objects that can't be labeled, each with the reason",
                job.report_uri,
            ),
            ("Summary", "What was left out of the manifest and why", job.summary),
        ):
            cdk.CfnOutput(self, f"{name}{output}", description=description, value=value)
