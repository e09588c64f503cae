"""Lets other stacks follow when something that they refer to is replaced.

They read it with `Fn::GetStackOutput`, which names an output by the logical id of what it is. Where
that stays, a replacement changes no template but its own, so the CDK command skips the others, and
nobody says that CloudFormation would look up the new value for what stands there unchanged: jobs,
policies and outputs would go on with the old bucket. So what can't be changed in place is made part
of the logical id, as CDK does with API Gateway's deployments
(docs/decisions/0030-another-resource-has-another-id.md).
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

import aws_cdk as cdk
import jsii
from constructs import IConstruct

#: What CloudFormation can't change in place, as attributes, of all types that other stacks refer to
#: (https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html,
#: createOnlyProperties).
CREATE_ONLY: Final = {
    "AWS::KMS::Key": (),
    "AWS::S3::Bucket": ("bucket_name", "bucket_name_prefix", "bucket_namespace"),
    "AWS::SNS::Topic": ("fifo_topic", "topic_name"),
}


def another_id_when_replaced(construct: IConstruct) -> None:
    """Give a resource another logical id with each value that CloudFormation can't change in place.

    One without such values, as all are that no code names, keeps the id that CDK gives it. Raises
    KeyError for a type that is not in `CREATE_ONLY`.
    """
    resource = construct.node.default_child
    if not isinstance(resource, cdk.CfnResource):
        raise TypeError(f"expected {construct.node.path} to be a resource, got {resource!r}")
    resource.override_logical_id(cdk.Lazy.string(_LogicalId(resource)))


@jsii.implements(cdk.IStableStringProducer)
class _LogicalId:
    """A logical id, made when the resource's properties are complete."""

    def __init__(self, resource: cdk.CfnResource) -> None:
        self._resource = resource
        self._stack = cdk.Stack.of(resource)
        self._own = self._stack.get_logical_id(resource)
        self._names = CREATE_ONLY[resource.cfn_resource_type]

    def produce(self) -> str:
        values = self._stack.resolve([getattr(self._resource, name) for name in self._names])
        if not any(values):
            return self._own
        digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
        return f"{self._own}{digest[:8].upper()}"
