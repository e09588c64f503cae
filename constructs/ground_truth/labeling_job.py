"""A labeling job as a CloudFormation resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth import rules
from constructs.ground_truth.execution_role import LABELS_FOLDER, REQUESTS_PREFIX, ExecutionRole
from constructs.ground_truth.labeling_job_function import LabelingJobFunction
from constructs.ground_truth.labeling_job_request import human_task_config, label_categories
from constructs.ground_truth.task_types import TaskType
from constructs.ground_truth.worker_template import Instructions, worker_template


@dataclass(frozen=True, kw_only=True)
class InputData:
    """Where a job's data objects are and how they are read."""

    #: Must be in the job's Region.
    bucket: s3.IBucket
    #: Ends with a slash.
    prefix: str
    #: Whether a text file is one data object or one per line that is not blank.
    split: Literal["file", "line"] = "file"
    #: Whether a deployment fails when there is nothing to label, or goes on without a job.
    when_empty: Literal["fail", "skip"] = "fail"


class LabelingJob(Construct):
    """`Custom::LabelingJob`: a job that starts when it is deployed and stops when it is destroyed.

    All that Ground Truth will see stands in the resource's properties, so that `cdk diff` shows
    it. A change of anything but `tags` makes a new job, because a labeling job can't be changed,
    and stops the old one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        task_type: TaskType,
        input_data: InputData,
        labels: tuple[str, ...],
        label_attribute: str,
        title: str,
        description: str,
        instructions: Instructions,
        team_name: str,
        workers_per_object: int,
        task_time_limit: int,
        task_availability: int,
        function: LabelingJobFunction,
        execution_role: ExecutionRole,
        max_concurrent_tasks: int | None = None,
        revision: int = 1,
        tags: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, construct_id)

        rules.job_name_prefix(name_prefix)
        rules.labels(labels, task_type)
        rules.label_attribute(label_attribute, task_type)
        rules.task_title(title)
        rules.task_description(description)
        rules.task_time_limit(task_time_limit, task_type)

        stack = cdk.Stack.of(self)
        function.allow_reading(input_data.bucket, input_data.prefix)
        job = cdk.CustomResource(
            self,
            "Job",
            resource_type="Custom::LabelingJob",
            service_token=function.function.function_arn,
            # The function answers within its 15 minutes; a killed one is invoked again.
            service_timeout=cdk.Duration.minutes(20),
            properties={
                "NamePrefix": name_prefix,
                "Revision": revision,
                "Input": {
                    "Bucket": input_data.bucket.bucket_name,
                    "Prefix": input_data.prefix,
                    "Extensions": list(task_type.extensions),
                    "Kind": task_type.data,
                    "Split": input_data.split,
                    "MaximumObjects": task_type.maximum_objects,
                    "MaximumCharacters": task_type.maximum_characters,
                    "WhenEmpty": input_data.when_empty,
                },
                "Files": {
                    "Bucket": function.output_bucket.bucket_name,
                    "Prefix": f"{REQUESTS_PREFIX}{name_prefix}/",
                    "LabelCategories": label_categories(labels),
                    "WorkerTemplate": worker_template(
                        task_type, header=description, instructions=instructions
                    ),
                },
                "Request": {
                    "LabelAttributeName": label_attribute,
                    "RoleArn": execution_role.role.role_arn,
                    "OutputConfig": {
                        "S3OutputPath": function.output_bucket.s3_url_for_object(LABELS_FOLDER),
                        "KmsKeyId": function.key.key_arn,
                    },
                    "HumanTaskConfig": human_task_config(
                        stack,
                        task_type,
                        title=title,
                        description=description,
                        team_name=team_name,
                        workers_per_object=workers_per_object,
                        task_time_limit=task_time_limit,
                        task_availability=task_availability,
                        max_concurrent_tasks=max_concurrent_tasks,
                    ),
                },
                "Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)],
            },
        )
        # Permissions must be there before the job and still be there when it is stopped.
        job.node.add_dependency(function.policy, execution_role.policy)
        #: The name that Ground Truth knows the job by, or `none`.
        self.job_name = job.get_att_string("JobName")
        #: What workers were given, one data object a line.
        self.manifest_uri = job.get_att_string("ManifestUri")
        #: Data objects in the manifest.
        self.object_count = job.get_att_string("ObjectCount")
        #: Where the labels appear.
        self.output_manifest_uri = job.get_att_string("OutputManifestUri")
        #: One sentence on what was and what was not put into the manifest.
        self.summary = job.get_att_string("Summary")
