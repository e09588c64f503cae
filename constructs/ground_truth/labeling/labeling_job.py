"""A labeling job as a CloudFormation resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.ground_truth.custom_resource_function import given
from constructs.ground_truth.labeling.execution_role import ExecutionRole
from constructs.ground_truth.labeling.labeling_job_function import LabelingJobFunction
from constructs.ground_truth.labeling.labeling_job_request import labeling_job_request
from dataset.layout import LABELS_FOLDER, requests_prefix
from ground_truth.catalogue.regions import REGIONS
from ground_truth.catalogue.task_types import FEWEST_AUTOMATED
from ground_truth.config import Job
from ground_truth.config.attributes import FIELDS, Field, earlier_attributes
from ground_truth.config.labels import Attributes
from ground_truth.templates.label_categories import label_categories
from ground_truth.templates.worker_template import worker_template
from ground_truth.validators import labels as label_validators
from ground_truth.validators import names_and_limits

if TYPE_CHECKING:
    from ground_truth.templates.custom_template import CustomTemplate


@dataclass(frozen=True, kw_only=True)
class DataObjects:
    """Where a job's data objects are, in its Region."""

    bucket: s3.IBucket
    #: Ends with a slash, or is empty for the whole bucket.
    prefix: str
    #: Names the data objects, instead of all that is below the prefix.
    manifest_uri: str | None = None
    #: The same as an ARN; None for a manifest that this environment's jobs write, since the
    #: function may read all of theirs.
    manifest_arn: str | None = None


