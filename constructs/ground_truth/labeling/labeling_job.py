"""A labeling job as a CloudFormation resource."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from constructs import Construct

from constructs.ground_truth.labeling.execution_role import (
    LABELS_FOLDER,
    REQUESTS_PREFIX,
    ExecutionRole,
)
from constructs.ground_truth.labeling.labeling_job_function import LabelingJobFunction
from constructs.ground_truth.labeling.labeling_job_request import labeling_job_request
from constructs.ground_truth.labeling.labeling_task import InputData, Options, Task, Workers
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import FEWEST_AUTOMATED
from ground_truth.templates.label_categories import label_categories
from ground_truth.templates.worker_template import worker_template
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits
from ground_truth.validators.messages import described


class LabelingJob(Construct):
    """`Custom::LabelingJob`: a job that starts when it is deployed and stops when it is destroyed.

    All that Ground Truth will see stands in the resource's properties, so that `cdk diff` shows
    it. A change of anything but the tags, and of what is said of changes, makes a new job for what
    is not labeled yet, because a labeling job can't be changed, and stops the old one. Raises
    ValueError for what Ground Truth would refuse.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        input_data: InputData,
        task: Task,
        workers: Workers,
        options: Options,
        function: LabelingJobFunction,
        execution_role: ExecutionRole,
    ) -> None:
        super().__init__(scope, construct_id)

        _check(name_prefix, task, workers)
        _permit(input_data, task, options, function, execution_role)
        job = cdk.CustomResource(
            self,
            "Job",
            resource_type="Custom::LabelingJob",
            service_token=function.function.function_arn,
            # The function answers within its 15 minutes; a killed one is invoked again.
            service_timeout=cdk.Duration.minutes(20),
            properties={
                "NamePrefix": name_prefix,
                "Revision": options.revision,
                "OnChange": options.on_change,
                "Relabel": options.relabel,
                "StopOnDelete": options.stop_on_delete,
                "Input": _input(input_data, task, options),
                "Files": {
                    "Bucket": function.output_bucket.bucket_name,
                    "Prefix": f"{REQUESTS_PREFIX}{name_prefix}/",
                    **_files(cdk.Stack.of(self), task),
                },
                "Request": labeling_job_request(
                    cdk.Stack.of(self),
                    task=task,
                    workers=workers,
                    options=options,
                    role_arn=execution_role.role.role_arn,
                    output_path=function.output_bucket.s3_url_for_object(LABELS_FOLDER),
                    output_key_arn=options.output_key_arn or function.key.key_arn,
                ),
                "Tags": [{"Key": key, "Value": options.tags[key]} for key in sorted(options.tags)],
            },
        )
        # Permissions must be there before the job and still be there when it is stopped.
        job.node.add_dependency(function.function, function.policy, execution_role.policy)
        #: The name that Ground Truth knows the job by, or `none`.
        self.job_name = job.get_att_string("JobName")
        #: What workers were given, one data object a line.
        self.manifest_uri = job.get_att_string("ManifestUri")
        #: Data objects in the manifest.
        self.object_count = job.get_att_string("ObjectCount")
        #: The objects that can't be labeled, each with the reason, or `none`.
        self.report_uri = job.get_att_string("ReportUri")
        #: Where the labels appear.
        self.output_manifest_uri = job.get_att_string("OutputManifestUri")
        #: One sentence on what was and what was not put into the manifest.
        self.summary = job.get_att_string("Summary")


def _check(name_prefix: str, task: Task, workers: Workers) -> None:
    names_and_limits.job_name_prefix(name_prefix)
    names_and_limits.task_title(task.title)
    names_and_limits.task_description(task.description)
    names_and_limits.task_time_limit(workers.task_time_limit, task.type)
    label_validators.labels(task.labels, task.type)
    label_validators.attributes(task.attributes, task.labels, task.type)
    label_validators.frame_attributes(task.frame_attributes, task.type)
    if names_and_limits.label_attribute(task.label_attribute, task.type) != task.label_attribute:
        raise ValueError(
            f"expected a label attribute that ends with '-ref' for {described(task.type)},"
            f" got {task.label_attribute!r}"
        )


