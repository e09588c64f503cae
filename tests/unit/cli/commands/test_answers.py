"""Who has labeled how many is counted from the answers that Ground Truth keeps."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from cli.aws.answers import MOST, Answers, Counted, count
from ground_truth.config import Environment
from tests.unit.fake_services import ACCOUNT
from tests.unit.labeling_job.labeling_job_aws import FakeAws
from tests.unit.workforce.cognito_pools import POOL


class _Labels(FakeAws):
    """A bucket of labels, and the stack that has it."""

    def _describe_stacks(self, parameters: dict[str, Any]) -> dict[str, Any]:
        assert parameters["StackName"] == "dev-Data"
        outputs = [{"OutputKey": "OutputBucketName", "OutputValue": "out"}]
        stack = {"StackName": "dev-Data", "StackStatus": "CREATE_COMPLETE", "CreationTime": 0}
        stack_id = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/dev-Data/0a"
        return {"Stacks": [{**stack, "StackId": stack_id, "Outputs": outputs}]}


_RUN = "dev-even-odd-0123456789-2"


def _answer(*subs: str, day: int = 1, pool: str = POOL) -> bytes:
    """Return a file of answers as real jobs write it."""
    answers = [
        {
            "acceptanceTime": f"2026-11-{day:02}T10:00:00Z",
            "answerContent": {},
            "submissionTime": f"2026-11-{day:02}T10:00:05Z",
            "timeSpentInSeconds": 5.0,
            "workerId": "private.us-east-1.0a",
            "workerMetadata": {
                "identityData": {
                    "identityProviderType": "Cognito",
                    "issuer": f"https://cognito-idp.us-east-1.amazonaws.com/{pool}",
                    "sub": sub,
                }
            },
        }
        for sub in subs
    ]
    return json.dumps({"answers": answers}).encode()


def _count(
    environment: Environment,
    files: Mapping[str, bytes],
    *,
    most: int | None = MOST,
    job: str | None = None,
    refused: str = "",
) -> Counted:
    aws = _Labels()
    folder = f"labels/{_RUN}/annotations/worker-response/iteration-1"
    aws.objects["out"] = {f"{folder}/{place}.json": content for place, content in files.items()}
    aws.objects["out"] |= {f"labels/{_RUN}/manifests/output/output.manifest": b"{}"}
    if refused:
        aws.refuse("GetObject", refused, "not authorized", times=99)
    services = SimpleNamespace(cloudformation=aws._client("cloudformation"), s3=aws._client("s3"))
    return count(environment, job, POOL, services, most=most)


def test_an_object_counts_once_for_everybody_who_has_labeled_it(environment: Environment) -> None:
    found = _count(
        environment,
        {
            "0/2026-11-01_10-00-05": _answer("ana", "bo"),
            "1/2026-11-02_10-00-05": _answer("ana", day=2),
            "1/2026-11-03_10-00-05": _answer("ana", day=3),
            "2/2026-11-04_10-00-05": _answer("eve", pool="us-east-1_Elsewhere"),
        },
    )

    assert found == Counted(
        by_sub={
            "ana": Answers(number=2, last=datetime(2026, 11, 3, 10, 0, 5, tzinfo=UTC)),
            "bo": Answers(number=1, last=datetime(2026, 11, 1, 10, 0, 5, tzinfo=UTC)),
        }
    )


def test_files_that_can_t_be_read_are_counted_and_said(environment: Environment) -> None:
    found = _count(environment, {"0/a": b"{", "1/a": b"[]", "2/a": b'{"answers": 7}'})

    assert found.why_not == "3 files of answers can't be read"


def test_very_many_are_counted_if_somebody_asks_for_it(environment: Environment) -> None:
    files = {f"{number}/a": _answer("ana") for number in range(3)}

    unasked, asked = _count(environment, files, most=2), _count(environment, files, most=None)

    assert unasked.by_sub == {}
    assert unasked.why_not.endswith("3 takes a while: ground-truth workers dev --labels")
    assert asked.by_sub["ana"].number == 3


def test_labels_that_may_not_be_read_are_said_to_be_unknown(environment: Environment) -> None:
    found = _count(environment, {"0/a": _answer("ana")}, refused="AccessDenied")

    assert found == Counted(
        by_sub={},
        why_not="who has labeled how many is not known, the labels can't be read (AccessDenied)",
    )


@pytest.mark.parametrize(("job", "number"), [("even-odd", 1), ("even", 0)])
def test_of_a_job_only_its_own_labels_count(
    environment: Environment, job: str, number: int
) -> None:
    assert len(_count(environment, {"0/a": _answer("ana")}, job=job).by_sub) == number
