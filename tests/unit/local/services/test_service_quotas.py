"""The quota of labeling jobs is answered in AWS's shape, and holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from cli.doctor.quotas import JOBS
from local.ground_truth.errors import AwsError
from local.services.service_quotas import NAME, answer
from tests.unit.local.local_cloud import SCOPE, Account

_QUOTA: Final = {"ServiceCode": "sagemaker", "QuotaCode": JOBS}
_LINES: Final = [{"source": "42"}]


class _Anyone:
    """Whoever calls may do everything; what was asked for is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def authorize(self, action: str, resource: str, context: Mapping[str, str]) -> None:
        del context
        self.asked.append((action, resource))


@pytest.mark.parametrize("operation", ["GetServiceQuota", "GetAWSDefaultServiceQuota"])
def test_what_the_doctor_asks_is_answered_in_the_shape_of_aws_s_model(operation: str) -> None:
    content = answer(SCOPE, _Anyone(), operation, _QUOTA)

    model = get_session().get_service_model("service-quotas")
    shape: Any = model.operation_model(operation).output_shape
    assert not ParamValidator().validate(content, shape).has_errors()
    assert content["Quota"].keys() <= shape.members["Quota"].members.keys()
    assert model.metadata["endpointPrefix"] == NAME


def test_the_right_to_read_a_quota_is_asked_for() -> None:
    caller = _Anyone()

    answer(SCOPE, caller, "GetServiceQuota", _QUOTA)

    quota = f"arn:aws:servicequotas:us-east-1:000000000000:sagemaker/{JOBS}"
    assert caller.asked == [("servicequotas:GetServiceQuota", quota)]


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("GetServiceQuota", {**_QUOTA, "QuotaCode": "L-1"}, "NoSuchResourceException"),
        ("GetServiceQuota", {**_QUOTA, "ServiceCode": "s3"}, "NoSuchResourceException"),
        ("RequestServiceQuotaIncrease", _QUOTA, "UnknownOperationException"),
    ],
)
def test_what_is_not_there_is_refused(operation: str, request_: dict[str, str], code: str) -> None:
    with pytest.raises(AwsError) as refused:
        answer(SCOPE, _Anyone(), operation, request_)

    assert refused.value.code == code


def test_the_quota_holds_until_a_job_has_ended() -> None:
    account = Account()
    most = int(answer(SCOPE, _Anyone(), "GetServiceQuota", _QUOTA)["Quota"]["Value"])
    request = account.request("TextMultiClass", _LINES, ["Even", "Odd"])
    for number in range(most):
        account.call("CreateLabelingJob", {**request, "LabelingJobName": f"n{number}"})

    with pytest.raises(AwsError, match="at work at once") as refused:
        account.call("CreateLabelingJob", {**request, "LabelingJobName": "one-more"})

    assert refused.value.code == "ResourceLimitExceeded"