def _permit(
    input_data: InputData,
    task: Task,
    options: Options,
    function: LabelingJobFunction,
    execution_role: ExecutionRole,
) -> None:
    """Give both roles what this job needs, and nothing that no job needs."""
    form, manifest = input_data.kind.input_kind, input_data.manifest
    if manifest is None:
        function.allow_listing(input_data.bucket, input_data.prefix)
        is_read = form == "text"
    else:
        # A person's own manifest names files that name the frames.
        is_read = task.previous is None and input_data.kind.is_sequence
    if manifest is not None and manifest.arn is not None:
        function.allow_reading(manifest.arn)
    if is_read:
        function.allow_reading(input_data.bucket.arn_for_objects(f"{input_data.prefix}*"))
    if form != "text":
        execution_role.allow_reading(input_data.bucket, input_data.prefix)
    for arn in (task.pre_annotation, task.post_annotation):
        if arn is not None:
            execution_role.allow_invoking(arn)
    if options.output_key_arn is not None:
        execution_role.allow_encrypting(options.output_key_arn)
        function.allow_decrypting(options.output_key_arn)
    if options.auto_label is not None:
        execution_role.allow_auto_labeling(options.auto_label.volume_key_arn)


def _input(input_data: InputData, task: Task, options: Options) -> dict[str, Any]:
    kind = input_data.kind
    manifest_uri = input_data.manifest.uri if input_data.manifest else None
    is_split = kind.input_kind == "text" and manifest_uri is None
    needs_seed = input_data.sample is not None or input_data.order == "shuffled"
    return {
        name: value
        for name, value in {
            "Kind": kind.input_kind,
            "Bucket": input_data.bucket.bucket_name,
            "Prefix": input_data.prefix,
            "ManifestUri": manifest_uri,
            "Extensions": _extensions(input_data),
            "Split": input_data.split if is_split else None,
            "Column": input_data.column,
            "Include": list(input_data.include) or None,
            "Exclude": list(input_data.exclude) or None,
            "Sample": input_data.sample,
            "Limit": input_data.limit,
            "Order": input_data.order if input_data.order != "listed" else None,
            "Seed": input_data.seed if needs_seed else None,
            "MinimumObjects": FEWEST_AUTOMATED if options.auto_label else None,
            "MaximumObjects": task.type.maximum_objects,
            "MaximumCharacters": kind.maximum_characters,
            "MaximumBytes": kind.maximum_bytes,
            "MaximumFrames": kind.maximum_frames,
            "RequiredNames": _required_names(input_data, task),
            "PreviousAttribute": task.previous.attribute if task.previous else None,
            "PreviousJob": task.previous.job_name if task.previous else None,
            "WhenEmpty": input_data.when_empty,
        }.items()
        if value is not None
    }


def _required_names(input_data: InputData, task: Task) -> list[str] | None:
    """Return what a person's own manifest must have, because the template shows it to workers."""
    if task.template is None or input_data.manifest is None or task.pre_annotation is not None:
        return None
    return list(task.template.names) or None


def _extensions(input_data: InputData) -> list[str]:
    if input_data.kind.input_kind != "text":
        return list(input_data.kind.extensions)
    if input_data.manifest is not None:
        return []
    return [".csv" if input_data.split == "column" else ".txt"]


def _files(stack: cdk.Stack, task: Task) -> dict[str, Any]:
    files: dict[str, Any] = {}
    if task.labels:
        files["LabelCategories"] = label_categories(
            task.type,
            task.labels,
            instructions=task.instructions,
            attributes=task.attributes,
            frame_attributes=task.frame_attributes,
            annotation=task.annotation,
            reviewed_attribute=task.previous.attribute if task.previous else None,
        )
    if task.template is not None:
        files["WorkerTemplate"] = task.template.content
    elif task.type.element is not None and task.instructions is not None:
        files["WorkerTemplate"] = worker_template(
            task.type,
            script=REGIONS[stack.region].crowd_elements,
            header=task.description,
            instructions=task.instructions,
            reviewed_attribute=task.previous.attribute if task.previous else None,
        )
    return files
