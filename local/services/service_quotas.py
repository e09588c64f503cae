"""Service Quotas, which MiniStack lacks: of one quota, that of labeling jobs.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from local.ground_truth.api.jobs import MOST_AT_WORK
from local.ground_truth.cloud import Caller, Scope
from local.ground_truth.errors import AwsError
from local.services.iam import Rights
from local.services.internals import module

#: What requests are signed for, and what its actions begin with in IAM.
NAME: Final = "servicequotas"
_SERVICE: Final = "sagemaker"
#: Listed in gruntwork-io/terraform-aws-utilities, docs/quotas.md of 2024-02-10.
_JOBS: Final = ("L-150039CA", "Maximum number of Ground Truth labeling jobs")
_OPERATIONS: Final = ("GetServiceQuota", "GetAWSDefaultServiceQuota")


def install(rights: Rights) -> None:
    """Add the service."""

    async def handle(
        _method: str, _path: str, headers: Any, body: bytes, query: Any
    ) -> tuple[int, dict[str, str], bytes]:
        scope = rights.current_scope()
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        status, content = 200, {}
        try:
            request = json.loads(body or b"{}")
            content = answer(scope, rights.caller(scope, headers, query), operation, request)
        except AwsError as error:
            status, content = error.status, {"__type": error.code, "Message": error.message}
        return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(content).encode()

    module("app").SERVICE_HANDLERS[NAME] = handle


def answer(
    scope: Scope, caller: Caller, operation: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the service answers; AwsError for a quota that is not there."""
    if operation not in _OPERATIONS:
        raise AwsError("UnknownOperationException", f"local AWS has no {operation}")
    code, name = _JOBS
    asked = f"{request.get('ServiceCode')}/{request.get('QuotaCode')}"
    arn = f"arn:aws:{NAME}:{scope.region}:{scope.account}:{asked}"
    # The default is of no account, and so of no resource.
    caller.authorize(f"{NAME}:{operation}", arn if operation == "GetServiceQuota" else "*", {})
    if asked != f"{_SERVICE}/{code}":
        raise AwsError("NoSuchResourceException", f"local AWS has no quota {asked}")
    return {
        "Quota": {
            "ServiceCode": _SERVICE,
            "ServiceName": "Amazon SageMaker",
            "QuotaArn": arn,
            "QuotaCode": code,
            "QuotaName": name,
            "Value": float(MOST_AT_WORK),
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }
    }
