"""SageMaker Ground Truth as constructs: data, people, roles and labeling jobs.

People have a package of their own, `workforce`.
"""

from constructs.ground_truth.data.labeling_data import LabelingData
from constructs.ground_truth.labeling.annotation_function import AnnotationFunction
from constructs.ground_truth.labeling.execution_role import ExecutionRole
from constructs.ground_truth.labeling.job_events import JobEvents
from constructs.ground_truth.labeling.labeling_job import LabelingJob
from constructs.ground_truth.labeling.labeling_job_function import LabelingJobFunction
from constructs.ground_truth.workforce.notifications import Notifications

__all__ = [
    "AnnotationFunction",
    "ExecutionRole",
    "JobEvents",
    "LabelingData",
    "LabelingJob",
    "LabelingJobFunction",
    "Notifications",
]
