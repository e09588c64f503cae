"""SageMaker Ground Truth as constructs: data, people, roles and labeling jobs.

People have a package of their own, `workforce`.
"""

from constructs.ground_truth.annotation_function import AnnotationFunction
from constructs.ground_truth.execution_role import ExecutionRole
from constructs.ground_truth.job_events import JobEvents
from constructs.ground_truth.labeling_data import LabelingData
from constructs.ground_truth.labeling_job import LabelingJob
from constructs.ground_truth.labeling_job_function import LabelingJobFunction
from constructs.ground_truth.notifications import Notifications

__all__ = [
    "AnnotationFunction",
    "ExecutionRole",
    "JobEvents",
    "LabelingData",
    "LabelingJob",
    "LabelingJobFunction",
    "Notifications",
]