class LabelingJob(Construct):
    """`Custom::LabelingJob`: a job that starts when it is deployed and stops when it is destroyed.

    All that Ground Truth will see stands in the resource's properties, so that `cdk diff` shows
    it. A change of anything but the tags, and of what is said of changes, makes a new job for what
    is not labeled yet, because a labeling job can't be changed, and stops the old one.

    `job` says what is asked. `pre_annotation` and `post_annotation` are the ARNs of its custom
    functions, `template` is its custom template, and `reviewed` is the job of the same stack whose
    labels it verifies or adjusts. Raises ValueError for what Ground Truth would refuse.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name_prefix: str,
        job: Job,
        data_objects: DataObjects,
        team_name: str,
        on_change: Literal["replace", "fail"] = "replace",
        tags: Mapping[str, str] = MappingProxyType({}),
        template: CustomTemplate | None = None,
        pre_annotation: str | None = None,
        post_annotation: str | None = None,
        reviewed: LabelingJob | None = None,
        function: LabelingJobFunction,
        execution_role: ExecutionRole,
    ) -> None:
        super().__init__(scope, construct_id)

        names_and_limits.job_name_prefix(name_prefix)
        for name, said, made in (
            ("template", job.template, template),
            ("pre_annotation", job.pre_annotation, pre_annotation),
            ("post_annotation", job.post_annotation, post_annotation),
            ("reviewed", job.reviewed_job, reviewed),
        ):
            if (said is None) != (made is None):
                raise ValueError(
                    f"expected `{name}` just for a job that names one, got {made} for {said}"
                )
        #: What is asked of workers.
        self.job = job
        #: Of what.
        self.data_objects = data_objects
        self._reviewed = reviewed
        self._template = template
        self._functions = (pre_annotation, post_annotation)
        self._earlier: dict[Field, Attributes] = {
            field: ()
            if reviewed is None
            else earlier_attributes(job, field, reviewed.attributes[field])
            for field in FIELDS
        }
        #: What is asked beside labels, behind what the reviewed job asks.
        self.attributes: dict[Field, Attributes] = {
            field: (*self._earlier[field], *getattr(job, field)) for field in FIELDS
        }
        label_validators.attributes(self.attributes["attributes"], job.labels, job.task_type)
        label_validators.frame_attributes(self.attributes["frame_attributes"], job.task_type)
        self._permit(function, execution_role)
        resource = function.resource(
            self,
            "Job",
            "LabelingJob",
            {
                "NamePrefix": name_prefix,
                "Revision": job.revision,
                "OnChange": on_change,
                "Relabel": job.relabel,
                "StopOnDelete": job.stop_on_delete,
                "Input": self._input(),
                "Files": given(
                    {
                        "Bucket": function.output_bucket.bucket_name,
                        "Prefix": requests_prefix(name_prefix),
                        "LabelCategories": self._label_categories(),
                        "WorkerTemplate": self._worker_template(),
                    }
                ),
                "Request": labeling_job_request(
                    cdk.Stack.of(self),
                    job,
                    team_name=team_name,
                    pre_annotation=pre_annotation,
                    post_annotation=post_annotation,
                    role_arn=execution_role.role.role_arn,
                    output_path=function.output_bucket.s3_url_for_object(LABELS_FOLDER),
                    output_key_arn=job.output_key or function.key.key_arn,
                ),
                "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            },
        )
        # Permissions must be there before the job and still be there when it is stopped.
        resource.node.add_dependency(function.function, function.policy, execution_role.policy)
        #: The name that Ground Truth knows the job by, or `none`.
        self.job_name = resource.get_att_string("JobName")
        #: What workers were given, one data object a line.
        self.manifest_uri = resource.get_att_string("ManifestUri")
        #: Data objects in the manifest.
        self.object_count = resource.get_att_string("ObjectCount")
        #: The objects that can't be labeled, each with the reason, or `none`.
        self.report_uri = resource.get_att_string("ReportUri")
        #: Where the labels appear.
        self.output_manifest_uri = resource.get_att_string("OutputManifestUri")
        #: One sentence on what was and what was not put into the manifest.
        self.summary = resource.get_att_string("Summary")

    def _permit(self, function: LabelingJobFunction, execution_role: ExecutionRole) -> None:
        """Give both roles what this job needs, and nothing that no job needs."""
        job, data, kind = self.job, self.data_objects, self.job.data_kind
        if data.manifest_uri is None:
            function.allow_listing(data.bucket, data.prefix)
            is_read = kind.input_kind == "text"
        else:
            # A user's manifest names files that name the frames.
            is_read = job.reviewed is None and kind.is_sequence
        if data.manifest_arn is not None:
            function.allow_reading(data.manifest_arn)
        if is_read:
            function.allow_reading(data.bucket.arn_for_objects(f"{data.prefix}*"))
        if kind.input_kind != "text":
            execution_role.allow_reading(data.bucket, data.prefix)
        for arn in self._functions:
            if arn is not None:
                execution_role.allow_invoking(arn)
        if job.output_key is not None:
            execution_role.allow_encrypting(job.output_key)
            function.allow_decrypting(job.output_key)
        if job.auto_label is not None:
            execution_role.allow_auto_labeling(job.auto_label.volume_key)

    def _input(self) -> dict[str, Any]:
        job, chosen, data, kind = self.job, self.job.input, self.data_objects, self.job.data_kind
        is_split = kind.input_kind == "text" and data.manifest_uri is None
        needs_seed = chosen.sample is not None or chosen.order == "shuffled"
        return given(
            {
                "Kind": kind.input_kind,
                "Bucket": data.bucket.bucket_name,
                "Prefix": data.prefix,
                "ManifestUri": data.manifest_uri,
                "Extensions": self._extensions(),
                "Split": chosen.splitting if is_split else None,
                "Column": chosen.column,
                "Include": list(chosen.include) or None,
                "Exclude": list(chosen.exclude) or None,
                "Sample": chosen.sample,
                "Limit": chosen.limit,
                "Order": chosen.order if chosen.order != "listed" else None,
                "Seed": chosen.seed if needs_seed else None,
                "MinimumObjects": FEWEST_AUTOMATED if job.auto_label else None,
                "MaximumObjects": job.task_type.maximum_objects,
                "MaximumCharacters": kind.maximum_characters,
                "MaximumBytes": kind.maximum_bytes,
                "MaximumFrames": kind.maximum_frames,
                "RequiredNames": self._required_names(),
                "PreviousAttribute": self._reviewed_attribute(),
                "PreviousJob": None if self._reviewed is None else self._reviewed.job_name,
                "WhenEmpty": job.when_empty,
            }
        )

    def _reviewed_attribute(self) -> str | None:
        """Return the label attribute of what is verified or adjusted."""
        if self._reviewed is not None:
            return self._reviewed.job.label_attribute
        return None if self.job.reviewed is None else self.job.reviewed.label_attribute

    def _required_names(self) -> list[str] | None:
        """Return what a user's manifest must have, because the template shows it to workers."""
        pre_annotation, _ = self._functions
        is_known = self.data_objects.manifest_uri is None or pre_annotation is not None
        if self._template is None or is_known:
            return None
        return list(self._template.names) or None

    def _extensions(self) -> list[str]:
        kind = self.job.data_kind
        if kind.input_kind != "text":
            return list(kind.extensions)
        if self.data_objects.manifest_uri is not None:
            return []
        return [".csv" if self.job.input.splitting == "column" else ".txt"]

    def _label_categories(self) -> dict[str, Any] | None:
        job = self.job
        if not job.labels:
            return None
        return label_categories(
            job.task_type,
            job.labels,
            instructions=job.instructions,
            attributes=job.attributes,
            frame_attributes=job.frame_attributes,
            earlier_attributes=self._earlier["attributes"],
            earlier_frame_attributes=self._earlier["frame_attributes"],
            only_shows=job.only_shows,
            annotation=job.annotation,
            reviewed_attribute=self._reviewed_attribute(),
        )

    def _worker_template(self) -> str | None:
        job = self.job
        if self._template is not None:
            return self._template.content
        if job.task_type.element is None or job.instructions is None:
            return None
        return worker_template(
            job.task_type,
            script=REGIONS[cdk.Stack.of(self).region].crowd_elements,
            header=job.description,
            instructions=job.instructions,
            reviewed_attribute=self._reviewed_attribute(),
        )
