"""What a labeling job writes: raw answers, labels, consolidation files and the output manifest.

Layout and forms: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.ground_truth.answers.data_object import Answer, DataObject, stamp, worker_id
from local.ground_truth.api.local_job import MANIFEST, LocalJob


def output_manifest(job: LocalJob) -> bytes:
    """Return the output manifest: one line per input line."""
    return "".join(f"{output_line(each)}\n" for each in job.objects).encode()


def output_line(each: DataObject) -> str:
    """Return the object's line, with its label, or with why it has none, if there is either."""
    if not each.label:
        return each.line
    return json.dumps({**each.content, **each.label}, ensure_ascii=False)


def files(job: LocalJob) -> Iterator[tuple[str, bytes]]:
    """Yield path below the job's folder and content of all that is new, the manifest last.

    Workers are identified by the `sub` that their user pool gives them.
    """
    consolidated = []
    for each in job.objects:
        if not each.unwritten:
            continue
        each.unwritten = False
        if (path := each.responses_path) is not None:
            yield path, _json({"answers": [_raw(answer, job) for answer in each.answers]})
        yield from each.files.items()
        if each.label and each.answers:
            consolidated.append(each)
    if consolidated:
        folder = "annotations/consolidated-annotation"
        name = f"iteration-1/{_exactly(max(_last(each) for each in consolidated))}.json"
        # A post-annotation function has got its request already.
        if not job.functions.post_annotation:
            request = consolidation_request(job, consolidated)
            yield f"{folder}/consolidation-request/{name}", _json(request)
        response = [_consolidation_response(each) for each in consolidated]
        yield f"{folder}/consolidation-response/{name}", _json(response)
    yield MANIFEST, output_manifest(job)


def consolidation_request(job: LocalJob, objects: Sequence[DataObject]) -> list[dict[str, Any]]:
    """Return all answers on the objects, as consolidation functions read them."""
    return [_request(job, each) for each in objects]


def request_path(now: float) -> str:
    """Return where a consolidation request of that time is, below the job's folder."""
    name = f"iteration-1/{_exactly(now)}.json"
    return f"annotations/consolidated-annotation/consolidation-request/{name}"


def _raw(answer: Answer, job: LocalJob) -> dict[str, Any]:
    kind, issuer = job.provider
    return {
        "acceptanceTime": _instant(answer.accepted),
        "answerContent": answer.content,
        "submissionTime": _instant(answer.submitted),
        "timeSpentInSeconds": round(answer.submitted - answer.accepted, 3),
        "workerId": worker_id(answer.worker, job.region),
        "workerMetadata": {
            "identityData": {
                "identityProviderType": kind,
                "issuer": issuer,
                "sub": answer.worker.sub,
            }
        },
    }


def _request(job: LocalJob, each: DataObject) -> dict[str, Any]:
    annotations = [
        {
            "workerId": worker_id(answer.worker, job.region),
            "annotationData": {"content": json.dumps(answer.content, ensure_ascii=False)},
        }
        for answer in each.answers
    ]
    source = {"content": each.content.get("source", "")}
    if "source-ref" in each.content:
        source = {"s3Uri": each.content["source-ref"]}
    return {"datasetObjectId": str(each.index), "dataObject": source, "annotations": annotations}


def _consolidation_response(each: DataObject) -> dict[str, Any]:
    return {
        "datasetObjectId": str(each.index),
        "consolidatedAnnotation": {"content": each.label},
    }


def _last(each: DataObject) -> float:
    return each.answers[-1].submitted


def _exactly(time: float) -> str:
    """Return a time as it is in file names, made exact: here two files may be of one second."""
    return f"{stamp(time)}.{dt.datetime.fromtimestamp(time, dt.UTC):%f}"


def _instant(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _json(content: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
