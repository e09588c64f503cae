"""Finds out whether there is a labeling job that SageMaker refuses to describe.

Neither the code nor the words of a refusal say so: no document names them, and they have changed
(tests/data/aws-words.yaml). The list of jobs does.
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from custom_resource.errors import code_of, is_closed, is_denied
from labeling_job.clients import Clients

#: What an absent job has been met with, by this code or that.
_OF_ABSENT: Final = frozenset(
    {"ResourceNotFound", "ResourceNotFoundException", "ValidationException"}
)


def is_listed(name: str, refusal: ClientError, aws: Clients) -> bool:
    """Say whether there is a job of this name, in small or capital letters.

    `refusal` is the answer to DescribeLabelingJob. A role of an earlier version, or within an
    earlier boundary, may not ask for the list: then the code of the refusal decides. A name that
    is in use all the same is refused by CreateLabelingJob. Raises ClientError.
    """
    pages = aws.sagemaker.get_paginator("list_labeling_jobs").paginate(NameContains=name)
    try:
        return any(
            entry["LabelingJobName"].lower() == name.lower()
            for page in pages
            for entry in page["LabelingJobSummaryList"]
        )
    except ClientError as error:
        if is_closed(error) or not is_denied(error) or code_of(refusal) not in _OF_ABSENT:
            raise
    aws.log.warning(
        "labeling job %s is taken for absent since it was refused with %s: the role may not list "
        "jobs",
        name,
        code_of(refusal),
    )
    return False
