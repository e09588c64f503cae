"""Makes workers' answers on a receipt into one label: of each field, what most of them typed."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import boto3

_FIELDS = ("total", "date", "currency")


def handler(event: dict[str, Any], _context: object) -> list[dict[str, Any]]:
    """Answer Ground Truth after workers have answered.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sms-custom-templates-step3-lambda-requirements.html
    """
    s3 = boto3.client("s3")

    def read(uri: str) -> str:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    return labels(event, read)


def labels(event: dict[str, Any], read: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return a label for each receipt; `read` returns the text of an S3 object by its URI."""
    return [
        {
            "datasetObjectId": receipt["datasetObjectId"],
            "consolidatedAnnotation": {
                "content": {
                    event["labelAttributeName"]: label(
                        [_answer(each["annotationData"], read) for each in receipt["annotations"]]
                    )
                }
            },
        }
        for receipt in json.loads(read(event["payload"]["s3Uri"]))
    ]


def label(answers: list[dict[str, str]]) -> dict[str, Any]:
    """Return what most workers typed in each field, and which part of them; the first wins a tie.

    There is at least one answer: Ground Truth doesn't ask for a receipt that nobody worked on.
    """
    fields = {}
    for field in _FIELDS:
        typed = Counter(answer.get(field, "").strip() for answer in answers)
        value, votes = typed.most_common(1)[0]
        fields[field] = {"value": value, "agreement": round(votes / len(answers), 2)}
    return fields


def _answer(data: dict[str, str], read: Callable[[str], str]) -> dict[str, str]:
    """Return a worker's answer, which stands in the payload or in a file of its own."""
    answer: dict[str, str] = json.loads(
        data["content"] if "content" in data else read(data["s3Uri"])
    )
    return answer
