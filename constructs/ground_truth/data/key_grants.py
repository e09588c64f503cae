"""Keeps a key with those whom its policy names."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

#: What CloudFormation does to a key that is there, as AWS's schema of the type declares it.
ADMINISTRATION: Final = (
    "kms:DescribeKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
)
#: By its name it is known whether a deployed key has the statement.
DEPLOYING: Final = "CloudFormationDeploys"


def let_deploy(key: kms.Key) -> None:
    """Let CDK's role for CloudFormation administer the key, whose other policies need not.

    An IAM policy can't tell this key from others of the account: its id is chance, CloudFormation
    gives it no tag of its own, and whoever may tag a new key may tag any
    (https://docs.aws.amazon.com/kms/latest/developerguide/tag-permissions.html).
    """
    stack = cdk.Stack.of(key)
    synthesizer = stack.synthesizer
    if not isinstance(synthesizer, cdk.DefaultStackSynthesizer):
        raise TypeError(
            f"expected {stack.node.path} to be deployed by CDK's own roles, got"
            f" {type(synthesizer).__name__}"
        )
    role = cdk.Fn.sub(synthesizer.cloud_formation_execution_role_arn)
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid=DEPLOYING,
            principals=[iam.ArnPrincipal(role)],
            actions=list(ADMINISTRATION),
            resources=["*"],  # in a key's policy, the key
        )
    )


def refuse_grants(key: kms.Key) -> None:
    """Let nobody hand on the use of the key past its policy; AWS services may, for callers."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "BoolIfExists": {
                    "aws:PrincipalIsAWSService": "false",
                    "kms:GrantIsForAWSResource": "false",
                }
            },
        )
    )
