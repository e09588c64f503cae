"""Lambda of MiniStack: which functions there are, and what they answer to a role."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.ground_truth.cloud import Denied, FunctionFailed, Missing, Scope
from local.services.iam import Rights
from local.services.internals import module
from local.services.sts import RoleSessions


class Functions:
    """MiniStack's functions."""

    def __init__(self, rights: Rights, sessions: RoleSessions) -> None:
        self._lambda = module("services.lambda_svc")
        self._rights = rights
        self._sessions = sessions

    def has_function(self, scope: Scope, arn: str) -> bool:
        with self._rights.as_service(scope):
            record, _, _ = self._lambda._get_func_record_for_ref(arn)
        return record is not None

    def invoke(self, scope: Scope, role: str, arn: str, event: Mapping[str, Any]) -> Any:
        # Over HTTP, as all calls of functions: the server's thread must be free.
        client = self._sessions.client(scope, role, "lambda")
        try:
            answer = client.invoke(FunctionName=arn, Payload=json.dumps(event).encode())
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "AccessDeniedException":
                raise Denied("lambda:InvokeFunction", arn, role) from error
            if code == "ResourceNotFoundException":
                raise Missing(arn) from error
            raise FunctionFailed(arn, str(error)) from error
        content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            message = content.get("errorMessage") if isinstance(content, dict) else content
            raise FunctionFailed(arn, str(message))
        return content
