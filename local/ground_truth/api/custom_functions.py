"""The Lambda functions of a custom task: before an object is shown, and after it is answered.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from local.ground_truth.answers import worker_template
from local.ground_truth.answers.custom import custom_metadata
from local.ground_truth.answers.data_object import DataObject
from local.ground_truth.answers.subject import Consolidated
from local.ground_truth.api.job_output import consolidation_request, request_path
from local.ground_truth.api.local_job import LocalJob
from local.ground_truth.api.read_access import read_access
from local.ground_truth.cloud import Cloud, Denied, FunctionFailed, Missing, Scope, split_uri

_LOG = logging.getLogger("ground-truth")
_VERSION: Final = "2018-10-16"
#: Objects that are prepared before other jobs have their turn.
_MOST: Final = 100

#: What is left to do after a function has answered, at the time that it is given.
Then = Callable[[float], None]


def check(cloud: Cloud, scope: Scope, job: LocalJob) -> None:
    """Raise Denied unless the job's role may invoke its functions."""
    functions = job.functions
    for arn in (functions.pre_annotation, functions.post_annotation):
        if arn is not None:
            cloud.require(scope, job.role, "lambda:InvokeFunction", arn, {})


def calls(
    cloud: Cloud, scope: Scope, job: LocalJob, now: float, delay: float
) -> Iterator[Callable[[], Then]]:
    """Yield the calls of functions that are due, which return what is to be done afterwards."""
    for each in list(job.queue.preparing.values())[:_MOST]:
        yield partial(_guarded, job, partial(_prepare, cloud, scope, job, each, delay))
    waiting = list(job.queue.consolidating.values())
    if waiting:
        yield partial(_guarded, job, partial(_consolidate, cloud, scope, job, waiting, now, delay))


def task_input(answer: Any) -> Mapping[str, Any] | None:
    """Return the `taskInput` of a pre-annotation function's answer; ValueError if it has none.

    None if no worker should see the object. AWS's sample function says so with an older name, and
    with a text.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("taskInput"), dict):
        raise ValueError(f"a pre-annotation function returns a taskInput, got {answer!r}")
    needed = answer.get("isHumanAnnotationRequired", answer.get("humanAnnotationRequired", True))
    if needed in (False, "false"):
        return None
    if needed not in (True, "true"):
        raise ValueError(
            f"a pre-annotation function returns true or false as isHumanAnnotationRequired, got"
            f" {needed!r}"
        )
    content: dict[str, Any] = answer["taskInput"]
    return content


def labels(answer: Any, attribute: str, objects: Sequence[DataObject]) -> dict[int, Any]:
    """Return, by their indexes, the objects' labels in a post-annotation function's answer.

    ValueError for any other answer. It may leave objects out.
    """
    if not isinstance(answer, list):
        raise ValueError(f"a post-annotation function returns a list, got {answer!r}")
    known = {str(each.index): each.index for each in objects}
    found: dict[int, Any] = {}
    for item in answer:
        item_id = item.get("datasetObjectId") if isinstance(item, dict) else None
        if item_id not in known:
            raise ValueError(
                f"a post-annotation function returns a datasetObjectId of its payload"
                f" ({', '.join(known)}), got {item!r}"
            )
        annotation = item.get("consolidatedAnnotation")
        content = annotation.get("content") if isinstance(annotation, dict) else None
        if not isinstance(content, dict) or attribute not in content:
            raise ValueError(
                "a post-annotation function returns consolidatedAnnotation.content with the label"
                f" attribute {attribute}, got {item!r}"
            )
        found[known[item_id]] = content[attribute]
    return found


def _guarded(job: LocalJob, call: Callable[[], Then]) -> Then:
    try:
        return call()
    except FunctionFailed as problem:
        # Only the function's log says why; in Ground Truth's words, which speak of permissions:
        # https://github.com/aws-samples/amazon-comprehend-semi-structured-documents-annotation-tools/issues/3
        _LOG.warning("%s", problem)
        reason = (
            f"Exception invoking the Lambda function {problem.arn}. LambdaErrorCode: Unhandled."
            f" Ensure the Lambda function exists, that the role {job.role} has permissions to"
            " invoke it and try your request again."
        )
    except (Denied, Missing, ValueError) as problem:
        reason = str(problem)

    def remember(_now: float) -> None:
        job.problem = reason

    return remember


def _prepare(cloud: Cloud, scope: Scope, job: LocalJob, each: DataObject, delay: float) -> Then:
    arn = job.functions.pre_annotation
    assert arn is not None  # noqa: S101  # no object is prepared without it
    event = {"version": _VERSION, "labelingJobArn": job.arn, "dataObject": dict(each.content)}
    answer = cloud.invoke(scope, job.role, arn, event)
    content = task_input(answer)
    if content is not None and job.inputs is not None and job.inputs.template is not None:
        grant = read_access(cloud, scope, job)
        page = worker_template.render(job.inputs.template, content, grant)
        worker_template.check_custom(page)
    return lambda now: job.prepared(each, content, now, delay)


def _consolidate(
    cloud: Cloud,
    scope: Scope,
    job: LocalJob,
    objects: Sequence[DataObject],
    now: float,
    delay: float,
) -> Then:
    arn = job.functions.post_annotation
    assert arn is not None  # noqa: S101  # nothing waits for it without it
    bucket, folder = split_uri(job.folder)
    key = f"{folder}/{request_path(now)}"
    body = json.dumps(consolidation_request(job, objects), ensure_ascii=False).encode()
    cloud.write_object(scope, job.role, bucket, key, body, kms_key=job.kms_key)
    event = {
        "version": _VERSION,
        "labelingJobArn": job.arn,
        "labelAttributeName": job.attribute,
        "roleArn": job.role,
        "payload": {"s3Uri": f"s3://{bucket}/{key}"},
    }
    assert job.inputs is not None  # noqa: S101  # what is answered has been read
    if "LabelCategoryConfigS3Uri" in job.request:
        event["labelCategories"] = job.inputs.label_file.names
    found = labels(cloud.invoke(scope, job.role, arn, event), job.attribute, objects)

    def then(later: float) -> None:
        for each in objects:
            label = None
            if each.index in found:
                metadata = custom_metadata(job.subject(each, later))
                label = Consolidated(value=found[each.index], metadata=metadata)
            job.consolidated(each, label, later, delay)

    return then
