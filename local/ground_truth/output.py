"""What a labeling job writes: raw answers, consolidation files and the output manifest.

Layout and forms: https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from local.ground_truth.labeling_job import Answer, DataObject, LabelingJob


def output_manifest(job: LabelingJob) -> bytes:
    """Return the output manifest: one line per input line, unlabeled ones unchanged."""
    assert job.inputs is not None  # noqa: S101  # nothing is written before all is read
    return "".join(f"{output_line(each)}\n" for each in job.inputs.objects).encode()


def output_line(each: DataObject) -> str:
    """Return the object's line, with the label if it has one."""
    if not each.label:
        return each.line
    return json.dumps({**each.content, **each.label}, ensure_ascii=False)


def files(job: LabelingJob, region: str) -> Iterator[tuple[str, bytes]]:
    """Yield path below the job's folder and content of all that is new, the manifest last.

    Workers are identified by the `sub` that their user pool gives them.
    """
    assert job.inputs is not None  # noqa: S101  # nothing is written before all is read
    consolidated = []
    for each in job.inputs.objects:
        if not each.unwritten:
            continue
        each.unwritten = False
        issuer = f"https://cognito-idp.{region}.amazonaws.com/{job.user_pool}"
        answers = [_raw(answer, issuer) for answer in each.answers]
        stamp = _stamp(each.answers[0].submitted)
        path = f"annotations/worker-response/iteration-1/{each.index}/{stamp}.json"
        yield path, _json({"answers": answers})
        if each.label:
            consolidated.append(each)
    if consolidated:
        folder = "annotations/consolidated-annotation"
        name = f"iteration-1/{_stamp(max(_last(each) for each in consolidated))}.json"
        request = [_consolidation_request(each) for each in consolidated]
        response = [_consolidation_response(each) for each in consolidated]
        yield f"{folder}/consolidation-request/{name}", _json(request)
        yield f"{folder}/consolidation-response/{name}", _json(response)
    yield "manifests/output/output.manifest", output_manifest(job)


def _raw(answer: Answer, issuer: str) -> dict[str, Any]:
    return {
        "acceptanceTime": _instant(answer.accepted),
        "answerContent": answer.content,
        "submissionTime": _instant(answer.submitted),
        "timeSpentInSeconds": round(answer.submitted - answer.accepted, 3),
        "workerId": _worker_id(answer),
        "workerMetadata": {
            "identityData": {
                "identityProviderType": "Cognito",
                "issuer": issuer,
                "sub": answer.worker.sub,
            }
        },
    }


def _worker_id(answer: Answer) -> str:
    return f"private.{answer.worker.sub.replace('-', '')}"


def _consolidation_request(each: DataObject) -> dict[str, Any]:
    annotations = [
        {"workerId": _worker_id(answer), "annotationData": {"content": json.dumps(answer.content)}}
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


def _instant(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _stamp(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).strftime("%Y-%m-%d_%H:%M:%S.%f")


def _json(content: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
