"""MiniStack as the cloud around Ground Truth, with Ground Truth in it as a service.

Only the files `ministack*.py` use MiniStack's internals. tests/unit/test_local_ministack.py lists
every internal name that is used there, with its parameters, and fails first when MiniStack moves
one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local.ground_truth.api.resource_types import Resource, Workforces, Workteams
from local.ground_truth.api.service import GroundTruth
from local.ground_truth.cloud import Denied, FunctionFailed, Missing, Scope
from local.services.cloudformation import Deployments
from local.services.cognito.pools import Pools
from local.services.iam import Rights, module
from local.services.s3 import Buckets
from local.services.ses import Mails
from local.services.sns import Topics
from local.services.sts import RoleSessions


class MiniStack:
    """MiniStack as the protocol Cloud; `install` once before it serves.

    MiniStack reads its settings from the environment while it is imported, which is here.
    """

    def __init__(self) -> None:
        self.app: Any = module("app").app
        self._lambda = module("services.lambda_svc")
        self._provisioners = module("services.cloudformation.provisioners")
        port = os.environ["GATEWAY_PORT"]
        #: What the names of worker portals and login pages end with: browsers find it here.
        self.portal_domain = f"localhost:{port}"
        self._rights = Rights()
        self._sessions = RoleSessions(self._rights.credentials)
        self._buckets = Buckets(self._rights, self._sessions)
        #: All mails, and SES's identities.
        self.mails = Mails(endpoint=f"https://127.0.0.1:{port}")
        self._topics = Topics(self._rights, self.mails, endpoint=f"https://127.0.0.1:{port}")
        #: Cognito's user pools.
        self.pools = Pools(self._rights, domain=self.portal_domain)

        self.require = self._rights.require
        self.role_trusts = self._rights.role_trusts
        self.read_object = self._buckets.read_object
        self.object_size = self._buckets.object_size
        self.read_url = self._buckets.read_url
        self.write_object = self._buckets.write_object
        self.bucket = self._buckets.bucket
        self.user_pool = self.pools.user_pool
        self.users = self.pools.users
        self.publish = self._topics.publish
        self.put_event = self._topics.put_event

    def has_function(self, scope: Scope, arn: str) -> bool:
        """Say whether the account has the Lambda function."""
        with self._rights.as_service(scope):
            record, _, _ = self._lambda._get_func_record_for_ref(arn)
        return record is not None

    def invoke(self, scope: Scope, role: str, arn: str, event: Mapping[str, Any]) -> Any:
        """Return what a Lambda function answers; Denied, Missing or FunctionFailed.

        It goes over HTTP, as all calls of functions, so that the server's thread must be free.
        """
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

    def install(self, ground_truth: GroundTruth) -> None:
        """Add the service, its CloudFormation types and mends of what is missing or wrong."""

        async def handle(
            _method: str, _path: str, headers: Any, body: bytes, query: Any
        ) -> tuple[int, dict[str, str], bytes]:
            scope = self._rights.current_scope()
            operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
            caller = self._rights.caller(scope, headers, query)
            status, answer = ground_truth.answer(scope, caller, operation, body)
            answer_headers = {"Content-Type": "application/x-amz-json-1.1"}
            if "__type" in answer:
                answer_headers["x-amzn-errortype"] = answer["__type"]
            return status, answer_headers, json.dumps(answer).encode()

        module("app").SERVICE_HANDLERS["sagemaker"] = handle
        self._add_type("AWS::SageMaker::Workforce", Workforces(ground_truth))
        self._add_type("AWS::SageMaker::Workteam", Workteams(ground_truth))
        self._rights.install()
        Deployments(self._rights).install()
        self._buckets.install()
        self._topics.install()
        self.mails.install()
        self.pools.install(ground_truth.teams_of_group)

    def _add_type(self, name: str, resource: Resource) -> None:
        provisioners = self._provisioners

        def create(logical_id: str, properties: Any, stack_name: str) -> Any:
            generated = provisioners._physical_name(stack_name, logical_id, max_len=63)
            tags = provisioners._tag_map(properties.get("Tags"))
            return resource.create(self._rights.current_scope(), generated, properties, tags)

        def update(physical_id: str, old: Any, new: Any, stack_name: str, logical_id: str) -> Any:
            changed = [name for name in resource.create_only if old.get(name) != new.get(name)]
            if changed:  # only a type that is deleted before it is created anew comes here
                delete(physical_id, old)
                return create(logical_id, new, stack_name)
            tags = [provisioners._tag_map(each.get("Tags")) for each in (old, new)]
            return resource.update(self._rights.current_scope(), physical_id, new, *tags)

        def delete(physical_id: str, _properties: Any) -> None:
            resource.delete(self._rights.current_scope(), physical_id)

        provisioners._RESOURCE_HANDLERS[name] = {
            "create": create,
            "update": update,
            "update_with_logical_id": True,
            "delete": delete,
        }
        replacing = () if resource.delete_first else resource.create_only
        provisioners._REPLACING_PROPERTIES[name] = replacing
        provisioners._STACK_TAG_PROPERTY[name] = ("Tags", "list")
